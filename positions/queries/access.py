"""Who may see what. Every read of restricted things starts from a queryset made here.

A :class:`Reader` is a user with their roles, looked up once a request. The rules are those of the
method page and docs/architecture.md: negotiations by visibility; the record only (published
codings and their statements) to whoever is no member; ground rules and markings on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from positions.enums import Attribution, ChangeKind, CodingStatus, ReviewPolicy, Role, Tlp, Visibility
from positions.exceptions import NotVisible
from positions.models import (
    ChangeSet,
    Coding,
    Condition,
    Delegation,
    Event,
    Issue,
    Job,
    Member,
    Negotiation,
    Party,
    Person,
    Round,
    Source,
    Statement,
)
from positions.validators import SLUG

# Published, said in a way that keeps SQLite from walking all that is published when a few rows are named by key:
# the constraint ``coding_recorded_when_published`` makes it the same.
IN_RECORD = Q(recorded_at__isnull=False)
RANKS: dict[str, int] = {role: rank for rank, role in enumerate(Role.values, start=1)}

# Ground rules that keep a passage from everybody but analysts, reviewers and leads …
NOT_COUNTED = (Attribution.CHATHAM_HOUSE,)
# … and from everybody who is no member at all.
MEMBERS_ONLY = (Attribution.CHATHAM_HOUSE, Attribution.OFF_RECORD)
SPEAKER_WITHHELD = (
    Attribution.ON_BACKGROUND,
    Attribution.DEEP_BACKGROUND,
    Attribution.CHATHAM_HOUSE,
    Attribution.OFF_RECORD,
)
# A source that holds such a passage withholds its text from those who may not read the passage.
TEXT_WITHHELD = (Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE, Attribution.OFF_RECORD)


# How many corrections of one passage are followed to find the strictest rule it was put under.
CORRECTIONS_FOLLOWED = 4
# What only its coder and leads see of a reading that was not handed in.
DRAFTING = (
    "coding_drafted",
    "coding_edited",
    "coding_draft_deleted",
    "coding_recalled",
    "passage_tagged",
    "passage_edited",
    "passage_undone",
)


@dataclass(frozen=True)
class Reader:
    """A user and their roles: ``user`` is null for an anonymous reader or the command line."""

    user: User | None = None
    is_administrator: bool = False
    roles: Mapping[UUID, str] = field(default_factory=dict)
    is_system: bool = False

    def rank_in(self, negotiation_id: UUID) -> int:
        """0 for outsiders, then 1 viewer, 2 analyst, 3 reviewer, 4 lead (administrators too)."""
        if self.is_administrator:
            return RANKS[Role.LEAD]
        return RANKS.get(self.roles.get(negotiation_id, ""), 0)

    def has_role(self, negotiation_id: UUID, role: Role) -> bool:
        """Whether the reader holds ``role`` or one that includes it."""
        return self.rank_in(negotiation_id) >= RANKS[role]

    def is_member(self, negotiation_id: UUID) -> bool:
        """Whether the reader sees notes, coders and the log of the negotiation."""
        return self.rank_in(negotiation_id) > 0

    def is_insider(self, negotiation_id: UUID) -> bool:
        """Whether ground rules are no bar: analysts, reviewers, leads, administrators."""
        return self.has_role(negotiation_id, Role.ANALYST)

    def ids_from(self, role: Role) -> list[UUID]:
        """The negotiations in which the reader holds ``role`` or more by membership."""
        return [negotiation for negotiation, held in self.roles.items() if RANKS[held] >= RANKS[role]]

    def sees_speaker(self, statement: Statement) -> bool:
        """Whether the ground rules of statement and source let the reader know who spoke."""
        return self.is_insider(statement.negotiation_id) or not _either(statement, SPEAKER_WITHHELD)

    def sees_quote(self, statement: Statement) -> bool:
        """Whether the ground rules of statement and source let the reader read the passage."""
        return self.is_insider(statement.negotiation_id) or not _either(statement, (Attribution.DEEP_BACKGROUND,))


Merged = TypeVar("Merged", Party, Person, Issue)


def _either(statement: Statement, rules: tuple[Attribution, ...]) -> bool:
    return statement.source.attribution in rules or _put_under(statement, rules)


def _put_under(statement: Statement, rules: tuple[Attribution, ...]) -> bool:
    """Whether the statement, or a correction of it, is under one of the rules: then it was so all along."""
    if statement.attribution in rules:
        return True
    return statement.retired_at is not None and any(_put_under(later, rules) for later in statement.superseded_by.all())


SYSTEM = Reader(is_administrator=True, is_system=True)


def reader_of(user: AbstractBaseUser | AnonymousUser | None) -> Reader:
    """The reader behind a request's user; one query for who is signed in, none for who is not."""
    if not isinstance(user, User) or not user.is_active:
        return Reader()
    roles = dict(Member.objects.filter(user=user).values_list("negotiation_id", "role"))
    return Reader(user=user, is_administrator=user.is_superuser, roles=roles)


