"""Negotiations, their rounds, issues and members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from positions.enums import CodingStatus, ReviewPolicy, Role, RoundFormat, RoundStatus, Visibility
from positions.exceptions import Conflict, Invalid
from positions.models import (
    CodebookEntry,
    CodebookVersion,
    Coding,
    Delegation,
    DelegationMember,
    Issue,
    Member,
    Negotiation,
    Party,
    Person,
    Round,
)
from positions.queries.access import Reader
from positions.services.access import require_administrator, require_role
from positions.services.events import record_event, snapshot
from positions.services.fields import field_errors, require_unmerged
from positions.validators import text_fault

RecordType = TypeVar("RecordType", Negotiation, Issue)

FROZEN_ONCE_CODED = ("proposal", "pole_for", "pole_against")


@dataclass(frozen=True, kw_only=True)
class NegotiationFacts:
    """What a negotiation is called and who may read it."""

    slug: str
    title: str
    summary: str = ""
    visibility: str = Visibility.RESTRICTED
    review_policy: str = ReviewPolicy.SINGLE


@dataclass(frozen=True, kw_only=True)
class DelegationFacts:
    """A party at a round: its head, and its members with the titles they held."""

    party: Party
    head: Person | None = None
    members: tuple[tuple[Person, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoundFacts:
    """A meeting: ``delegations`` is null where they are to stay as they are."""

    number: int
    title: str
    format: str = RoundFormat.MULTILATERAL
    venue: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    status: str = RoundStatus.PLANNED
    delegations: tuple[DelegationFacts, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class IssueFacts:
    """A contested question, with what +2 and −2 mean."""

    slug: str
    title: str
    proposal: str
    pole_for: str = ""
    pole_against: str = ""
    reference_point: str = ""
    keywords: tuple[str, ...] = ()
    parent: Issue | None = None
    rank: int | None = None


@transaction.atomic
def create_negotiation(reader: Reader, facts: NegotiationFacts) -> Negotiation:
    """Open a negotiation with an empty codebook; its creator becomes lead.

    Raises :class:`Invalid` for a slug in use.
    """
    require_administrator(reader)
    negotiation = Negotiation(created_at=timezone.now())
    _apply(negotiation, facts)
    if Negotiation.objects.filter(slug=facts.slug).exists():
        raise Invalid({"slug": gettext("“%(slug)s” is already a negotiation") % {"slug": facts.slug}})
    negotiation.save(force_insert=True)
    CodebookVersion.objects.create(negotiation=negotiation, version=1, recorded_at=negotiation.created_at)
    if reader.user is not None:
        Member.objects.create(negotiation=negotiation, user=reader.user, role=Role.LEAD)
    record_event(
        actor=reader.user,
        action="negotiation_created",
        subject=negotiation,
        negotiation=negotiation,
        after=snapshot(negotiation),
    )
    return negotiation


@transaction.atomic
def update_negotiation(reader: Reader, negotiation: Negotiation, facts: NegotiationFacts) -> Negotiation:
    """Change title, summary, visibility or review policy. The slug, an address others rely on, stays."""
    require_role(reader, negotiation, Role.LEAD)
    negotiation = Negotiation.objects.select_for_update(no_key=True).get(pk=negotiation.pk)
    if facts.slug != negotiation.slug:
        raise Invalid({"slug": gettext("is an address others rely on; it cannot change")})
    before = snapshot(negotiation)
    _apply(negotiation, facts)
    return _save_changed(reader, negotiation, negotiation, before, "negotiation_updated")


@transaction.atomic
def save_round(reader: Reader, negotiation: Negotiation, facts: RoundFacts, *, existing: Round | None = None) -> Round:
    """Add a round, or change ``existing``. Raises :class:`Invalid` for a number in use or dates out of order."""
    require_role(reader, negotiation, Role.LEAD)
    held = existing or Round(negotiation=negotiation)
    before = _round_snapshot(held) if existing else None
    _apply(held, facts, leave_out=("delegations",), also=round_errors(facts))
    if Round.objects.filter(negotiation=negotiation, number=facts.number).exclude(pk=held.pk).exists():
        raise Invalid({"number": gettext("round %(number)s exists already") % {"number": facts.number}})
    held.save()
    if facts.delegations is not None:
        seat_delegations(held, facts.delegations)
    after = _round_snapshot(held)
    if after != before:
        record_event(
            actor=reader.user,
            action="round_updated" if existing else "round_added",
            subject=held,
            negotiation=negotiation,
            before=before,
            after=after,
        )
    return held


def round_errors(facts: RoundFacts) -> dict[str, list[str]]:
    """What is wrong with a round beyond single fields."""
    errors: dict[str, list[str]] = {}
    if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
        errors["ends_on"] = [gettext("lies before the first day")]
    parties = [delegation.party.pk for delegation in facts.delegations or ()]
    if len(parties) != len(set(parties)):
        errors["delegations"] = [gettext("name each party once")]
    for place, delegation in enumerate(facts.delegations or ()):
        people = [person.pk for person, _ in delegation.members]
        if len(people) != len(set(people)):
            errors[f"delegations[{place}].members"] = [gettext("name each person once")]
        for seat, (_, title) in enumerate(delegation.members):
            if found := field_errors(DelegationMember(title=title)):
                errors[f"delegations[{place}].members[{seat}].title"] = found["title"]
    return errors


def seat_delegations(held: Round, delegations: Sequence[DelegationFacts]) -> None:
    """Replace a round's delegations and put everybody on the roster."""
    held.delegations.all().delete()
    for facts in delegations:
        delegation = Delegation.objects.create(round=held, party=facts.party, head=facts.head)
        DelegationMember.objects.bulk_create(
            DelegationMember(delegation=delegation, person=person, title=title, rank=rank)
            for rank, (person, title) in enumerate(facts.members)
        )
    held.negotiation.parties.add(*{facts.party for facts in delegations})
    held.negotiation.persons.add(
        *{p for facts in delegations for p in (facts.head, *(person for person, _ in facts.members)) if p is not None}
    )


