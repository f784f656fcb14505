"""Rows for tests: one function for each table, with defaults that satisfy every constraint.

``make_…`` functions write rows directly, without permission checks and without log entries, so that a
test can put the record into any state. Whatever a row needs and the caller does not give is made
too. Rows of one negotiation stay in it: pass ``negotiation``, ``source`` or ``statement`` along.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from positions.dates import capped_bounds, closed_bounds
from positions.enums import (
    AnchorStatus,
    CodingState,
    CodingStatus,
    ConditionKind,
    DerivationKind,
    JobState,
    Move,
    Role,
    RoundStatus,
    Visibility,
)
from positions.models import (
    Appointment,
    CodebookVersion,
    Coding,
    Condition,
    ConditionStatusEntry,
    Delegation,
    DelegationMember,
    Event,
    Issue,
    Job,
    Member,
    Negotiation,
    Party,
    PartyAlias,
    Person,
    Round,
    SavedView,
    Source,
    SourceText,
    Statement,
    Watch,
)
from positions.services.sources import digest_of
from positions.services.statements import footing_for

# When everything that says nothing else was said, published and entered into the record.
STATED_ON = "2022-01-10"
PUBLISHED_ON = "2022-01-10"
RECORDED_AT = datetime(2022, 2, 1, 12, 0, tzinfo=UTC)
TEXT = "We will not accept this proposal. We are ready to talk about limits on both sides. No comment on the rest."

_numbers = itertools.count(1)


def make_user(username: str | None = None, *, password: str | None = None, **fields: Any) -> User:
    """A user who can sign in; ``is_superuser=True`` makes a site administrator."""
    return User.objects.create_user(username or f"user-{next(_numbers)}", password=password, **fields)


def make_negotiation(
    slug: str | None = None, *, title: str | None = None, visibility: str = Visibility.PUBLIC, **fields: Any
) -> Negotiation:
    """A negotiation with the first version of its codebook."""
    slug = slug or f"negotiation-{next(_numbers)}"
    fields.setdefault("created_at", RECORDED_AT)
    negotiation = Negotiation.objects.create(
        slug=slug, title=title or slug.replace("-", " ").title(), visibility=visibility, **fields
    )
    CodebookVersion.objects.create(negotiation=negotiation, version=1, recorded_at=negotiation.created_at)
    return negotiation


def add_member(negotiation: Negotiation, user: User | None = None, role: str = Role.ANALYST) -> User:
    """Give a user, a new one by default, a role in the negotiation; returns the user."""
    user = user or make_user()
    Member.objects.create(negotiation=negotiation, user=user, role=role)
    return user


def make_party(
    slug: str | None = None, *, name: str | None = None, aliases: Sequence[str] = (), **fields: Any
) -> Party:
    """A party, a state by default, with aliases of kind ``name``."""
    slug = slug or f"party-{next(_numbers)}"
    party = Party.objects.create(slug=slug, name=name or slug.replace("-", " ").title(), **fields)
    PartyAlias.objects.bulk_create(PartyAlias(party=party, text=text) for text in aliases)
    return party


def make_person(
    slug: str | None = None, *, name: str | None = None, posts: Iterable[tuple[Party, str]] = (), **fields: Any
) -> Person:
    """A person with posts: pairs of party and title, without dates."""
    slug = slug or f"person-{next(_numbers)}"
    person = Person.objects.create(slug=slug, name=name or slug.replace("-", " ").title(), **fields)
    Appointment.objects.bulk_create(Appointment(person=person, party=party, title=title) for party, title in posts)
    return person


def make_issue(negotiation: Negotiation | None = None, slug: str | None = None, **fields: Any) -> Issue:
    """An issue with a proposal and both poles."""
    slug = slug or f"issue-{next(_numbers)}"
    words = slug.replace("-", " ").capitalize()
    values: dict[str, Any] = {
        "title": words,
        "proposal": f"{words} is agreed",
        "pole_for": f"{words} is agreed",
        "pole_against": f"No {words.lower()}",
    }
    return Issue.objects.create(negotiation=negotiation or make_negotiation(), slug=slug, **{**values, **fields})


def make_round(
    negotiation: Negotiation | None = None,
    number: int | None = None,
    *,
    parties: Iterable[Party] = (),
    starts_on: date | None = date(2022, 1, 10),
    ends_on: date | None = None,
    **fields: Any,
) -> Round:
    """A held round with a delegation, without members, for each of ``parties``; it ends on its first day by default."""
    negotiation = negotiation or make_negotiation()
    number = negotiation.rounds.count() + 1 if number is None else number
    values: dict[str, Any] = {"title": f"Round {number}", "status": RoundStatus.HELD}
    held = Round.objects.create(
        negotiation=negotiation,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on or starts_on,
        **{**values, **fields},
    )
    for party in parties:
        make_delegation(held, party)
    return held


def make_delegation(
    held: Round, party: Party, *, head: Person | None = None, members: Iterable[tuple[Person, str]] = ()
) -> Delegation:
    """A party at a round, with its members and the titles they held."""
    delegation = Delegation.objects.create(round=held, party=party, head=head)
    DelegationMember.objects.bulk_create(
        DelegationMember(delegation=delegation, person=person, title=title, rank=rank)
        for rank, (person, title) in enumerate(members)
    )
    return delegation


def make_source(
    negotiation: Negotiation | None = None, *, text: str | None = TEXT, published_on: str = PUBLISHED_ON, **fields: Any
) -> Source:
    """A source on the record, with a text unless ``text`` is null; ``derived_from`` alone makes it a report."""
    number = next(_numbers)
    values: dict[str, Any] = {"key": f"source-{number}", "title": f"Source {number}", "recorded_at": RECORDED_AT}
    if fields.get("derived_from") is not None:
        values["derivation_kind"] = DerivationKind.REPORT
    earliest, latest = closed_bounds(published_on) if published_on else (None, None)
    source = Source.objects.create(
        negotiation=negotiation or make_negotiation(),
        published_on=published_on,
        published_earliest=earliest,
        published_latest=latest,
        **{**values, **fields},
    )
    if text is not None:
        SourceText.objects.create(
            source=source,
            version=1,
            text=text,
            sha256=digest_of(text),
            length=len(text),
            recorded_at=source.recorded_at,
        )
    return source


def make_statement(
    negotiation: Negotiation | None = None,
    *,
    source: Source | None = None,
    exact: str | None = None,
    asserted_by: Party | None = None,
    stated_on: str | None = None,
    addressees: Sequence[Party] = (),
    **fields: Any,
) -> Statement:
    """A statement on the words ``exact`` of its source's text.

    Without ``exact`` it stands on the text's first sentence, or has no span where the source has no
    text. Without ``source`` one is made whose text begins with ``exact``.
    """
    if source is None:
        source = make_source(negotiation, text=TEXT if exact is None else f"{exact} {TEXT}")
    values: dict[str, Any] = {"id": uuid.uuid4(), "recorded_at": RECORDED_AT}
    version = source.texts.order_by("-version").first()
    if version is None:
        values.update(anchor_status=AnchorStatus.NONE)
    else:
        exact = version.text.partition(".")[0] + "." if exact is None else exact
        start = version.text.index(exact)
        end = start + len(exact)
        values.update(text=version, start=start, end=end, exact=exact)
        values.update(prefix=version.text[max(0, start - 32) : start], suffix=version.text[end : end + 32])
    values["stated_on"] = stated_on or source.published_on or STATED_ON
    values["stated_earliest"], values["stated_latest"] = capped_bounds(values["stated_on"], source.published_latest)
    values.update(fields)
    values.setdefault("key", str(values["id"]))
    statement = Statement.objects.create(
        negotiation=source.negotiation, source=source, asserted_by=asserted_by or make_party(), **values
    )
    statement.addressees.set(addressees)
    return statement


def make_coding(
    statement: Statement | None = None,
    *,
    party: Party | None = None,
    issue: Issue | None = None,
    stance: int | None = 1,
    state: str = CodingState.CODED,
    status: str = CodingStatus.PUBLISHED,
    conditions: Sequence[str] = (),
    **fields: Any,
) -> Coding:
    """A reading, published by default, for the asserting party; states other than ``coded`` carry no stance.

    ``conditions`` are texts of open preconditions.
    """
    statement = statement or make_statement()
    party = party or statement.asserted_by
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "move": Move.DEMAND,
        "coder": "import",
        "created_at": statement.recorded_at,
    }
    if status == CodingStatus.PUBLISHED:
        values["recorded_at"] = statement.recorded_at
    if status != CodingStatus.DRAFT:
        values["submitted_at"] = statement.recorded_at
    if fields.get("coder_user") is not None:
        values["coder"] = fields["coder_user"].get_username()
    values.update(fields)
    values.setdefault("key", str(values["id"]))
    values.setdefault("codebook", statement.negotiation.codebook_versions.order_by("-version").first())
    coding = Coding.objects.create(
        negotiation=statement.negotiation,
        statement=statement,
        party=party,
        issue=issue or make_issue(statement.negotiation),
        state=state,
        stance=stance if state == CodingState.CODED else None,
        status=status,
        footing=footing_for(statement, party),
        stated_latest=statement.stated_latest,
        **values,
    )
    for text in conditions:
        make_condition(coding, text)
    return coding


def make_condition(
    coding: Coding,
    text: str = "the other side does the same",
    *,
    kind: str = ConditionKind.PRECONDITION,
    falls_on: Party | None = None,
    statuses: Sequence[tuple[str, date]] = (),
) -> Condition:
    """A condition of a coding; ``statuses`` are pairs of status and the day from which it holds."""
    condition = Condition.objects.create(
        coding=coding, text=text, kind=kind, falls_on=falls_on, rank=coding.conditions.count()
    )
    ConditionStatusEntry.objects.bulk_create(
        ConditionStatusEntry(condition=condition, status=status, on=on, recorded_at=coding.recorded_at, rank=rank)
        for rank, (status, on) in enumerate(statuses)
    )
    return condition


def make_event(negotiation: Negotiation | None = None, *, actor: User | None = None, **fields: Any) -> Event:
    """An entry of the log about the negotiation itself."""
    values: dict[str, Any] = {
        "at": timezone.now(),
        "actor_name": actor.get_username() if actor else "system",
        "action": "negotiation_updated",
        "subject_type": "negotiation",
        "subject_id": str(negotiation.pk) if negotiation else "0",
        "subject_label": str(negotiation or ""),
    }
    return Event.objects.create(negotiation=negotiation, actor=actor, **{**values, **fields})


def make_job(created_by: User | None = None, **fields: Any) -> Job:
    """A queued job."""
    values: dict[str, Any] = {"kind": "import", "state": JobState.QUEUED, "created_at": timezone.now()}
    return Job.objects.create(created_by=created_by, **{**values, **fields})


def make_watch(user: User | None = None, negotiation: Negotiation | None = None, **fields: Any) -> Watch:
    """A watch for moves from now on."""
    now = timezone.now()
    values: dict[str, Any] = {"kind": "move", "created_at": now, "checked_at": now}
    return Watch.objects.create(
        user=user or make_user(), negotiation=negotiation or make_negotiation(), **{**values, **fields}
    )


def make_saved_view(owner: User | None = None, *, negotiation: Negotiation | None, **fields: Any) -> SavedView:
    """A private view of the negotiation's matrix, or of the method page where there is none."""
    values: dict[str, Any] = {
        "code": f"code-{next(_numbers)}",
        "name": "The view",
        "page": "matrix" if negotiation else "method",
        "path": f"/n/{negotiation.slug}/matrix/" if negotiation else "/method/",
        "created_at": RECORDED_AT,
    }
    return SavedView.objects.create(owner=owner or make_user(), negotiation=negotiation, **{**values, **fields})