# ---------------------------------------------------------------- negotiations


def negotiations_for(reader: Reader) -> QuerySet[Negotiation]:
    """The negotiations that exist for the reader."""
    if reader.is_administrator:
        return Negotiation.objects.all()
    if reader.user is None:
        return Negotiation.objects.filter(visibility=Visibility.PUBLIC)
    open_to_all = Q(visibility__in=(Visibility.PUBLIC, Visibility.INTERNAL))
    return Negotiation.objects.filter(open_to_all | Q(pk__in=list(reader.roles)) if reader.roles else open_to_all)


def negotiation_for(reader: Reader, slug: str) -> Negotiation:
    """One of them. Raises :class:`NotVisible`, whether it is hidden or does not exist."""
    found = negotiations_for(reader).filter(slug=slug).first() if SLUG.fullmatch(slug) else None
    if found is None:
        raise NotVisible(gettext("No such negotiation."))
    return found


def _negotiation_visible(reader: Reader, path: str) -> Q:
    """The condition on a row's negotiation, at ``path``, under which the reader may know of it.

    Asked row by row, neither joined nor listed: SQLite would else walk all of a negotiation's rows
    although a few of them are named by their keys.
    """
    if reader.is_administrator:
        return Q()
    return Q(Exists(negotiations_for(reader).order_by().filter(pk=OuterRef(f"{path}_id"))))


# ---------------------------------------------------------------- ground rules


def _kept_sources(rules: Sequence[Attribution], red: bool) -> Q:
    """The condition under which a source is kept back: its ground rule, or TLP:RED where ``red`` matters."""
    return Q(attribution__in=rules) | Q(tlp=Tlp.RED) if red else Q(attribution__in=rules)


def _kept_statements(rules: Sequence[Attribution], red: bool) -> Q:
    """The condition under which a statement is kept back: the stricter of its own rule and its source's.

    A passage found to be under a stricter rule was so all along: what the correction replaced is kept
    back with it.
    """
    sources = Source.objects.filter(_kept_sources(rules, red)).order_by().values("pk")
    return Q(attribution__in=rules) | Q(source__in=sources) | corrected_to(rules)


def corrected_to(rules: Sequence[Attribution]) -> Q:
    """Statements that a later correction puts under one of the rules, through up to four corrections."""
    found = Q()
    path = "supersedes"
    for _ in range(CORRECTIONS_FOLLOWED):
        replaced = Statement.objects.filter(**{"attribution__in": rules, f"{path}__isnull": False})
        found |= Q(pk__in=replaced.order_by().values(path))
        path += "__supersedes"
    return found


def _kept_codings(rules: Sequence[Attribution], red: bool) -> Q:
    """The condition under which a coding is kept back: that of its statement."""
    return Q(statement__in=Statement.objects.filter(_kept_statements(rules, red)).order_by().values("pk"))


def _shown(reader: Reader, kept: Callable[[Sequence[Attribution], bool], Q]) -> Q:
    """Visible negotiation, and neither ground rule nor marking keeps the row from the reader.

    ``kept`` is one of the conditions above. They are subqueries over the few rows kept back, found
    by index, not joins over the many that are not.
    """
    if reader.is_administrator:
        return Q()
    others = _negotiation_visible(reader, "negotiation") & ~kept(MEMBERS_ONLY, True)
    if not reader.roles:
        return others
    insiders = Q(negotiation__in=reader.ids_from(Role.ANALYST))
    members = Q(negotiation__in=list(reader.roles)) & ~kept(NOT_COUNTED, False)
    return insiders | members | others


def published_codings_for(reader: Reader) -> QuerySet[Coding]:
    """The codings that are, or once were, in the record and that the reader may see: what a position is made of."""
    return Coding.objects.filter(_shown(reader, _kept_codings), status=CodingStatus.PUBLISHED)


