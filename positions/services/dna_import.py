"""Importing a file of the program DNA: its names are looked up or made, then it goes the way of a bundle."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from positions.exceptions import BundleRefused
from positions.formats.dna import DnaNames, DnaProject, DnaRoles, dna_bundle, new_issue, new_party, read_dna
from positions.models import Issue, Negotiation, Party, Person
from positions.queries.access import Reader, negotiations_for, parties_for, persons_for
from positions.services.imports import ImportReport, import_bundle

LONGEST_SLUG = 80
AT_ONCE = 500
PLACES = re.compile(r"(parties|persons|issues|sources|statements)\[(\d+)\](.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class DnaOptions:
    """How a file is read: what plays which part in it, and what it does not say itself.

    ``title`` is that of a new negotiation; without it, its slug in words. ``prefix`` begins the keys of
    sources and statements: give two files that go into one negotiation different ones. ``language`` is
    that of the documents.
    """

    roles: DnaRoles = field(default_factory=DnaRoles)
    title: str = ""
    prefix: str = "dna"
    language: str = "und"
    skip_incomplete: bool = False


USUAL = DnaOptions()


@transaction.atomic
def import_dna(
    reader: Reader,
    path: Path,
    slug: str,
    options: DnaOptions = USUAL,
    *,
    dry_run: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring a DNA 3 file into a negotiation, which is made where there is none; all of it or nothing.

    Importing it again adds what is new. Raises :class:`BundleRefused` with every problem at its place in the file,
    and what :func:`import_bundle` raises.
    """
    tell = on_step or (lambda step: None)
    tell("reading the file")
    project = read_dna(path, options.roles, skip_incomplete=options.skip_incomplete)
    tell(f"found {len(project.documents)} documents and {len(project.statements)} statements")
    negotiation = negotiations_for(reader).filter(slug=slug).first()
    title = negotiation.title if negotiation else options.title or slug.replace("-", " ").capitalize()
    names = DnaNames(slug=slug, title=title, language=options.language, prefix=options.prefix)
    known = _name_all(reader, project, names, negotiation)
    try:
        report = import_bundle(reader, dna_bundle(project, names), dry_run=dry_run, on_step=on_step)
    except BundleRefused as refusal:
        raise BundleRefused(
            [(_place_in_file(path, project, names), words) for path, words in refusal.problems]
        ) from None
    found = [(_place_in_file(place, project, names), words) for place, words in report.warnings]
    report.warnings = [*project.left_aside, *known, *found]
    return report


def _place_in_file(path: str, project: DnaProject, names: DnaNames) -> str:
    """A place in the bundle as the place in the file that it was made from."""
    found = PLACES.fullmatch(path)
    if found is None:
        return path
    kind, place, rest = found[1], int(found[2]), found[3]
    named: Mapping[str, Callable[[], str]] = {
        "parties": lambda: f"organisation “{list(names.parties)[place]}”",
        "persons": lambda: f"person “{list(names.persons)[place]}”",
        "issues": lambda: f"concept “{list(names.issues)[place]}”",
        "sources": lambda: f"document {project.documents[place].id}",
        "statements": lambda: f"statement {project.statements[place].span.id}",
    }
    return named[kind]() + rest.replace(".", " ", 1)


# ---------------------------------------------------------------- names


