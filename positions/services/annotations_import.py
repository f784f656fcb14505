"""Importing annotations: a statement of each, codings of its tags; then they go the way of a bundle."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from positions.enums import Role
from positions.exceptions import BundleRefused
from positions.formats.bundle import FORMAT
from positions.formats.webannotation import Mark, read_annotations
from positions.formats.webannotation.reading_tags import Tagged, TaggedCoding, read_tags
from positions.models import Negotiation
from positions.queries.access import Reader, negotiation_for
from positions.services.access import require_role
from positions.services.annotated_sources import AnnotatedSources
from positions.services.codings_import import Named, digest, issue_names, party_names
from positions.services.imports import ImportReport, import_bundle
from positions.services.recorded_marks import RecordedStatement, RecordedStatements

PLACES = re.compile(r"(statements|sources)\[(\d+)\](?:\.codings\[(\d+)\])?\.?(.*)", re.DOTALL)
LONGEST_KEY = 200
NO_DAY: Final = (
    "does not say when it was stated, and its source has no date of publication: add a tag “on:”, or say it for the "
    "whole file"
)
USUAL_CODER: Final = "import"
# Fields of a statement that a tag may give, beside what tells it from others.
SAID: Final = ("speaker", "speaker_label", "directness", "attribution")


@dataclass(frozen=True)
class AnnotationDefaults:
    """What holds for annotations that do not say it: who asserts what they quote, and when it was stated."""

    asserted_by: str = ""
    stated_on: str = ""


@transaction.atomic
def import_annotations(
    reader: Reader,
    slug: str,
    content: bytes,
    defaults: AnnotationDefaults | None = None,
    *,
    dry_run: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring the annotations of a file into the record of a negotiation, or none of them.

    Importing them again adds what is new. Raises :class:`BundleRefused` with every problem at its place in the file,
    :class:`NotVisible` and :class:`NotPermitted`.
    """
    tell = on_step or (lambda step: None)
    negotiation = negotiation_for(reader, slug)
    require_role(reader, negotiation, Role.ANALYST)
    tell("reading the file")
    found = read_annotations(content)
    tell(f"found {len(found.marks)} annotations")
    document = AnnotatedDocument(reader, negotiation, defaults or AnnotationDefaults())
    document.problems += found.problems
    for mark in found.marks:
        document.add(mark)
    document.settle()
    bundle = document.as_bundle()
    if document.problems:
        raise BundleRefused(document.problems)
    try:
        report = import_bundle(reader, bundle, dry_run=dry_run, on_step=on_step)
    except BundleRefused as refusal:
        raise BundleRefused([document.located(path, words) for path, words in refusal.problems]) from None
    warnings = [document.located(path, words) for path, words in report.warnings]
    report.warnings = [*found.warnings, *document.warnings, *warnings]
    return report


@dataclass
class Entry:
    """A statement of the bundle, the annotation it first came from, and where each of its codings did."""

    path: str
    statement: dict[str, Any]
    coding_paths: list[str] = field(default_factory=list)