def published_codings_in(reader: Reader, negotiation: Negotiation) -> QuerySet[Coding]:
    """The same for one negotiation, without a join where nothing in it is kept from the reader.

    What is kept back is found through small indexes first; a negotiation of a million codings and no
    ground rule costs no more than its answer. Raises :class:`NotVisible`.
    """
    require_visible(reader, negotiation)
    codings = Coding.objects.filter(negotiation=negotiation, status=CodingStatus.PUBLISHED)
    if reader.is_insider(negotiation.pk):
        return codings
    red = not reader.is_member(negotiation.pk)
    rules = MEMBERS_ONLY if red else NOT_COUNTED
    by_rule = Statement.objects.filter(attribution__in=rules, negotiation=negotiation).order_by().values("pk")
    sources = Source.objects.filter(_kept_sources(rules, red), negotiation=negotiation).order_by().values("pk")
    if not sources.union(by_rule, all=True).exists():
        return codings
    replaced = Statement.objects.filter(corrected_to(rules), negotiation=negotiation).order_by().values("pk")
    by_source = Statement.objects.filter(source__in=list(sources.values_list("pk", flat=True))).order_by().values("pk")
    return codings.exclude(statement__in=by_rule).exclude(statement__in=by_source).exclude(statement__in=replaced)


def require_visible(reader: Reader, negotiation: Negotiation) -> None:
    """Raise :class:`NotVisible` when the negotiation does not exist for the reader."""
    if reader.is_member(negotiation.pk) or negotiation.visibility == Visibility.PUBLIC:
        return
    if negotiation.visibility != Visibility.INTERNAL or reader.user is None:
        raise NotVisible(gettext("No such negotiation."))


def codings_for(reader: Reader) -> QuerySet[Coding]:
    """Published codings, and for members the unpublished ones their role lets them see.

    A coder sees their own; analysts see what others submitted, unless the negotiation codes twice
    and blind. Under that policy reviewers see what was handed in on a statement once two coders did,
    unless they have a coding of their own waiting on it; leads see everything.
    """
    shown = Coding.objects.filter(_shown(reader, _kept_codings))
    return shown.filter(_coding_open_to(reader))


def codings_of_shown_statements(reader: Reader) -> QuerySet[Coding]:
    """The same for statements that the reader is known to see: ground rules and visibility are theirs."""
    return Coding.objects.filter(_coding_open_to(reader))


def _coding_open_to(reader: Reader) -> Q:
    """Whether the reader's role lets them see a coding in its state, whatever its statement."""
    if reader.is_administrator:
        return Q()
    unpublished = Q()
    if reader.user is not None and reader.roles:
        own = Q(coder_user=reader.user, negotiation_id__in=reader.ids_from(Role.ANALYST))
        handed_in = Q(
            status__in=(CodingStatus.SUBMITTED, CodingStatus.REJECTED), negotiation_id__in=reader.ids_from(Role.ANALYST)
        )
        blind = Q(negotiation__review_policy=ReviewPolicy.DOUBLE)
        competing = Exists(
            Coding.objects.filter(
                statement=OuterRef("statement"),
                coder_user=reader.user,
                status__in=(CodingStatus.DRAFT, CodingStatus.SUBMITTED),
                retired_at=None,
            )
        )
        # who reads a lone reading could not be the second coder any more
        contested = Exists(
            Coding.objects.filter(
                statement=OuterRef("statement"),
                status__in=(CodingStatus.SUBMITTED, CodingStatus.REJECTED, CodingStatus.PUBLISHED),
            ).exclude(coder=OuterRef("coder"))
        )
        referee = Q(negotiation_id__in=reader.ids_from(Role.REVIEWER)) & contested & ~competing
        unpublished = (
            own | (handed_in & ~blind) | (handed_in & referee) | Q(negotiation_id__in=reader.ids_from(Role.LEAD))
        )
        return IN_RECORD | unpublished
    return IN_RECORD


def statements_for(reader: Reader) -> QuerySet[Statement]:
    """Statements with a published coding; insiders see those without one as well."""
    shown = Statement.objects.filter(_shown(reader, _kept_statements))
    if reader.is_administrator:
        return shown
    in_record = Exists(Coding.objects.filter(statement=OuterRef("pk"), status=CodingStatus.PUBLISHED))
    insiders = reader.ids_from(Role.ANALYST)
    return shown.filter(Q(negotiation_id__in=insiders) | in_record) if insiders else shown.filter(in_record)


def sources_for(reader: Reader) -> QuerySet[Source]:
    """Sources of visible negotiations whose marking and ground rule do not keep them from the reader."""
    return Source.objects.filter(_shown(reader, _kept_sources))


