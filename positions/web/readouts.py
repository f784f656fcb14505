"""Two accounts of one meeting, aligned by issue, and what reading only one of them would leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.position import positions
from positions.analysis.readouts import BOTH, CONFLICT, KINDS, ONLY_A, ONLY_B, STRENGTH, Account, compare_accounts
from positions.analysis.types import Position
from positions.enums import SourceKind
from positions.models import Issue, Round, Source, Statement
from positions.queries.access import Reader, sources_for
from positions.web.matrix_table import MatrixCell, tell_cell
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, BadParameter, read_moment
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.take_away import write_csv
from positions.web.words import clip_text, say_day_short, say_edtf, sign_position

KIND_HEADS = {
    CONFLICT: (_("In conflict"), _("the accounts put the party on opposite sides")),
    ONLY_A: (_("Only in the first"), _("the other account does not have it")),
    ONLY_B: (_("Only in the second"), _("the other account does not have it")),
    STRENGTH: (_("Same side, other strength"), _("both have it, one more strongly")),
    BOTH: (_("In both"), _("the same stance in either account")),
}
CSV_COLUMNS = (
    "issue", "party", "kind", "stance_a", "footing_a", "stance_b", "footing_b", "later_on", "later_stance",
    "statements_a", "statements_b",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountSide:
    """What one account alone makes of a party's position, with a passage; null cell where it has none."""

    cell: MatrixCell | None
    quotation: Quotation | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One party on one issue in both accounts, what it said itself later, and what the whole record says."""

    ink: PartyInk
    issue: Issue
    kind: str
    a: AccountSide
    b: AccountSide
    later: str
    later_statement: str
    whole: MatrixCell | None


@dataclass(frozen=True, slots=True)
class TwoAccounts:
    """Two sources of a round, and what they say of the same things."""

    record: PageRecord
    asked: Asked
    round: Round
    inks: Mapping[str, PartyInk]
    sources: tuple[Source, ...]
    a: Source | None
    b: Source | None
    accounts: tuple[Account, ...]
    whole: Mapping[tuple[str, str], Position]


def find_round(record: PageRecord, number: int) -> Round:
    """The round of the negotiation. Raises ``Http404``."""
    for row in record.rounds:
        if row.round.number == number:
            return row.round
    raise Http404


def load_accounts(request: HttpRequest, reader: Reader, slug: str, number: int) -> TwoAccounts:
    """Everything the page and its CSV show. Raises ``NotVisible``, ``Http404`` or ``BadParameter``."""
    asked = read_moment(request.GET)
    moment = asked.moment
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), moment)
    held = find_round(record, number)
    sources = sources_of_round(reader, record, number)
    a, b = choose_pair(request.GET.get("a", ""), request.GET.get("b", ""), sources, record, number)
    accounts: tuple[Account, ...] = ()
    if a is not None and b is not None:
        accounts = compare_accounts(record.history, str(a.pk), str(b.pk), moment.as_of, moment.known_at)
    whole = {(p.issue, p.party): p for p in positions(record.history, moment.as_of, moment.known_at)}
    return TwoAccounts(record, asked, held, record.inks(), tuple(sources), a, b, accounts, whole)


def sources_of_round(reader: Reader, record: PageRecord, number: int) -> list[Source]:
    """The sources with evidence from the round, readouts first, then by day; one query."""
    ids = {reading.source for reading in record.history.readings if reading.round == number}
    found = list(sources_for(reader).filter(pk__in=ids))
    found.sort(key=lambda s: (s.kind != SourceKind.READOUT, s.published_latest is None, s.published_latest, s.title))
    return found


def choose_pair(
    asked_a: str, asked_b: str, sources: Sequence[Source], record: PageRecord, number: int
) -> tuple[Source | None, Source | None]:
    """The two accounts asked for, by id or key; else two readouts, else the two sources that say most of the round."""
    chosen = [_find_source(name, value, sources) for name, value in (("a", asked_a.strip()), ("b", asked_b.strip()))]
    if chosen[0] is not None and chosen[0] == chosen[1]:
        raise BadParameter("b", asked_b, gettext("is the same account as a; choose another"))
    said = Counter(reading.source for reading in record.history.readings if reading.round == number)
    rest = sorted(
        (s for s in sources if s not in chosen), key=lambda s: (s.kind != SourceKind.READOUT, -said[str(s.pk)], s.title)
    )
    # two accounts of one house are hardly two accounts
    for place in (0, 1):
        if chosen[place] is None:
            other = chosen[1 - place]
            apart = [s for s in rest if other is None or s.publisher != other.publisher or not s.publisher]
            chosen[place] = next(iter(apart or rest), None)
            rest = [s for s in rest if s != chosen[place]]
    return chosen[0], chosen[1]


def _find_source(name: str, value: str, sources: Iterable[Source]) -> Source | None:
    if not value:
        return None
    for source in sources:
        if value in (str(source.pk), source.key):
            return source
    raise BadParameter(name, value, gettext("is no source with evidence from this round"))


@page
def readouts(request: HttpRequest, reader: Reader, slug: str, number: int) -> HttpResponse:
    found = load_accounts(request, reader, slug, number)
    quoted = {p.statements[0] for row in found.accounts for p in (row.a, row.b) if p is not None and p.statements}
    statements = load_statements(reader, quoted)
    rows = [_tell(row, found, statements, reader) for row in found.accounts]
    groups = [(kind, *_head(kind, found), [row for row in rows if row.kind == kind]) for kind in KINDS]
    spoken = {row.issue for row in found.accounts}
    query = f"a={found.a.pk}&b={found.b.pk}" if found.a and found.b else ""
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "round": found.round,
        "sources": found.sources,
        "a": found.a,
        "b": found.b,
        "a_facts": _say_source(found.a),
        "b_facts": _say_source(found.b),
        "lede": tell_accounts(found),
        "counts": [(len(listed), head) for _, head, _, listed in groups],
        "neither": [issue for slug, issue in found.record.issues.items() if slug not in spoken],
        "groups": [group for group in groups if group[3]],
        "rows": rows,
        "csv_address": f"{reverse('readouts-csv', args=[slug, number])}?{query}",
    }
    return render(request, "readouts.html", context)


@page
def readouts_csv(request: HttpRequest, reader: Reader, slug: str, number: int) -> HttpResponse:
    found = load_accounts(request, reader, slug, number)
    rows: list[tuple[object, ...]] = []
    for row in found.accounts:
        sides = [
            ("", "") if p is None else ("mixed" if p.stance is None else p.stance, p.footing) for p in (row.a, row.b)
        ]
        later = (
            ("", "") if row.later is None else (row.later.on, "mixed" if row.later.stance is None else row.later.stance)
        )
        quoted = [" ".join(p.statements) if p is not None else "" for p in (row.a, row.b)]
        cells = (row.issue, row.party, row.kind, *sides[0], *sides[1], *later, *quoted)
        rows.append(cells)
    return write_csv(
        f"{found.record.negotiation.slug}-round-{number}-readouts", found.record.marking, CSV_COLUMNS, rows
    )


def _head(kind: str, found: TwoAccounts) -> tuple[str, str]:
    head, explanation = (str(words) for words in KIND_HEADS[kind])
    for only, source in ((ONLY_A, found.a), (ONLY_B, found.b)):
        if kind == only and source is not None:
            head = gettext("Only {source}").format(source=clip_text(source.publisher or source.title, 40))
    return head, explanation


def tell_accounts(found: TwoAccounts) -> str:
    """Whether the accounts disagree, and how much of it one reader of one account would miss."""
    if found.a is None or found.b is None:
        return gettext("There are no two accounts of this round in the record.")
    if not found.accounts:
        return gettext("Neither account states a position that was coded.")
    kinds = Counter(row.kind for row in found.accounts)
    parts = []
    if kinds[CONFLICT]:
        sentence = ngettext(
            "The accounts contradict each other on {count} position.",
            "The accounts contradict each other on {count} positions.",
            kinds[CONFLICT],
        )
        parts.append(sentence.format(count=kinds[CONFLICT]))
    elif kinds[STRENGTH]:
        sentence = ngettext(
            "The accounts differ in strength on {count} position.",
            "The accounts differ in strength on {count} positions.",
            kinds[STRENGTH],
        )
        parts.append(sentence.format(count=kinds[STRENGTH]))
    else:
        parts.append(
            gettext("Where both speak, the accounts agree.")
            if kinds[BOTH]
            else gettext("The accounts speak of different things.")
        )
    total = len(found.accounts)
    sentence = ngettext(
        "Had you read only the first, you would know {first} of {count} position; only the second, {second}.",
        "Had you read only the first, you would know {first} of {count} positions; only the second, {second}.",
        total,
    )
    parts.append(sentence.format(first=total - kinds[ONLY_B], count=total, second=total - kinds[ONLY_A]))
    return " ".join(parts)


def _say_source(source: Source | None) -> str:
    if source is None:
        return ""
    day = ""
    if source.published_on and source.published_earliest and source.published_latest:
        day = say_edtf(source.published_on, source.published_earliest, source.published_latest)
    parts = [
        str(source.get_kind_display()),
        day,
        gettext("reliability {grade}").format(grade=source.reliability),
        f"TLP:{source.tlp}",
    ]
    return " · ".join(part for part in parts if part)


def _tell(row: Account, found: TwoAccounts, statements: Mapping[str, Statement], reader: Reader) -> AccountRow:
    ink, issue = found.inks[row.party], found.record.issues[row.issue]
    whole = found.whole.get((row.issue, row.party))
    later = ""
    if row.later is not None:
        sign = sign_position(row.later.stance, row.later.low, row.later.high)
        later = gettext("{day}, in its own words: {stance}").format(day=say_day_short(row.later.on), stance=sign)
    return AccountRow(
        ink=ink,
        issue=issue,
        kind=row.kind,
        a=_side(row.a, ink, issue, statements, reader),
        b=_side(row.b, ink, issue, statements, reader),
        later=later,
        later_statement=row.later.statements[0] if row.later is not None and row.later.statements else "",
        whole=tell_cell(whole, ink, issue) if whole is not None else None,
    )


def _side(
    p: Position | None, ink: PartyInk, issue: Issue, statements: Mapping[str, Statement], reader: Reader
) -> AccountSide:
    if p is None:
        return AccountSide(None, None)
    shown = next((statements[key] for key in p.statements[:1] if key in statements), None)
    return AccountSide(tell_cell(p, ink, issue), quote_statement(shown, reader) if shown is not None else None)


def pairs_worth_reading(sources: Sequence[Source]) -> Iterator[tuple[Source, Source]]:
    """Readouts of one round by different houses, each with each."""
    accounts = [source for source in sources if source.kind == SourceKind.READOUT]
    for place, first in enumerate(accounts):
        for second in accounts[place + 1 :]:
            if first.publisher != second.publisher or not first.publisher:
                yield first, second
