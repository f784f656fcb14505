"""The codebook: versions of what stances mean, and the readings that a new meaning leaves to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from positions.enums import ChangeKind, CodingStatus, Role
from positions.exceptions import Conflict, Invalid
from positions.models import ChangeSet, CodebookEntry, CodebookVersion, Coding, Issue, Negotiation
from positions.models.names import name_status
from positions.queries.access import Reader
from positions.queries.codebook import ENTRY_TEXTS, OWN_TEXTS, STANCES, EntryWords, newest_version, words_in_force
from positions.services.access import require_role
from positions.services.coding import build_coding, coder_name, current_codebook, facts_of
from positions.services.events import record_event, snapshot
from positions.services.fields import field_errors, require_reason
from positions.services.housekeeping.changes import (
    Line,
    Preview,
    count_of,
    record_change_set,
    require_few,
    require_one_negotiation,
)
from positions.services.housekeeping.codings import lock_for_change, publish_twins
from positions.services.housekeeping.reissue import Rereading, instant_for
from positions.services.statements import role_to_correct
from positions.validators import text_fault

EXAMPLES_AT_MOST = 20

# ---------------------------------------------------------------- versions


@transaction.atomic
def publish_codebook_version(
    reader: Reader, negotiation: Negotiation, text: str, entries: Sequence[EntryWords], reason: str
) -> CodebookVersion:
    """Issue the next version: ``entries`` say what changed, all other issues keep their words.

    The issues' own proposals, poles and reference points follow, published codings or not: those stay
    under the version they were made by and wait to be confirmed. Raises :class:`Invalid` for what cannot
    be kept, and for a version that says nothing new.
    """
    require_role(reader, negotiation, Role.LEAD)
    require_reason(reason)
    negotiation = Negotiation.objects.select_for_update(no_key=True).get(pk=negotiation.pk)
    newest = newest_version(negotiation)
    before = {words.issue.pk: words for words in words_in_force(negotiation, newest)}
    _check_entries(negotiation, entries, before)
    after = {**before, **{words.issue.pk: words for words in entries}}
    version = CodebookVersion(
        negotiation=negotiation, version=newest.version + 1 if newest else 1, text=text, recorded_at=timezone.now()
    )
    if errors := field_errors(version):
        raise Invalid(errors)
    changed = _differences(before, after)
    if newest is not None and not changed and text == newest.text:
        raise Invalid(gettext("This says what the codebook says already; change something, or leave it as it is."))
    version.save(force_insert=True)
    if newest is not None:
        _keep_words_of(newest, [before[pk] for pk in changed if pk in before])
    CodebookEntry.objects.bulk_create(_entry_of(version, words) for words in after.values())
    _update_issues(after.values())
    record_event(
        actor=reader.user,
        action="codebook_version_added",
        subject=version,
        negotiation=negotiation,
        reason=reason,
        before=_log_of(changed, 0, text=newest.text if newest else ""),
        after={**snapshot(version), **_log_of(changed, 1)},
    )
    return version


@transaction.atomic
def edit_codebook_version(
    reader: Reader, version: CodebookVersion, text: str, entries: Sequence[EntryWords], reason: str
) -> CodebookVersion:
    """Change the newest version while no coding uses it. Raises :class:`Conflict` afterwards."""
    require_role(reader, version.negotiation, Role.LEAD)
    require_reason(reason)
    negotiation = Negotiation.objects.select_for_update(no_key=True).get(pk=version.negotiation_id)
    version = CodebookVersion.objects.select_for_update().get(pk=version.pk)
    if not is_editable(version):
        raise Conflict(
            gettext("Version %(version)s is used by codings or followed by another one; compose the next version.")
            % {"version": version.version}
        )
    before = {words.issue.pk: words for words in words_in_force(negotiation, version)}
    _check_entries(negotiation, entries, before)
    after = {**before, **{words.issue.pk: words for words in entries}}
    changed, old_text, version.text = _differences(before, after), version.text, text
    if errors := field_errors(version):
        raise Invalid(errors)
    if not changed and text == old_text:
        raise Invalid(gettext("Nothing was changed."))
    version.save(force_update=True)
    if earlier := CodebookVersion.objects.filter(negotiation=negotiation, version__lt=version.version).last():
        _keep_words_of(earlier, [before[pk] for pk in changed])
    version.entries.all().delete()
    CodebookEntry.objects.bulk_create(_entry_of(version, words) for words in after.values())
    _update_issues(after.values())
    record_event(
        actor=reader.user,
        action="codebook_version_edited",
        subject=version,
        negotiation=negotiation,
        reason=reason,
        before=_log_of(changed, 0, text=old_text),
        after=_log_of(changed, 1, text=text),
    )
    return version


def is_editable(version: CodebookVersion) -> bool:
    """Whether the version is the newest and no coding, draft or not, was made under it."""
    later = CodebookVersion.objects.filter(negotiation=version.negotiation_id, version__gt=version.version)
    return not later.exists() and not Coding.objects.filter(codebook=version).exists()


def _check_entries(negotiation: Negotiation, entries: Sequence[EntryWords], before: Mapping[UUID, EntryWords]) -> None:
    """Raise :class:`Invalid` with what cannot be kept, entry by entry."""
    errors: dict[str, list[str]] = {}
    met: set[UUID] = set()
    for place, words in enumerate(entries):
        path = f"entries[{place}]"
        if words.issue.pk not in before:
            here = words.issue.negotiation_id == negotiation.pk
            errors[f"{path}.issue"] = [
                gettext("was merged into another one") if here else gettext("belongs to another negotiation")
            ]
        if words.issue.pk in met:
            errors[f"{path}.issue"] = [gettext("is named twice")]
        met.add(words.issue.pk)
        texts = {name: getattr(words, name) for name in ENTRY_TEXTS}
        found = field_errors(CodebookEntry(issue=words.issue, **texts), exclude=("anchors",))
        errors.update({f"{path}.{name}": said for name, said in found.items()})
        errors.update({f"{path}.{name}": said for name, said in _anchor_errors(words.anchors).items()})
    if errors:
        raise Invalid(errors)


def _anchor_errors(anchors: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for stance, anchor in anchors.items():
        name = f"anchor {stance}"
        if stance not in STANCES:
            errors[name] = [gettext("is no stance; use %(stances)s") % {"stances": ", ".join(STANCES)}]
            continue
        meaning, examples = anchor.get("meaning", ""), anchor.get("examples", [])
        if not str(meaning).strip():
            errors[name] = [gettext("say what the stance means before the examples of it")]
        if len(examples) > EXAMPLES_AT_MOST:
            errors[name] = [
                gettext("%(number)s examples are too many to read beside coding; keep %(limit)s")
                % {"number": len(examples), "limit": EXAMPLES_AT_MOST}
            ]
        if faults := [fault for words in (meaning, *examples) if (fault := text_fault(words))]:
            errors[name] = faults[:1]
    return errors


Differences = dict[UUID, tuple[Issue, dict[str, tuple[Any, Any]]]]


def _differences(before: Mapping[UUID, EntryWords], after: Mapping[UUID, EntryWords]) -> Differences:
    found = {pk: (words.issue, words.differences(before[pk])) for pk, words in after.items()}
    return {pk: (issue, changes) for pk, (issue, changes) in found.items() if changes}


def _log_of(changed: Differences, side: int, **more: Any) -> dict[str, Any]:
    entries = {issue.slug: {name: pair[side] for name, pair in found.items()} for issue, found in changed.values()}
    return {**more, "entries": entries}


def _keep_words_of(version: CodebookVersion, words: Sequence[EntryWords]) -> None:
    """Write down what was read under a version that left it to the issues, before the issues say otherwise."""
    written = set(version.entries.values_list("issue_id", flat=True))
    CodebookEntry.objects.bulk_create(_entry_of(version, each) for each in words if each.issue.pk not in written)


def _entry_of(version: CodebookVersion, words: EntryWords) -> CodebookEntry:
    anchors = {
        stance: {"meaning": anchor["meaning"], "examples": list(anchor.get("examples", []))}
        for stance, anchor in words.anchors.items()
    }
    texts = {name: getattr(words, name) for name in ENTRY_TEXTS}
    return CodebookEntry(version=version, issue=words.issue, anchors=anchors, **texts)


def _update_issues(words: Any) -> None:
    """Let the issues say what the newest version says of them."""
    changed = []
    for each in words:
        if any(getattr(each.issue, name) != getattr(each, name) for name in OWN_TEXTS):
            for name in OWN_TEXTS:
                setattr(each.issue, name, getattr(each, name))
            changed.append(each.issue)
    Issue.objects.bulk_update(changed, OWN_TEXTS)


# ---------------------------------------------------------------- readings to be confirmed


def preview_confirming(reader: Reader, codings: Sequence[Coding]) -> Preview:
    """What confirming published codings under the newest codebook would do. Raises :class:`Invalid`."""
    require_few(codings)
    negotiation = require_one_negotiation(codings)
    newest = newest_version(negotiation)
    require_role(reader, negotiation, Role.ANALYST)
    lines = []
    for coding in codings:
        after = gettext("codebook %(version)s") % {"version": newest.version if newest else 1}
        lines.append(
            Line(
                coding,
                gettext("codebook %(version)s") % {"version": coding.codebook.version},
                after,
                _why_not(reader, coding),
            )
        )
    title = ngettext("Confirm %(number)s reading", "Confirm %(number)s readings", len(codings))
    return Preview(title % {"number": f"{len(codings):,}"}, lines)


def _why_not(reader: Reader, coding: Coding) -> str:
    if coding.retired_at is not None:
        return gettext("was corrected or withdrawn meanwhile; open what replaced it")
    if coding.status != CodingStatus.PUBLISHED:
        return gettext("is %(status)s; only published readings are confirmed") % {"status": name_status(coding.status)}
    if not reader.has_role(coding.negotiation_id, role_to_correct(coding.negotiation.review_policy, coding)):
        return gettext("takes a reviewer to confirm")
    return ""


@transaction.atomic
def confirm_codings(
    reader: Reader, codings: Sequence[Coding], reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Correct published codings to the same reading under the newest codebook, all at one instant.

    Raises :class:`Invalid`, among others when nothing is left to confirm.
    """
    locked, negotiation = lock_for_change(codings, reason)
    chosen = {line.record.pk for line in preview_confirming(reader, locked).settle(leave_out_refused)}
    confirmed = [coding for coding in locked if coding.pk in chosen]
    now, codebook = instant_for((), confirmed), current_codebook(negotiation)
    rereadings = [
        Rereading(
            coding,
            build_coding(
                coding.statement,
                facts_of(coding),
                codebook,
                now,
                coder=coder_name(reader),
                coder_user=reader.user,
            ),
        )
        for coding in confirmed
    ]
    before, steps = publish_twins(rereadings, now, reason)
    change_set = record_change_set(
        reader,
        kind=ChangeKind.CONFIRM,
        title=f"{count_of(len(steps), 'reading')} confirmed under codebook {codebook.version}",
        steps=steps,
        negotiation=negotiation,
        reason=reason,
    )
    record_event(
        actor=reader.user,
        action="codings_confirmed",
        subject=change_set,
        negotiation=negotiation,
        reason=reason,
        before={"codings": before},
        after={"codebook": codebook.version, "codings": steps},
    )
    return change_set
