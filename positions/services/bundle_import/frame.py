"""The frame of a negotiation: parties, people, issues, codebook and rounds of a bundle."""

from __future__ import annotations

from dataclasses import replace

from positions.enums import CodingStatus
from positions.exceptions import Invalid
from positions.formats.bundle import BundleDelegation, BundleIssue, BundleParty, BundlePerson, BundleRound
from positions.models import (
    Appointment,
    CodebookVersion,
    Coding,
    DelegationMember,
    Issue,
    Party,
    PartyAlias,
    Person,
    Round,
)
from positions.services.bundle_import.plan import Plan, closes_circle, free_ids
from positions.services.fields import field_errors
from positions.services.negotiations import FROZEN_ONCE_CODED, DelegationFacts
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
                _check(plan, post.path, field_errors(appointment))
                plan.add(appointment)


def _build_person(plan: Plan, entry: BundlePerson) -> Person:
    person = Person(slug=entry.slug, name=entry.name)
    _check(plan, entry.path, field_errors(person))
    return person


def plan_issues(plan: Plan) -> None:
    """Issues by slug, in the order of the file; proposals and poles of a coded issue are frozen."""
    existing = {issue.slug: issue for issue in plan.negotiation.issues.all()} if not plan.is_new else {}
    coded = (
        set()
        if plan.is_new
        else set(
            Coding.objects.filter(negotiation=plan.negotiation, status=CodingStatus.PUBLISHED)
            .values_list("issue_id", flat=True)
            .distinct()
        )
    )
    free = free_ids(Issue, (entry.id for entry in plan.bundle.issues))
    plan.issues = dict(existing)
    for entry in plan.bundle.issues:
        issue = existing.get(entry.slug)
        if issue is None:
            issue = Issue(negotiation=plan.negotiation, slug=entry.slug, rank=len(plan.issues))
            if entry.id in free and entry.id is not None:
                issue.id = entry.id
            _require_lead(plan, entry.path, "adds an issue")
            plan.add(issue)
            plan.issues[entry.slug] = issue
        elif changed := _changed_fields(entry, issue):
            frozen = [name for name in changed if name in FROZEN_ONCE_CODED and issue.pk in coded]
            for name in frozen:
                plan.refuse(
                    f"{entry.path}.{name}",
                    "is frozen: codings of this issue are published; add a new issue for what +2 is to mean now",
                )
            if not frozen:
                _require_lead(plan, entry.path, "changes an issue")
            plan.change(issue, changed)
        for name in ISSUE_FIELDS:
            if name in entry.given or issue._state.adding:
                setattr(issue, name, getattr(entry, name))
        _check(plan, entry.path, field_errors(issue))
    for entry in plan.bundle.issues:
        _plan_parent(plan, entry)
    _refuse_circles(plan)


ISSUE_FIELDS = ("title", "proposal", "pole_for", "pole_against", "reference_point", "keywords")


def _changed_fields(entry: BundleIssue, issue: Issue) -> list[str]:
    """What the file gives and has otherwise; what it leaves out stays as it is."""
    return [name for name in ISSUE_FIELDS if name in entry.given and getattr(entry, name) != getattr(issue, name)]


def _plan_parent(plan: Plan, entry: BundleIssue) -> None:
    issue = plan.issues[entry.slug]
    if "parent" not in entry.given and not issue._state.adding:
        return
    parent = plan.issues.get(entry.parent) if entry.parent else None
    if entry.parent and parent is None:
        plan.refuse(f"{entry.path}.parent", f"no issue has the slug “{entry.parent[:60]}”")
    before = issue.parent_id
    issue.parent = parent
    if before != issue.parent_id and not issue._state.adding:
        _require_lead(plan, entry.path, "changes an issue")
        plan.change(issue, ("parent",))


def _refuse_circles(plan: Plan) -> None:
    parents = {issue.pk: issue.parent_id for issue in plan.issues.values()}
    for entry in plan.bundle.issues:
        if closes_circle(plan.issues[entry.slug].pk, parents):
            plan.refuse(f"{entry.path}.parent", "makes a circle of parents")


def plan_codebooks(plan: Plan) -> None:
    """Versions of the codebook by number; the first, still empty, is made when there is none."""
    if not plan.is_new:
        plan.codebooks = {version.version: version for version in plan.negotiation.codebook_versions.all()}
    for entry in plan.bundle.codebook:
        existing = plan.codebooks.get(entry.version)
        if existing is not None:
            if existing.text != entry.text:
                plan.refuse(
                    f"{entry.path}.text",
                    f"version {entry.version} of the codebook is recorded with another text; add a new version",
                )
            continue
        _require_lead(plan, entry.path, "adds a version of the codebook")
        recorded_at = entry.recorded_at if plan.keeps_history and entry.recorded_at else plan.now
        version = CodebookVersion(
            negotiation=plan.negotiation, version=entry.version, text=entry.text, recorded_at=recorded_at
        )
        plan.codebooks[entry.version] = version
        plan.add(version)
    if not plan.codebooks:
        plan.codebooks[1] = CodebookVersion(negotiation=plan.negotiation, version=1, recorded_at=plan.now)
        plan.add(plan.codebooks[1])


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
            _require_lead(plan, entry.path, "adds a round")
            plan.rounds[entry.number] = held
            plan.add(held)
        elif changed := [n for n in ROUND_FIELDS if n in entry.given and getattr(held, n) != getattr(entry, n)]:
            _require_lead(plan, entry.path, "changes a round")
            plan.change(held, changed)
        for name in ROUND_FIELDS:
            if name in entry.given or held._state.adding:
                setattr(held, name, getattr(entry, name))
        _check(plan, entry.path, field_errors(held))
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
            _check(plan, path, field_errors(DelegationMember(title=title)))
        if party is not None:
            facts = DelegationFacts(party=party, head=head)
            delegations.append(
                replace(facts, members=tuple((person, title) for person, title in members if person is not None))
            )
    if wanted != seated:
        if not held._state.adding:
            _require_lead(plan, entry.path, "changes a round's delegations")
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


def _require_lead(plan: Plan, path: str, what: str) -> None:
    if not plan.may_lead:
        plan.refuse(path, f"only a lead {what}")


def _check(plan: Plan, path: str, errors: dict[str, list[str]]) -> None:
    if errors:
        plan.refuse_fields(path, Invalid(errors))
