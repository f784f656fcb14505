"""The frame of a negotiation: parties, people, issues, codebook and rounds of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from positions.exceptions import Invalid
from positions.formats.bundle import (
    BundleDelegation,
    BundleParty,
    BundlePerson,
    BundleRound,
)
from positions.models import (
    Appointment,
    DelegationMember,
    Party,
    PartyAlias,
    Person,
    Round,
)
from positions.services.bundle_import.plan import Plan, closes_circle, free_ids
from positions.services.fields import field_errors
from positions.services.negotiations import DelegationFacts
from positions.services.parties import AliasFacts, PartyFacts, build_aliases, build_party

SETTINGS = ("title", "summary")


def plan_settings(plan: Plan) -> None:
    """Title and summary follow the file; visibility and review policy of an existing negotiation stay as they are."""
    negotiation, bundle = plan.negotiation, plan.bundle
    if plan.is_new:
        plan.add(negotiation)
        return
    changed = [n for n in SETTINGS if n in bundle.given and getattr(negotiation, n) != getattr(bundle, n)]
    if changed and plan.may_lead:
        for name in changed:
            setattr(negotiation, name, getattr(bundle, name))
        plan.change(negotiation, changed)
    elif changed:
        plan.warn("negotiation", "only a lead changes title and summary; they stay as they are")
    if "visibility" in bundle.given and negotiation.visibility != bundle.visibility:
        plan.warn(
            "negotiation.visibility",
            f"stays “{negotiation.visibility}”: an import never changes who may read a negotiation",
        )


def check_settings(plan: Plan) -> None:
    """Note what is wrong with the negotiation's own fields."""
    for name, messages in field_errors(plan.negotiation).items():
        plan.refuse(f"negotiation.{name}", messages[0])


def plan_parties(plan: Plan) -> None:
    """Missing parties are added; existing ones are never altered, but for aliases an administrator's import adds."""
    bundle = plan.bundle
    named = {party.slug for party in bundle.parties} | _party_slugs(plan)
    named |= {party.merged_into for party in bundle.parties if party.merged_into}
    plan.parties = {party.slug: party for party in Party.objects.filter(slug__in=named)}
    known_aliases = set(PartyAlias.objects.filter(party__slug__in=named).values_list("party__slug", "text", "language"))
    for entry in bundle.parties:
        existing = plan.parties.get(entry.slug)
        try:
            facts = PartyFacts(
                slug=entry.slug, name=entry.name, kind=entry.kind, iso3=entry.iso3, wikidata_id=entry.wikidata_id
            )
            party = existing or build_party(facts)
            aliases = build_aliases(
                party, [AliasFacts(text=a.text, kind=a.kind, language=a.language) for a in entry.aliases]
            )
        except Invalid as refusal:
            plan.refuse_fields(entry.path, refusal)
            plan.parties.setdefault(entry.slug, Party(slug=entry.slug))
            continue
        if existing is None:
            plan.parties[entry.slug] = party
            plan.add(party, *aliases)
            continue
        _warn_of_difference(plan, entry, existing)
        if plan.keeps_history:
            plan.add(*(alias for alias in aliases if (entry.slug, alias.text, alias.language) not in known_aliases))
    _plan_merges(plan, bundle.parties, plan.parties, "party")


def _plan_merges(
    plan: Plan,
    entries: Sequence[BundleParty | BundlePerson],
    known: Mapping[str, Party] | Mapping[str, Person],
    noun: str,
) -> None:
    """What a new party or person was merged into; one that is on record already stays as it is."""
    for entry in entries:
        record, target = known.get(entry.slug), known.get(entry.merged_into or "")
        if record is None or entry.merged_into is None:
            continue
        if target is None:
            plan.refuse(f"{entry.path}.merged_into", f"no {noun} has the slug “{entry.merged_into[:60]}”")
        elif record._state.adding:
            record.merged_into = target
        elif record.merged_into_id != target.pk:
            plan.warn(f"{entry.path}.merged_into", f"is already on record; an import merges no {noun}")
    merges = {record.pk: record.merged_into_id for record in known.values()}
    for entry in entries:
        if entry.merged_into and closes_circle(known[entry.slug].pk, merges):
            plan.refuse(f"{entry.path}.merged_into", "makes a circle of merges")


def _warn_of_difference(plan: Plan, entry: BundleParty, existing: Party) -> None:
    if (entry.name, entry.kind) != (existing.name, existing.kind):
        plan.warn(entry.path, f"“{entry.slug}” is already known under another name or kind; it stays as it is")


def _party_slugs(plan: Plan) -> set[str]:
    """Every party the file names outside its list of parties."""
    bundle = plan.bundle
    slugs = {a.party for person in bundle.persons for a in person.appointments}
    slugs |= {d.party for held in bundle.rounds for d in held.delegations or ()}
    for statement in bundle.statements:
        slugs |= {statement.asserted_by, *(slug for _, slug in statement.addressees)}
        for coding in statement.codings:
            slugs |= {coding.party, *(c.falls_on for c in coding.conditions if c.falls_on)}
    return slugs


