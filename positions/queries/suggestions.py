"""Suggested readings of a source for a reader, made from nothing that the reader may not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext

from positions.analysis.lexicon import IssueWords, LearntPassage, Lexicon, PartyWords, PersonWords, Post
from positions.analysis.suggestion_quality import GoldPassage, Quality, measure
from positions.analysis.suggestions import Suggestion, party_named_in, suggest
from positions.enums import MACHINE_CODER, CodingStatus, PartyKind, ReviewPolicy, Role, SourceKind
from positions.exceptions import NotPermitted
from positions.models import Coding, Negotiation, Party, Person, Source, SourceText, Statement, SuggestionRefusal
from positions.models.names import name_role
from positions.queries.access import Reader, codings_for, require_visible, statements_for
from positions.queries.withholding import text_for

# Documents in which the publisher speaks for itself, unless the words say otherwise.
OWN_DOCUMENTS = (
    SourceKind.COMMUNIQUE, SourceKind.STATEMENT, SourceKind.READOUT, SourceKind.BRIEFING, SourceKind.SPEECH,
    SourceKind.LETTER, SourceKind.DRAFT, SourceKind.NON_PAPER, SourceKind.TRANSCRIPT, SourceKind.SOCIAL_POST,
)  # fmt: skip
# The newest passages are enough to learn from, and bound the work.
MOST_LEARNT_PASSAGES = 2000


@dataclass(frozen=True, slots=True)
class TakenPassage:
    """A span that needs no suggestion for a party and issue; a null issue stands for any."""

    start: int
    end: int
    party: str | None
    issue: str | None
    any_issue: bool = False


def suggestions_for(reader: Reader, source: Source) -> list[Suggestion]:
    """What the newest text of a source may state, in order of place; parties, people and issues by slug.

    Left out is what the reader, or under another policy than *double* anybody, refused on this
    passage, and what a statement on it says already, as far as the reader may see. Raises
    :class:`NotVisible` and, to viewers and outsiders, :class:`NotPermitted`.
    """
    negotiation = source.negotiation
    _require_insider(reader, negotiation)
    text = text_for(reader, source)
    if text is None:
        return []
    taken = [*_refused(reader, negotiation, text), *_stated(reader, negotiation, source, text)]
    offered = _suggest(lexicon_for(reader, negotiation), source, text)
    return [suggestion for suggestion in offered if not any(_covers(passage, suggestion) for passage in taken)]


def lexicon_for(reader: Reader, negotiation: Negotiation, *, learns: bool = True) -> Lexicon:
    """The names and words of a negotiation, and with ``learns`` the passages coded before that the reader may see."""
    _require_insider(reader, negotiation)
    parties = Party.objects.filter(merged_into=None).prefetch_related("aliases")
    roster = list(
        parties.filter(Q(negotiations=negotiation) | Q(delegations__round__negotiation=negotiation)).distinct()
    )
    persons = (
        Person.objects.filter(merged_into=None, negotiations=negotiation)
        .prefetch_related("appointments__party")
        .distinct()
    )
    issues = negotiation.issues.filter(merged_into=None)
    return Lexicon(
        parties=tuple(_party_words(party) for party in roster),
        persons=tuple(_person_words(person) for person in persons),
        issues=tuple(
            IssueWords(i.slug, i.title, i.proposal, tuple(k for k in i.keywords if isinstance(k, str))) for i in issues
        ),
        learnt=tuple(_learnt(reader, negotiation)) if learns else (),
    )


def evaluate_suggestions(reader: Reader, negotiation: Negotiation) -> Quality:
    """How suggestions made from codebook, keywords and names alone compare with what was published.

    Nothing is learnt from codings, so those compared with can give nothing away.
    """
    lexicon = lexicon_for(reader, negotiation, learns=False)
    gold = _gold(reader, negotiation)
    found = Quality()
    for source in Source.objects.filter(negotiation=negotiation, pk__in=list(gold)).order_by("key"):
        text = text_for(reader, source)
        if text is not None:
            here = [passage for version, passage in gold[source.pk] if version == text.pk]
            found += measure(here, _suggest(lexicon, source, text))
    return found


def refusals_for(reader: Reader) -> QuerySet[SuggestionRefusal]:
    """Refused suggestions of negotiations the reader works in; where coding is blind, their own, and all for leads."""
    refusals = SuggestionRefusal.objects.all()
    if reader.is_administrator:
        return refusals
    blind = Q(text__source__negotiation__review_policy=ReviewPolicy.DOUBLE)
    own = Q(refused_by=reader.user) if reader.user is not None else Q(pk__in=[])
    led = Q(text__source__negotiation__in=reader.ids_from(Role.LEAD))
    return refusals.filter(Q(text__source__negotiation__in=reader.ids_from(Role.ANALYST)) & (own | led | ~blind))


def _require_insider(reader: Reader, negotiation: Negotiation) -> None:
    require_visible(reader, negotiation)
    if not reader.is_insider(negotiation.pk):
        raise NotPermitted(
            gettext("This takes the role of %(role)s in “%(negotiation)s”.")
            % {"role": name_role(Role.ANALYST), "negotiation": negotiation.title}
        )


def _suggest(lexicon: Lexicon, source: Source, text: SourceText) -> list[Suggestion]:
    day = source.published_latest
    publisher = None
    if source.kind in OWN_DOCUMENTS:
        publisher = party_named_in(source.publisher, lexicon, on=day) or party_named_in(source.author, lexicon, on=day)
    return suggest(text.text, lexicon, on=day, publisher=publisher)


def _party_words(party: Party) -> PartyWords:
    aliases = tuple((alias.text, alias.kind) for alias in party.aliases.all())
    return PartyWords(party.slug, party.name, aliases, is_media=party.kind == PartyKind.MEDIA)


def _person_words(person: Person) -> PersonWords:
    posts = (Post(p.party.slug, p.title, p.starts_on, p.ends_on) for p in person.appointments.all())
    return PersonWords(person.slug, person.name, tuple(posts))


def _open_codings(reader: Reader, negotiation: Negotiation) -> QuerySet[Coding]:
    """The readings in force that suggestions may show something of.

    Where two coders are to be blind to each other these are the published ones and the reader's own,
    whatever else the reader's role lets them see.
    """
    codings = codings_for(reader).filter(negotiation=negotiation, retired_at=None).exclude(status=CodingStatus.REJECTED)
    if negotiation.review_policy == ReviewPolicy.DOUBLE:
        own = Q(coder_user=reader.user) if reader.user is not None else Q(pk__in=[])
        codings = codings.filter(Q(status=CodingStatus.PUBLISHED) | own)
    return codings


def _learnt(reader: Reader, negotiation: Negotiation) -> Iterator[LearntPassage]:
    """Passages that people, not the machine, read as statements on an issue."""
    rows = (
        _open_codings(reader, negotiation)
        .exclude(coder=MACHINE_CODER, status__in=(CodingStatus.DRAFT, CodingStatus.SUBMITTED))
        .exclude(statement__exact="")
        .order_by("-created_at", "id")
        .values_list("issue__slug", "statement__exact")
    )
    return (LearntPassage(issue, exact) for issue, exact in rows[:MOST_LEARNT_PASSAGES])


def _refused(reader: Reader, negotiation: Negotiation, text: SourceText) -> Iterator[TakenPassage]:
    """What is not offered again; where coding is blind, another coder's refusal would tell how they read it."""
    refusals = SuggestionRefusal.objects.filter(text=text)
    if negotiation.review_policy == ReviewPolicy.DOUBLE:
        refusals = refusals.filter(refused_by=reader.user, refused_by__isnull=False)
    for start, end, party, issue in refusals.values_list("start", "end", "party__slug", "issue__slug"):
        yield TakenPassage(start, end, party, issue)