def conditions_for(reader: Reader) -> QuerySet[Condition]:
    """Conditions of codings the reader may see."""
    return Condition.objects.filter(coding__in=codings_for(reader))


# ---------------------------------------------------------------- the rest


def issues_for(reader: Reader) -> QuerySet[Issue]:
    """Issues of visible negotiations."""
    return Issue.objects.filter(_negotiation_visible(reader, "negotiation"))


def rounds_for(reader: Reader) -> QuerySet[Round]:
    """Rounds of visible negotiations."""
    return Round.objects.filter(_negotiation_visible(reader, "negotiation"))


def parties_for(reader: Reader) -> QuerySet[Party]:
    """Parties listed as public or used by something the reader may see; members see their rosters."""
    if reader.is_administrator:
        return Party.objects.all()
    statements = statements_for(reader)
    return Party.objects.filter(
        Q(is_listed=True)
        | Exists(Party.negotiations.through.objects.filter(party=OuterRef("pk"), negotiation_id__in=list(reader.roles)))
        | Exists(Delegation.objects.filter(_negotiation_visible(reader, "round__negotiation"), party=OuterRef("pk")))
        | Exists(statements.filter(asserted_by=OuterRef("pk")))
        | Exists(Statement.addressees.through.objects.filter(party=OuterRef("pk"), statement__in=statements))
        | Exists(published_codings_for(reader).filter(party=OuterRef("pk")))
        | Exists(Condition.objects.filter(falls_on=OuterRef("pk"), coding__in=published_codings_for(reader)))
    )


def persons_for(reader: Reader) -> QuerySet[Person]:
    """People listed as public, in a visible delegation, or shown as a speaker; members see their rosters."""
    if reader.is_administrator:
        return Person.objects.all()
    named = Q(negotiation_id__in=reader.ids_from(Role.ANALYST)) | ~(
        Q(attribution__in=SPEAKER_WITHHELD) | Q(source__attribution__in=SPEAKER_WITHHELD)
    )
    delegations = Delegation.objects.filter(_negotiation_visible(reader, "round__negotiation"))
    return Person.objects.filter(
        Q(is_listed=True)
        | Exists(
            Person.negotiations.through.objects.filter(person=OuterRef("pk"), negotiation_id__in=list(reader.roles))
        )
        | Exists(delegations.filter(head=OuterRef("pk")))
        | Exists(delegations.filter(members__person=OuterRef("pk")))
        | Exists(statements_for(reader).filter(named, speaker=OuterRef("pk")))
    )


def events_for(reader: Reader) -> QuerySet[Event]:
    """The log: of negotiations the reader works in; all of it for administrators.

    Where coding is blind the log would show one coder what another wrote, so only leads read it there.
    """
    if reader.is_administrator:
        return Event.objects.all()
    blind = Negotiation.objects.filter(review_policy=ReviewPolicy.DOUBLE).exclude(pk__in=reader.ids_from(Role.LEAD))
    seen = Event.objects.filter(negotiation_id__in=reader.ids_from(Role.ANALYST)).exclude(
        negotiation_id__in=blind.values("pk")
    )
    own = Q(actor=reader.user) | Q(negotiation_id__in=reader.ids_from(Role.LEAD))
    return seen.filter(own | ~Q(action__in=DRAFTING))


def change_sets_for(reader: Reader) -> QuerySet[ChangeSet]:
    """Changes to many records: of negotiations the reader works in; those to shared names for administrators.

    What was done to readings not yet published only leads see, and whoever did it.
    """
    if reader.is_administrator:
        return ChangeSet.objects.all()
    seen = ChangeSet.objects.filter(negotiation__in=reader.ids_from(Role.ANALYST))
    own = Q(made_by=reader.user) | Q(negotiation__in=reader.ids_from(Role.LEAD))
    return seen.filter(own | ~Q(kind__in=(ChangeKind.REASSIGN, ChangeKind.DELETE_DRAFTS)))


def unmerged(rows: QuerySet[Merged]) -> QuerySet[Merged]:
    """The parties, people or issues to choose from: not those that were merged into another one."""
    return rows.filter(merged_into=None)


def jobs_for(reader: Reader) -> QuerySet[Job]:
    """Background work the reader started; all of it for administrators."""
    if reader.is_administrator:
        return Job.objects.all()
    return Job.objects.filter(created_by=reader.user) if reader.user else Job.objects.none()