def plan_persons(plan: Plan) -> None:
    """Missing people are added with their posts; existing ones never alter, but for posts an administrator adds."""
    bundle = plan.bundle
    named = {person.slug for person in bundle.persons} | {s.speaker for s in bundle.statements if s.speaker}
    named |= {person.merged_into for person in bundle.persons if person.merged_into}
    for held in bundle.rounds:
        for delegation in held.delegations or ():
            named |= {delegation.head or "", *(person for _, person, _ in delegation.members)}
    plan.persons = {person.slug: person for person in Person.objects.filter(slug__in=named)}
    posts = Appointment.objects.filter(person__slug__in=named).values_list(
        "person__slug", "party__slug", "title", "starts_on"
    )
    known_posts = set(posts)
    for entry in bundle.persons:
        existing = plan.persons.get(entry.slug)
        person = existing or _build_person(plan, entry)
        plan.persons[entry.slug] = person
        if existing is None:
            plan.add(person)
        elif existing.name != entry.name:
            plan.warn(entry.path, f"“{entry.slug}” is already known as {existing.name}; the name stays so")
        for post in entry.appointments:
            party = plan.party(f"{post.path}.party", post.party)
            if party is None or (existing is not None and not plan.keeps_history):
                continue
            key = (entry.slug, post.party, post.title, post.starts_on)
            if key not in known_posts:
                known_posts.add(key)
                appointment = Appointment(
                    person=person, party=party, title=post.title, starts_on=post.starts_on, ends_on=post.ends_on
                )
                plan.check(post.path, field_errors(appointment))
                plan.add(appointment)
    _plan_merges(plan, bundle.persons, plan.persons, "person")


def _build_person(plan: Plan, entry: BundlePerson) -> Person:
    person = Person(slug=entry.slug, name=entry.name)
    plan.check(entry.path, field_errors(person))
    return person


ROUND_FIELDS = ("title", "format", "venue", "starts_on", "ends_on", "status")


def plan_rounds(plan: Plan) -> None:
    """Rounds by number, with their delegations where the file has some."""
    existing = {} if plan.is_new else {r.number: r for r in plan.negotiation.rounds.all()}
    seats = _seats(plan) if existing else {}
    free = free_ids(Round, (entry.id for entry in plan.bundle.rounds))
    plan.rounds = dict(existing)
    for entry in plan.bundle.rounds:
        held = existing.get(entry.number)
        if held is None:
            held = Round(negotiation=plan.negotiation, number=entry.number)
            if entry.id in free and entry.id is not None:
                held.id = entry.id
            plan.require_lead(entry.path, "adds a round")
            plan.rounds[entry.number] = held
            plan.add(held)
        elif changed := [n for n in ROUND_FIELDS if n in entry.given and getattr(held, n) != getattr(entry, n)]:
            plan.require_lead(entry.path, "changes a round")
            plan.change(held, changed)
        for name in ROUND_FIELDS:
            if name in entry.given or held._state.adding:
                setattr(held, name, getattr(entry, name))
        plan.check(entry.path, field_errors(held))
        _plan_delegations(plan, entry, held, seats.get(entry.number, []))


Seat = tuple[str, str | None, list[tuple[str, str]]]


def _plan_delegations(plan: Plan, entry: BundleRound, held: Round, seated: list[Seat]) -> None:
    if entry.delegations is None:
        return
    wanted: list[Seat] = sorted(
        (
            (d.party, d.head, [(person, title) for _, person, title in d.members])
            for d in _once(plan, entry.delegations)
        ),
        key=lambda seat: seat[0],
    )
    delegations = []
    for delegation in entry.delegations:
        party = plan.party(f"{delegation.path}.party", delegation.party)
        head = plan.person(f"{delegation.path}.head", delegation.head)
        members = [(plan.person(f"{path}.person", slug), title) for path, slug, title in delegation.members]
        for path, _, title in delegation.members:
            plan.check(path, field_errors(DelegationMember(title=title)))
        if party is not None:
            facts = DelegationFacts(party=party, head=head)
            delegations.append(
                replace(facts, members=tuple((person, title) for person, title in members if person is not None))
            )
    if wanted != seated:
        if not held._state.adding:
            plan.require_lead(entry.path, "changes a round's delegations")
        plan.seats.append((held, delegations))


def _once(plan: Plan, delegations: list[BundleDelegation]) -> list[BundleDelegation]:
    seen: set[str] = set()
    for delegation in delegations:
        if delegation.party in seen:
            plan.refuse(f"{delegation.path}.party", f"“{delegation.party}” is at this round twice")
        seen.add(delegation.party)
        people = [person for _, person, _ in delegation.members]
        if len(people) != len(set(people)):
            plan.refuse(f"{delegation.path}.members", "name each person once")
    return delegations


def _seats(plan: Plan) -> dict[int, list[Seat]]:
    seats: dict[int, list[Seat]] = {}
    for held in plan.negotiation.rounds.prefetch_related(
        "delegations__party", "delegations__head", "delegations__members__person"
    ):
        seats[held.number] = sorted(
            (d.party.slug, d.head.slug if d.head else None, [(m.person.slug, m.title) for m in d.members.all()])
            for d in held.delegations.all()
        )
    return seats