class AnnotatedDocument:
    """The bundle that the annotations of a file stand for, and from which place each of its entries came."""

    def __init__(self, reader: Reader, negotiation: Negotiation, defaults: AnnotationDefaults) -> None:
        self.negotiation, self.defaults = negotiation, defaults
        self.parties = Named("party", party_names(reader, negotiation))
        self.issues = Named("issue", issue_names(negotiation))
        self.sources = AnnotatedSources(negotiation)
        self.problems: list[tuple[str, str]] = []
        self.warnings: list[tuple[str, str]] = []
        self.waiting: list[tuple[Mark, Tagged]] = []
        self.entries: dict[tuple[Any, ...], Entry] = {}
        self.written: list[Entry] = []

    def add(self, mark: Mark) -> None:
        """Take in an annotation; where its source is a new one, its text waits for the others on that source."""
        tagged = read_tags(mark.tags, mark.path)
        self.problems += tagged.problems
        self.warnings += tagged.warnings
        self.sources.learn(mark, tagged.statement.get("source"))
        self.waiting.append((mark, tagged))

    def settle(self) -> None:
        """Make entries of all that was taken in."""
        self.recorded = RecordedStatements(self.negotiation, self.sources.known_keys())
        for mark, tagged in self.waiting:
            self._plan(mark, tagged)

    # ---------------------------------------------------------------- one annotation

    def _plan(self, mark: Mark, tagged: Tagged) -> None:
        place, problem = self.sources.place(mark)
        if problem is not None:
            self.problems.append(problem)
        codings = [coding for coding in tagged.codings if self._name_coding(coding, mark)]
        by, on = self._asserted_by(mark, tagged, codings), self._stated_on(mark, tagged)
        number = self._round(mark, tagged)
        if place is None or by is None or on is None or number is False:
            return
        for coding in codings:
            coding.fields.setdefault("party", by)
        if any("party" not in coding.fields for coding in codings):
            return
        said: dict[str, str] = {name: tagged.statement[name] for name in SAID if name in tagged.statement}
        facts = {"source": place.source, "asserted_by": by, "stated_on": on, "round": number}
        span = {"start": place.start, "end": place.end, "exact": place.exact} if place.exact else {}
        entry = self._entry(mark, facts, span, said)
        if entry is None:
            return
        self._add_comment(entry, mark, tagged, codings)
        known = self.recorded.find(entry.statement, mark.key)
        for coding in codings:
            self._add_coding(entry, coding, mark, known)

    def _entry(self, mark: Mark, facts: dict[str, Any], span: dict[str, Any], said: dict[str, str]) -> Entry | None:
        """The statement of these facts; annotations on the same passage share one."""
        key = mark.key or (None if span else self._key_of(mark))
        identity = (key, *facts.values(), *span.values()) if not span else (*facts.values(), *span.values())
        statement = {**({"key": key} if key else {}), **facts, **span, **said, "codings": []}
        entry = self.entries.setdefault(identity, Entry(mark.path, statement))
        for name, value in said.items():
            if entry.statement.setdefault(name, value) != value:
                self.problems.append((mark.path, f"“{name}:” is not that of {entry.path}, which is the same passage"))
                return None
        return entry

    def _key_of(self, mark: Mark) -> str | None:
        """The outside name of a statement without a span, which nothing else would tell from another."""
        if not mark.id:
            return None
        # one of several targets is told from the others by its place among them
        which = mark.target.path.rpartition(".target")[2] if ".target" in mark.target.path else ""
        name = f"{mark.id}#target{which}" if which else mark.id
        return name if len(name) <= LONGEST_KEY else f"annotation-{digest(name)}"

    def _add_comment(self, entry: Entry, mark: Mark, tagged: Tagged, codings: list[TaggedCoding]) -> None:
        labels = [f"Tags: {', '.join(tagged.labels)}"] if tagged.labels else []
        comment = "\n".join([*([mark.comment] if mark.comment else []), *labels])
        if not comment:
            return
        if codings:
            for coding in codings:
                coding.fields.setdefault("comment", comment)
        else:
            before = entry.statement.get("note", "")
            entry.statement["note"] = f"{before}\n{comment}" if before and comment not in before else comment

    def _add_coding(self, entry: Entry, coding: TaggedCoding, mark: Mark, known: RecordedStatement | None) -> None:
        fields = coding.fields
        coder = fields.get("coder") or mark.creator
        if known is not None:
            if known.has(fields, coder):
                return
            # without a name it is a new word on the reading that is there, which the import then refuses
            coder = coder or known.coder_of(fields)
        fields["coder"] = coder or USUAL_CODER
        if fields in entry.statement["codings"]:
            return
        entry.statement["codings"].append(fields)
        entry.coding_paths.append(coding.path)

    # ---------------------------------------------------------------- names

    def _name_coding(self, coding: TaggedCoding, mark: Mark) -> bool:
        issue = self._find(self.issues, "issue", coding.fields["issue"], coding.path)
        party = coding.fields.get("party")
        if party is not None:
            party = self._find(self.parties, "party", party, coding.path)
            if party is None:
                return False
            coding.fields["party"] = party
        if issue is None:
            return False
        coding.fields["issue"] = issue
        return True

    def _asserted_by(self, mark: Mark, tagged: Tagged, codings: list[TaggedCoding]) -> str | None:
        given = tagged.statement.get("by")
        if given is not None:
            return self._find(self.parties, "party", given, mark.path)
        coded = {coding.fields["party"] for coding in codings if "party" in coding.fields}
        if len(coded) == 1:
            return str(next(iter(coded)))
        if self.defaults.asserted_by:
            return self._find(self.parties, "party", self.defaults.asserted_by, mark.path)
        if len(codings) == len(tagged.codings) and not tagged.problems:
            self.problems.append(
                (mark.path, "does not say who states it: add a tag “by:”, or say it for the whole file")
            )
        return None

    def _stated_on(self, mark: Mark, tagged: Tagged) -> str | None:
        found = tagged.statement.get("on") or self.sources.published_on(mark) or self.defaults.stated_on
        if not found and self.sources.is_clear(mark):
            self.problems.append((mark.path, NO_DAY))
        return found or None

    def _round(self, mark: Mark, tagged: Tagged) -> int | bool | None:
        """The number of the round, null without one, false where it is none."""
        words = tagged.statement.get("round")
        if words is None:
            return None
        if words.isascii() and words.isdigit() and len(words) < 9:
            return int(words)
        self.problems.append((mark.path, f"“round:{words[:40]}” is not the number of a round"))
        return False

    def _find(self, named: Named, noun: str, words: str, path: str) -> str | None:
        found = named.find(words)
        if len(found) == 1:
            return found[0]
        if found:
            self.problems.append((path, f"“{words[:60]}” may mean {' or '.join(found[:5])}; give the slug"))
        else:
            self.problems.append((path, f"there is no {noun} “{words[:60]}”; add it first"))
        return None

    # ---------------------------------------------------------------- the bundle

    def as_bundle(self) -> dict[str, Any]:
        """The bundle, without statements of which everything is recorded already."""
        self.written = []
        for entry in self.entries.values():
            known = self.recorded.find(entry.statement, entry.statement.get("key"))
            if known is None:
                self.written.append(entry)
                continue
            for name, value in known.differing(entry.statement):
                self.problems.append((entry.path, f"is recorded with {name} “{value}”; correct it at the desk"))
            if entry.statement.get("note", "") not in known.statement.note:
                self.warnings.append((entry.path, "is recorded already; its comment is not taken over"))
            if entry.statement["codings"]:
                entry.statement = {**known.as_entry(), "codings": entry.statement["codings"]}
                self.written.append(entry)
        return {
            "format": FORMAT,
            "negotiation": {"slug": self.negotiation.slug, "title": self.negotiation.title},
            "sources": self.sources.new_entries(),
            "statements": [
                {name: value for name, value in entry.statement.items() if value not in (None, "")}
                for entry in self.written
            ],
        }

    def located(self, path: str, words: str) -> tuple[str, str]:
        """A problem of the bundle at its place in the file."""
        found = PLACES.fullmatch(path)
        if found is None:
            return path, words
        listed, place, coding, rest = found[1], int(found[2]), found[3], found[4]
        if listed == "sources":
            at = self.sources.path_of(place)
        else:
            entry = self.written[place]
            at = entry.coding_paths[int(coding)] if coding else entry.path
        return (f"{at} {rest}" if rest else at), words
