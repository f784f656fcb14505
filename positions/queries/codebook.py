"""The codebook as its readers may see it, and the codings that a change of meaning leaves to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from positions.enums import CodingStatus
from positions.models import CodebookEntry, CodebookVersion, Coding, Issue, Negotiation
from positions.queries.access import Reader, codings_for, issues_for, require_visible

STANCES = ("2", "1", "0", "-1", "-2")
MEANING_TEXTS = ("proposal", "pole_for", "pole_against")
OWN_TEXTS = (*MEANING_TEXTS, "reference_point")
ENTRY_TEXTS = ("definition", *OWN_TEXTS, "rules")


@dataclass(frozen=True, kw_only=True)
class EntryWords:
    """What a version says of an issue. ``anchors`` maps "2" to "-2" to ``{"meaning": text, "examples": [text]}``."""

    issue: Issue
    definition: str = ""
    proposal: str
    pole_for: str = ""
    pole_against: str = ""
    reference_point: str = ""
    anchors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: str = ""

    @property
    def meaning(self) -> dict[str, str]:
        """What the stances mean, by what says so: the proposal, the poles, the meaning of each anchor."""
        anchored = {stance: str(self.anchors.get(stance, {}).get("meaning", "")) for stance in STANCES}
        return {**{name: getattr(self, name) for name in MEANING_TEXTS}, **anchored}

    def differences(self, earlier: EntryWords) -> dict[str, tuple[Any, Any]]:
        """What reads otherwise than in ``earlier``: name to the words before and after."""
        found: dict[str, tuple[Any, Any]] = {
            name: (getattr(earlier, name), getattr(self, name))
            for name in ENTRY_TEXTS
            if getattr(earlier, name) != getattr(self, name)
        }
        for stance in STANCES:
            before, after = earlier.anchors.get(stance), self.anchors.get(stance)
            if (before or None) != (after or None):
                found[f"anchor {stance}"] = (before, after)
        return found

    def means_otherwise_than(self, earlier: EntryWords) -> bool:
        """Whether a stance means something else; words where there were none are no change."""
        before = earlier.meaning
        return any(before[name] and before[name] != words for name, words in self.meaning.items())


def words_of(entry: CodebookEntry) -> EntryWords:
    """A stored entry; its issue is loaded."""
    texts = {name: getattr(entry, name) for name in ENTRY_TEXTS}
    anchors = {stance: entry.anchors[stance] for stance in STANCES if stance in entry.anchors}
    return EntryWords(issue=entry.issue, anchors=anchors, **texts)


def own_words(issue: Issue) -> EntryWords:
    """What an issue says of itself, where no version does."""
    return EntryWords(issue=issue, **{name: getattr(issue, name) for name in OWN_TEXTS})


def newest_version(negotiation: Negotiation) -> CodebookVersion | None:
    """The version that codings are made under now."""
    return negotiation.codebook_versions.order_by("-version").first()


def words_in_force(negotiation: Negotiation, newest: CodebookVersion | None) -> list[EntryWords]:
    """What holds now of every issue: the newest version's words, or the issue's own where it has none."""
    written = {
        entry.issue_id: words_of(entry)
        for entry in CodebookEntry.objects.filter(version=newest).select_related("issue")
    }
    issues = negotiation.issues.filter(merged_into=None).order_by("rank", "slug")
    return [written.get(issue.pk) or own_words(issue) for issue in issues]


# ---------------------------------------------------------------- reading it


@dataclass(frozen=True)
class ReadCodebook:
    """One version as a reader may see it; ``is_whole`` is false where anchors, rules and the text are for members."""

    version: CodebookVersion
    versions: Sequence[CodebookVersion]
    entries: Sequence[EntryWords]
    differences: Mapping[UUID, Mapping[str, tuple[Any, Any]]]
    is_whole: bool

    @property
    def is_newest(self) -> bool:
        return self.version.version == self.versions[-1].version


def codebook_for(reader: Reader, negotiation: Negotiation, number: int | None = None) -> ReadCodebook | None:
    """The newest version, or version ``number``; null where there is none. Raises ``NotVisible``.

    Whoever sees the negotiation reads definitions, proposals, poles and reference points: without them a
    stance says nothing. The text, the anchors with their examples and the decision rules are the team's
    working paper, and examples may quote what is not public: they are for members.
    """
    require_visible(reader, negotiation)
    versions = list(negotiation.codebook_versions.order_by("version"))
    found = next((v for v in reversed(versions) if number is None or v.version == number), None)
    if found is None:
        return None
    before = next((v for v in reversed(versions) if v.version < found.version), None)
    said = _said_in(reader, versions)
    issues = list(issues_for(reader).filter(negotiation=negotiation, merged_into=None).order_by("rank", "slug"))
    entries = [_words_at(found, issue, said, versions) for issue in issues]
    earlier = said.get(before.pk, {}) if before else {}
    is_whole = reader.is_member(negotiation.pk)
    shown = [words if is_whole else replace(words, anchors={}, rules="") for words in entries]
    changed = {
        words.issue.pk: words.differences(
            earlier[words.issue.pk] if is_whole else replace(earlier[words.issue.pk], anchors={}, rules="")
        )
        for words in shown
        if words.issue.pk in earlier
    }
    return ReadCodebook(found, versions, shown, changed, is_whole)


def _said_in(reader: Reader, versions: Sequence[CodebookVersion]) -> dict[UUID, dict[UUID, EntryWords]]:
    """Version to issue to the words written down."""
    said: dict[UUID, dict[UUID, EntryWords]] = {}
    stored = CodebookEntry.objects.filter(version__in=versions, issue__in=issues_for(reader))
    for entry in stored.select_related("issue"):
        said.setdefault(entry.version_id, {})[entry.issue_id] = words_of(entry)
    return said


def _words_at(
    found: CodebookVersion,
    issue: Issue,
    said: Mapping[UUID, Mapping[UUID, EntryWords]],
    versions: Sequence[CodebookVersion],
) -> EntryWords:
    """What held of an issue under a version.

    A version that has no entry left the words to the issue. Whoever changed them afterwards wrote the old
    ones down in it, so they were those of the next version that has some, or are still the issue's own.
    """
    if issue.pk in said.get(found.pk, {}):
        return said[found.pk][issue.pk]
    later = [version for version in versions if version.version > found.version]
    return next((said[v.pk][issue.pk] for v in later if issue.pk in said.get(v.pk, {})), own_words(issue))


# ---------------------------------------------------------------- what is to be confirmed


def codings_by_version(reader: Reader, negotiation: Negotiation) -> dict[int, tuple[int, int]]:
    """Version to how many published codings in force were made under it, and how many of any state the reader sees."""
    counts = (
        codings_for(reader)
        .filter(negotiation=negotiation)
        .order_by()
        .values_list("codebook__version")
        .annotate(in_force=Count("pk", filter=Q(status=CodingStatus.PUBLISHED, retired_at=None)), all=Count("pk"))
    )
    return {version: (in_force, every) for version, in_force, every in counts}


def meaning_changed_in(negotiation: Negotiation) -> dict[UUID, int]:
    """Issue to the latest version in which a stance on it came to mean something else."""
    stored = CodebookEntry.objects.filter(version__negotiation=negotiation).select_related("issue", "version")
    latest: dict[UUID, EntryWords] = {}
    changed: dict[UUID, int] = {}
    for entry in stored.order_by("version__version"):
        words, earlier = words_of(entry), latest.get(entry.issue_id)
        if earlier is not None and words.means_otherwise_than(earlier):
            changed[entry.issue_id] = entry.version.version
        latest[entry.issue_id] = words
    return changed


def codings_to_confirm(reader: Reader, negotiation: Negotiation) -> QuerySet[Coding]:
    """Published codings in force made under an older version than the one in which their issue's meaning changed."""
    return codings_for(reader).filter(
        _outdated(meaning_changed_in(negotiation)),
        negotiation=negotiation,
        status=CodingStatus.PUBLISHED,
        retired_at=None,
    )


def _outdated(changed: Mapping[UUID, int]) -> Q:
    found = Q(pk__in=[])
    for issue, version in changed.items():
        found |= Q(issue=issue, codebook__version__lt=version)
    return found


def outdated_by(words: Iterable[EntryWords], before: Mapping[UUID, EntryWords]) -> dict[UUID, int]:
    """Issues whose meaning ``words`` would change, with how many published codings in force they have."""
    issues = [w.issue.pk for w in words if w.issue.pk in before and w.means_otherwise_than(before[w.issue.pk])]
    counts = (
        Coding.objects.filter(issue__in=issues, status=CodingStatus.PUBLISHED, retired_at=None)
        .order_by()
        .values_list("issue_id")
        .annotate(number=Count("pk"))
    )
    return {**dict.fromkeys(issues, 0), **dict(counts)}