def _round_snapshot(held: Round) -> dict[str, Any]:
    delegations = [
        {
            "party": d.party.slug,
            "head": d.head.slug if d.head else None,
            "members": [(m.person.slug, m.title) for m in d.members.all()],
        }
        for d in held.delegations.select_related("party", "head")
        .prefetch_related("members__person")
        .order_by("party__slug")
    ]
    return {**snapshot(held), "delegations": delegations}


@transaction.atomic
def save_issue(reader: Reader, negotiation: Negotiation, facts: IssueFacts, *, existing: Issue | None = None) -> Issue:
    """Add an issue, or change ``existing``.

    Raises :class:`Invalid` for a slug in use, a parent that would make a circle, and for new poles
    once a coding is published: what +2 means is then frozen.
    """
    require_role(reader, negotiation, Role.LEAD)
    if existing is not None:
        require_unmerged(existing)
    issue = existing or Issue(negotiation=negotiation)
    before = snapshot(issue) if existing else None
    errors = frozen_pole_errors(issue, facts) if existing else {}
    errors.update(parent_errors(issue, facts.parent))
    if Issue.objects.filter(negotiation=negotiation, slug=facts.slug).exclude(pk=issue.pk).exists():
        errors["slug"] = [gettext("“%(slug)s” is already an issue of this negotiation") % {"slug": facts.slug}]
    faults = [fault for word in facts.keywords if (fault := text_fault(word))]
    if faults:
        errors["keywords"] = faults
    if facts.rank is not None and facts.rank < 0:
        errors["rank"] = [gettext("counts from 0")]
    rank = facts.rank if facts.rank is not None else (issue.rank if existing else negotiation.issues.count())
    _apply(issue, facts, leave_out=("rank", "keywords"), also=errors)
    issue.rank, issue.keywords = rank, list(facts.keywords)
    if before is None:
        issue.save(force_insert=True)
        record_event(
            actor=reader.user, action="issue_added", subject=issue, negotiation=negotiation, after=snapshot(issue)
        )
        return issue
    _let_codebook_follow(issue)
    return _save_changed(reader, issue, negotiation, before, "issue_updated")