def _name_all(
    reader: Reader, project: DnaProject, names: DnaNames, negotiation: Negotiation | None
) -> list[tuple[str, str]]:
    """Fill in what everything is called here; what was known elsewhere before is said."""
    roster = Roster(negotiation)
    organisations = dict.fromkeys(statement.organisation for statement in project.statements)
    people = dict.fromkeys(statement.person for statement in project.statements if statement.person)
    warnings = []
    known_parties = roster.pick(parties_for(reader), organisations, "organisation", roster.parties)
    slugs = _free_slugs(Party, [name for name in organisations if name not in known_parties], "party")
    for name in organisations:
        party = known_parties.get(name)
        if party is None:
            names.parties[name] = new_party(slugs[name], name, project.aliases.get(name), names.language)
            continue
        names.parties[name] = {"slug": party.slug, "name": party.name, "kind": party.kind, "iso3": party.iso3}
        if party.pk not in roster.parties:
            warnings.append((f"organisation “{name[:60]}”", f"is the party “{party.slug}”, which is known already"))
    known_people = roster.pick(persons_for(reader), people, "person", roster.persons)
    slugs = _free_slugs(Person, [name for name in people if name not in known_people], "person")
    for name in people:
        person = known_people.get(name)
        names.persons[name] = {"slug": person.slug if person else slugs[name], "name": person.name if person else name}
        if person and person.pk not in roster.persons:
            warnings.append((f"person “{name[:60]}”", f"is “{person.slug}”, who is known already"))
    _name_issues(project, names, negotiation)
    return warnings


class Roster:
    """Who takes part in the negotiation already: where several have a name, they are meant."""

    def __init__(self, negotiation: Negotiation | None) -> None:
        self.parties = set(negotiation.parties.values_list("pk", flat=True)) if negotiation else set()
        self.persons = set(negotiation.persons.values_list("pk", flat=True)) if negotiation else set()

    def pick(
        self, visible: QuerySet[Any], wanted: Iterable[str], noun: str, taking_part: Collection[Any]
    ) -> dict[str, Any]:
        """The visible records that have the names wanted. Raises :class:`BundleRefused` where it is not clear which."""
        listed = list(wanted)
        found: dict[str, list[Any]] = {}
        for start in range(0, len(listed), AT_ONCE):
            for record in visible.filter(name__in=listed[start : start + AT_ONCE], merged_into=None).order_by("slug"):
                found.setdefault(record.name, []).append(record)
        picked, problems = {}, []
        for name, records in found.items():
            likely = [record for record in records if record.pk in taking_part] or records
            if len(likely) == 1:
                picked[name] = likely[0]
            else:
                several = ", ".join(f"“{record.slug}”" for record in likely)
                problems.append((f"{noun} “{name[:60]}”", f"several are called so: {several}; merge or rename them"))
        if problems:
            raise BundleRefused(problems)
        return picked


def _name_issues(project: DnaProject, names: DnaNames, negotiation: Negotiation | None) -> None:
    """Concepts by the proposals of the negotiation's issues, which are frozen once coded, or else by their titles."""
    there = list(negotiation.issues.filter(merged_into=None).select_related("parent")) if negotiation else []
    known: dict[str, Issue] = {issue.title: issue for issue in there} | {issue.proposal: issue for issue in there}
    taken = set(negotiation.issues.values_list("slug", flat=True)) if negotiation else set()
    slugs: dict[str, str] = {}
    for concept in project.concepts:
        issue = known.get(concept)
        slugs[concept] = issue.slug if issue else _next_free(_slug_of(concept, "issue"), taken)
        taken.add(slugs[concept])
    for concept, parent in project.concepts.items():
        issue = known.get(concept)
        if issue is not None:
            names.issues[concept] = {"slug": issue.slug, "title": issue.title, "proposal": issue.proposal}
        else:
            names.issues[concept] = new_issue(slugs[concept], concept, slugs[parent] if parent else None)


def _free_slugs(model: type[Party] | type[Person], wanted: list[str], noun: str) -> dict[str, str]:
    """A slug for each name that no record has, whoever may see it: an import never gives a name to somebody else."""
    bases = {name: _slug_of(name, noun) for name in wanted}
    taken: set[str] = set()
    # what begins alike is all that can be in the way
    for base in set(bases.values()):
        taken.update(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    chosen = {}
    for name, base in bases.items():
        chosen[name] = _next_free(base, taken)
        taken.add(chosen[name])
    return chosen


def _next_free(base: str, taken: Collection[str]) -> str:
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _slug_of(name: str, noun: str) -> str:
    """Lower-case ASCII words joined by hyphens; a digest where a name has none, so that it is always the same."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-")
    return slug or f"{noun}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"
