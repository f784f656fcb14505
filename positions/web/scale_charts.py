"""Ledgers as figures on a scale of values: changes and concessions from −2 to +2, agreement from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from positions.analysis.reliability import RELIABLE, TENTATIVE
from positions.analysis.types import Shift
from positions.enums import Tlp
from positions.queries.access import Reader
from positions.queries.evidence import Moment
from positions.queries.reliability import reliability_for
from positions.web.agreement_scale import lowest_of, say_share
from positions.web.changes import group_changes, load_changes, say_stand
from positions.web.chart_files import ChartFile, figure_file, say_facts
from positions.web.concessions import find_standing, load_ledger
from positions.web.day_charts import link_statement
from positions.web.figure import Block, Link, Mark, Spot, Stroke, Word, fit_text
from positions.web.figure_rows import Draw, Row, draw_rows, plot_sides, value_axis
from positions.web.palette import BAND, INK, MUTED, PartyInk
from positions.web.query_string import Asked
from positions.web.reliability import FieldRow, read_asked, tell_field
from positions.web.words import count_of, say_day, say_day_short, sign_stance

Place = Callable[[float], float]


def changes_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """Where each party stood and stands, issue by issue. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_changes(query, reader, slug)
    record, at = found.record, _place_stances()
    rows: list[Row] = []
    rank = {slug: place for place, slug in enumerate(found.inks)}
    for issue, here, quiet in group_changes(found):
        rows.append(Row(issue.title))
        listed = [(found.inks[c.party], c.before, c.after, True) for c in here]
        listed += [(found.inks[p.party], p, p, False) for p in quiet]
        for ink, before, after, is_heard in sorted(listed, key=lambda one: rank[one[0].slug]):
            mark = _mark_move(
                ink, None if before is None else before.stance, after.stance, at, is_heard=is_heard,
                is_hollow=after.footing != "own", is_conditional=after.conditional,
                href=link_statement(after.statements[0], found.asked) if after.statements else "",
                title=f"{ink.name}, {issue.title}: {say_stand(after)}",
            )  # fmt: skip
            note = say_stand(after) if is_heard else _("not heard; %(stance)s holds") % {"stance": say_stand(after)}
            rows.append(Row(ink.name, "", ink, mark, 1, note, f"{ink.name}, {issue.title}: {note}.", 26))
    since, until = say_day(found.span.since), say_day(found.span.until)
    title = _("What changed from %(since)s to %(until)s") % {"since": since, "until": until}
    notes = [
        _(
            "Tick: where the party stood on the first day. Dot: where it stands on the last; hollow where inferred or"
            " told by somebody else, ringed under an open condition."
        )
    ]
    if not rows:
        notes.insert(0, _("Nothing was found in these days."))
    figure = draw_rows(
        title, say_facts(record.negotiation, found.asked), rows, value_axis(_name_stances(), at), notes=notes,
        marking=record.marking.label,
    )  # fmt: skip
    return figure_file(
        record.negotiation, record.marking, f"{slug}-changes", title, found.asked, found.query, figure, notes[-1]
    )


def concessions_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """Every move among the positions it came closer to. Raises ``NotVisible`` or ``BadParameter``."""
    ledger = load_ledger(query, reader, slug)
    record, at = ledger.record, _place_stances()
    rows = []
    for shift in ledger.moves:
        ink, issue = ledger.inks[shift.party], record.issues[shift.issue]
        toward = [
            ledger.inks[row.other].short
            for row in ledger.rows
            if (row.party, row.issue, row.on) == (shift.party, shift.issue, shift.on) and row.other in ledger.inks
        ]
        note = _("conceded to %(parties)s") % {"parties": ", ".join(toward)} if toward else _("no concession")
        label = _("%(party)s, %(day)s") % {"party": ink.name, "day": say_day_short(shift.on)}
        words = f"{label}, {issue.title}: {_say_ends(shift)}; {note}."
        draw = _mark_move(
            ink, shift.before.stance if shift.before else None, shift.after.stance, at, is_heard=True,
            is_hollow=shift.footing != "own", is_conditional=shift.condition == "added",
            href=link_statement(shift.after.statements[0], ledger.asked) if shift.after.statements else "",
            title=words, others=_others(shift, ledger.inks),
        )  # fmt: skip
        rows.append(Row(label, issue.title, ink, draw, 1, note, words, 44))
    title = _("Concessions")
    notes = [
        _(
            "Tick: before. Dot: after. Names: where the others stood the day before. A concession narrows the gap to a"
            " party on the other side of the issue."
        )
    ]
    if not rows:
        notes.insert(0, _("Nobody moved along the scale in the evidence found."))
    figure = draw_rows(
        title, say_facts(record.negotiation, ledger.asked), rows, value_axis(_name_stances(), at), notes=notes,
        marking=record.marking.label,
    )  # fmt: skip
    return figure_file(
        record.negotiation, record.marking, f"{slug}-concessions", title, ledger.asked, ledger.asked.whole_query,
        figure, notes[-1],
    )  # fmt: skip