def frozen_pole_errors(issue: Issue, facts: IssueFacts) -> dict[str, list[str]]:
    """The poles that ``facts`` would change although a coding of the issue is published, or made by a codebook."""
    changed = [name for name in FROZEN_ONCE_CODED if getattr(issue, name) != getattr(facts, name)]
    if not changed:
        return {}
    if Coding.objects.filter(issue=issue, status=CodingStatus.PUBLISHED).exists():
        why = gettext("is frozen: codings of this issue are published.")
    elif _codings_by_entry(issue).exists():
        why = gettext("is frozen: codings of this issue are made by what the codebook says of it.")
    else:
        return {}
    way_out = gettext(
        "Compose the next version of the codebook, under which they are confirmed or recoded, "
        "or add a new issue for what +2 is to mean now."
    )
    return {name: [f"{why} {way_out}"] for name in changed}


def _codings_by_entry(issue: Issue) -> QuerySet[Coding]:
    """The codings of the issue made under the newest version that has an entry for it."""
    newest = CodebookEntry.objects.filter(issue=issue).order_by("-version__version").values("version")[:1]
    return Coding.objects.filter(issue=issue, codebook__in=newest)


def _let_codebook_follow(issue: Issue) -> None:
    """Bring the newest version's entry of an issue nobody coded by it up to the issue's own words."""
    newest = CodebookVersion.objects.filter(negotiation=issue.negotiation_id).order_by("-version").first()
    if not Coding.objects.filter(issue=issue, codebook=newest).exists():
        words = {name: getattr(issue, name) for name in (*FROZEN_ONCE_CODED, "reference_point")}
        CodebookEntry.objects.filter(version=newest, issue=issue).update(**words)


def parent_errors(issue: Issue, parent: Issue | None) -> dict[str, list[str]]:
    """What is wrong with ``parent`` as the issue's parent."""
    if parent is not None and parent.negotiation_id != issue.negotiation_id:
        return {"parent": [gettext("belongs to another negotiation")]}
    step = parent
    while step is not None:
        if step.pk == issue.pk:
            return {"parent": [gettext("would make a circle")]}
        step = step.parent
    return {}


@transaction.atomic
def set_member_role(reader: Reader, negotiation: Negotiation, user: User, role: str) -> Member:
    """Give a user a role, or another one. Raises :class:`Conflict` when that leaves no lead."""
    require_role(reader, negotiation, Role.LEAD)
    if role not in Role.values:
        raise Invalid(
            {
                "role": gettext("“%(role)s” is no role; use one of %(offered)s")
                % {"role": role, "offered": ", ".join(Role.values)}
            }
        )
    member = Member.objects.select_for_update(of=("self",)).filter(negotiation=negotiation, user=user).first()
    before = {"role": member.role} if member else None
    if member is not None and member.role == role:
        return member
    if member is not None and role != Role.LEAD:
        _require_another_lead(member)
    member = member or Member(negotiation=negotiation, user=user)
    member.role = role
    member.save()
    record_event(
        actor=reader.user,
        action="member_role_set",
        subject=member,
        negotiation=negotiation,
        before=before,
        after={"user": user.get_username(), "role": role},
    )
    return member


@transaction.atomic
def remove_member(reader: Reader, member: Member) -> None:
    """Take a user out of a negotiation. Raises :class:`Conflict` for its last lead."""
    require_role(reader, member.negotiation, Role.LEAD)
    _require_another_lead(member)
    record_event(
        actor=reader.user,
        action="member_removed",
        subject=member,
        negotiation=member.negotiation,
        before={"user": member.user.get_username(), "role": member.role},
    )
    member.delete()


def _require_another_lead(member: Member) -> None:
    if member.role != Role.LEAD:
        return
    if not Member.objects.filter(negotiation=member.negotiation, role=Role.LEAD).exclude(pk=member.pk).exists():
        raise Conflict(gettext("This is the negotiation's only lead; make somebody else lead first."))


def _apply(record: Any, facts: Any, leave_out: Sequence[str] = (), also: Mapping[str, list[str]] | None = None) -> None:
    for name in facts.__dataclass_fields__:
        if name not in leave_out:
            setattr(record, name, getattr(facts, name))
    errors = field_errors(record)
    for field, messages in (also or {}).items():
        errors.setdefault(field, []).extend(messages)
    if errors:
        raise Invalid(errors)


def _save_changed(
    reader: Reader, record: RecordType, negotiation: Negotiation, before: dict[str, Any], action: str
) -> RecordType:
    after = snapshot(record)
    if after != before:
        record.save(force_update=True)
        record_event(
            actor=reader.user, action=action, subject=record, negotiation=negotiation, before=before, after=after
        )
    return record