def _stated(reader: Reader, negotiation: Negotiation, source: Source, text: SourceText) -> Iterator[TakenPassage]:
    """What the statements on this text say already, by the readings the reader may see."""
    statements = (
        statements_for(reader)
        .filter(source=source, text=text, retired_at=None)
        .select_related("asserted_by")
        .prefetch_related(
            Prefetch(
                "codings", _open_codings(reader, negotiation).select_related("party", "issue"), to_attr="open_codings"
            )
        )
    )
    for statement in statements:
        yield from _said(statement)


def _said(statement: Statement) -> Iterator[TakenPassage]:
    start, end = statement.start, statement.end
    if start is None or end is None:
        return
    codings: list[Coding] = statement.open_codings  # type: ignore[attr-defined]
    for coding in codings:
        yield TakenPassage(start, end, coding.party.slug, coding.issue.slug)
    if not codings:
        yield TakenPassage(start, end, statement.asserted_by.slug, None, any_issue=True)


def _covers(passage: TakenPassage, suggestion: Suggestion) -> bool:
    """Whether a passage leaves a suggestion nothing to add: half of the shorter of the two spans is shared."""
    shared = min(passage.end, suggestion.end) - max(passage.start, suggestion.start)
    if 2 * shared < min(passage.end - passage.start, suggestion.end - suggestion.start) or shared <= 0:
        return False
    return passage.party == suggestion.party and (passage.any_issue or passage.issue == suggestion.issue)


def _gold(reader: Reader, negotiation: Negotiation) -> dict[UUID, list[tuple[UUID | None, GoldPassage]]]:
    """The published statements with a span, by source, each with the text version it stands in."""
    rows: Iterable[Coding] = (
        codings_for(reader)
        .filter(negotiation=negotiation, status=CodingStatus.PUBLISHED, retired_at=None, statement__retired_at=None)
        .exclude(statement__start=None)
        .select_related("statement", "party", "issue")
        .order_by("statement", "id")
    )
    by_statement: defaultdict[UUID, list[Coding]] = defaultdict(list)
    for coding in rows:
        by_statement[coding.statement_id].append(coding)
    gold: dict[UUID, list[tuple[UUID | None, GoldPassage]]] = {}
    for codings in by_statement.values():
        statement = codings[0].statement
        passage = GoldPassage(
            statement.start or 0,
            statement.end or 0,
            frozenset(coding.party.slug for coding in codings),
            frozenset(coding.issue.slug for coding in codings),
        )
        gold.setdefault(statement.source_id, []).append((statement.text_id, passage))
    return gold