def reliability_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """Alpha of every field with its interval. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_asked(query, reader, slug)
    found = reliability_for(asked.readings, asked.selection)
    lowest = lowest_of([each.agreement for each in found])
    left, right = plot_sides()

    def at(value: float) -> float:
        share = (max(lowest, min(1.0, value)) - lowest) / (1 - lowest)
        return round(left + 12 + share * (right - left - 24), 1)

    rows = [_field_row(tell_field(each, lowest), at) for each in found]
    places = [(0.0, "0"), (TENTATIVE, say_share(TENTATIVE)), (RELIABLE, say_share(RELIABLE)), (1.0, "1")]
    places = ([(lowest, say_share(lowest))] if lowest < 0 else []) + places
    title = _("Agreement between coders")
    notes = [
        _("Dot: Krippendorff’s alpha. Bar: its 95 %% interval. By convention %(good)s is good and %(least)s the least.")
        % {"good": say_share(RELIABLE), "least": say_share(TENTATIVE)}
    ]
    moment = Asked(Moment.now())
    figure = draw_rows(title, say_facts(asked.negotiation, moment), rows, value_axis(places, at), notes=notes)
    return figure_file(
        asked.negotiation, Tlp.CLEAR, f"{slug}-reliability", title, moment, asked.query, figure, notes[-1]
    )


def _name_stances() -> list[tuple[float, str]]:
    return [(float(stance), sign_stance(stance)) for stance in range(-2, 3)]


def _place_stances() -> Place:
    left, right = plot_sides()
    step = (right - left - 48) / 4

    def at(value: float) -> float:
        return round(left + 24 + (value + 2) * step, 1)

    return at


def _say_ends(shift: Shift) -> str:
    before = shift.before.stance if shift.before else None
    return f"{sign_stance(before)} → {sign_stance(shift.after.stance)}, {count_of(abs(shift.steps or 0), 'step')}"


def _others(shift: Shift, inks: Mapping[str, PartyInk]) -> list[tuple[int, str]]:
    """The short names of who else stood where, by place on the scale."""
    known = [gap for gap in shift.gaps or () if gap.before is not None and gap.party in inks]
    standing: dict[int, list[str]] = {}
    for ink, stance in find_standing(shift, known, inks):
        standing.setdefault(stance, []).append(ink.short)
    return [
        (stance, ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else ""))
        for stance, names in standing.items()
    ]


def _mark_move(
    ink: PartyInk,
    before: int | None,
    after: int | None,
    at: Place,
    *,
    is_heard: bool,
    is_hollow: bool,
    is_conditional: bool,
    href: str,
    title: str,
    others: Sequence[tuple[int, str]] = (),
) -> Draw:
    """A tick where a party stood, a dot where it stands, an arrow between; the others' names above."""
    line, mark = f"party-line {ink.css_class}", f"party-mark {ink.css_class}"

    def draw(y: float) -> Iterator[Mark]:
        level = y + (9 if others else 0)
        for stance, names in others:
            anchor, shift = {2: ("end", 14), -2: ("start", -14)}.get(stance, ("middle", 0))
            yield Word(at(stance) + shift, y - 8, fit_text(names, 11, 200), 11, anchor, "muted", MUTED)
            yield Stroke(f"M{at(stance)} {y - 5}v6", "hair")
        if before is not None:
            yield Stroke(f"M{at(before)} {level - 7}v14", line, ink.colour, 2.4)
        if after is None:
            yield Word(at(0), level + 4, _("mixed"), 11.5, "middle", "muted", MUTED)
            return
        if before is not None and before != after:
            way = 1 if after > before else -1
            tip = at(after) - 7 * way
            arrow = f"M{at(before)} {level}H{tip}M{tip - 5 * way} {level - 4}L{tip} {level}L{tip - 5 * way} {level + 4}"
            yield Stroke(arrow, line, ink.colour, 2)
        if is_heard:
            spots: list[Mark] = [Spot(at(after), level, 5.5, mark, ink.colour, is_hollow)]
            if is_conditional:
                spots.insert(0, Spot(at(after), level, 8.5, mark, ink.colour, True, "2.4 2"))
            yield Link(href, title, tuple(spots), at(after), level) if href else spots[-1]

    return draw


def _field_row(row: FieldRow, at: Place) -> Row:
    agreement = row.found.agreement
    if row.scale is None or agreement.alpha is None or agreement.low is None or agreement.high is None:
        why = _("n/a because %(reason)s") % {"reason": row.reason}
        return Row(
            row.words,
            row.metric,
            None,
            lambda y: [Word(at(0) + 4, y + 4, why, 12, css_class="muted", fill=MUTED)],
            1,
            "",
            f"{row.words}: {why}.",
        )
    alpha, low, high = agreement.alpha, agreement.low, agreement.high

    def draw(y: float) -> Iterator[Mark]:
        yield Block(at(TENTATIVE), y - 13, round(at(1.0) - at(TENTATIVE), 1), 26, fill=BAND)
        for place in (TENTATIVE, RELIABLE):
            yield Stroke(f"M{at(place)} {y - 13}v26")
        yield Stroke(f"M{at(low)} {y}H{at(high)}M{at(low)} {y - 5}v10M{at(high)} {y - 5}v10", "ink-line", INK, 2)
        yield Spot(at(alpha), y, 5.5, "ink-mark", INK, title=row.scale.words if row.scale else "")

    note = _("%(alpha)s (%(low)s to %(high)s)") % {"alpha": row.alpha, "low": row.low, "high": row.high}
    return Row(row.words, row.metric, None, draw, 1, note, f"{row.words}: {note}, {row.judged}.", 38)
