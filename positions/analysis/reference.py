"""The slow, obvious reading of the method (docs/methodology.md), to which the fast one is held.

Only what the method page says belongs here, sentence by sentence: every answer is computed from
scratch out of the history, nothing is remembered between questions, and a question about another
day is asked again as of that day. Section numbers are those of the method page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from positions.analysis.types import (
    Concession,
    Condition,
    ConditionCounts,
    Gap,
    History,
    Occasion,
    Point,
    Position,
    Reading,
    Segment,
    Series,
    Shift,
    Side,
)

FOOTINGS = ("own", "inferred", "reported")  # best first (section 2)
PARTIES_COMPARED_UNNAMED = 20  # above this, gaps are given only toward parties that are named
ROUNDS_TO_ANSWER = 2  # a concession is answered by the end of this round after it, or not


# ---------------------------------------------------------------- 1. evidence


def admitted(history: History, as_of: date, known_at: datetime) -> list[Reading]:
    """The codings that count: known by ``known_at``, published, dated by ``as_of`` (section 1)."""
    return [
        reading
        for reading in history.readings
        if reading.recorded_at is not None
        and reading.recorded_at <= known_at
        and not (reading.retired_at is not None and reading.retired_at <= known_at)
        and reading.status == "published"
        and reading.latest <= as_of
    ]


def _heard(history: History, as_of: date, known_at: datetime, issue: str, party: str | None = None) -> list[Reading]:
    """The admitted codings on an issue, of one party or of all, in any state."""
    return [
        reading
        for reading in admitted(history, as_of, known_at)
        if reading.issue == issue and party in (None, reading.party)
    ]


def _evidence(history: History, as_of: date, known_at: datetime, issue: str, party: str | None = None) -> list[Reading]:
    """Of those, the ones in state ``coded``: only they can make a position (section 1)."""
    heard = _heard(history, as_of, known_at, issue, party)
    return [reading for reading in heard if reading.state == "coded"]


def _pairs(history: History, as_of: date, known_at: datetime) -> list[tuple[str, str]]:
    """Each (party, issue) with evidence, sorted: only they have a position (section 4)."""
    known = admitted(history, as_of, known_at)
    return sorted({(item.party, item.issue) for item in known if item.state == "coded"})


# ---------------------------------------------------------------- 2. footing


def footing_of(reading: Reading) -> str:
    """``own``, ``inferred`` or ``reported``: by whose words a stance is known (section 2)."""
    if reading.party != reading.asserted_by:
        return "reported"
    return "inferred" if reading.directness == "inferred" else "own"


def _deciding_footing(evidence: Iterable[Reading]) -> str:
    """The best footing present in the evidence, which must not be empty (section 2)."""
    return min((footing_of(reading) for reading in evidence), key=FOOTINGS.index)


# ---------------------------------------------------------------- 3. occasions and copies


def _chain_of(history: History, source: str) -> list[str]:
    """The source, what it derives from, and so on to its origin; stops where a source repeats."""
    chain = [source]
    while chain[-1] in history.parents and history.parents[chain[-1]] not in chain:
        chain.append(history.parents[chain[-1]])
    return chain


def _is_copy(history: History, reading: Reading, evidence: Iterable[Reading]) -> bool:
    """Whether a source it derives from carries evidence beside it on its occasion (section 3).

    "Beside it" is: same day, party, issue, asserter and footing. Of sources that derive from each
    other (a circle, which a sound history does not have) neither is the other's copy.
    """
    return any(
        other.latest == reading.latest
        and other.party == reading.party
        and other.issue == reading.issue
        and other.asserted_by == reading.asserted_by
        and footing_of(other) == footing_of(reading)
        and other.source in _chain_of(history, reading.source)[1:]
        and reading.source not in _chain_of(history, other.source)[1:]
        for other in evidence
    )


def _standing_on(history: History, evidence: list[Reading], footing: str, day: date) -> list[Reading]:
    """The evidence of one occasion on one footing, after copies are set aside (section 3)."""
    return [
        reading
        for reading in evidence
        if reading.latest == day and footing_of(reading) == footing and not _is_copy(history, reading, evidence)
    ]


def _occasion_days(evidence: Iterable[Reading], footing: str) -> list[date]:
    """The days with evidence on a footing, in order (section 3)."""
    return sorted({reading.latest for reading in evidence if footing_of(reading) == footing})


# ---------------------------------------------------------------- 4. position


def _stance_of(reading: Reading) -> int:
    """The stance of a piece of evidence, which always has one; raises ValueError if it has none."""
    if reading.stance is None:
        raise ValueError(f"coding {reading.coding} is coded but has no stance")
    return reading.stance


def _side_of(day: date, standing: list[Reading]) -> Side:
    """What the evidence of an occasion, after copies, amounts to; never an average (section 4)."""
    stances = [_stance_of(reading) for reading in standing]
    mixed = min(stances) < 0 < max(stances)
    return Side(
        stance=None if mixed else max(stances, key=abs),
        low=min(stances),
        high=max(stances),
        state="mixed" if mixed else "coded",
        occasion=Occasion(
            on=day,
            rounds=tuple(sorted({item.round for item in standing if item.round is not None})),
        ),
        statements=tuple(sorted({reading.statement for reading in standing})),
    )


def condition_status(condition: Condition, as_of: date, known_at: datetime) -> str:
    """The condition's status as of a date and instant: its latest entry by (on, recorded), the
    later listed on a tie; ``open`` while it has none (section 4)."""
    entries = [entry for entry in condition.entries if entry.on <= as_of and entry.recorded_at <= known_at]
    entries.sort(key=lambda entry: (entry.on, entry.recorded_at))  # ties stay as listed
    return entries[-1].status if entries else "open"


def _has_open(conditions: Iterable[Condition], as_of: date, known_at: datetime) -> bool:
    """Whether one of the conditions is open as of the date, known at the instant."""
    return any(condition_status(one, as_of, known_at) == "open" for one in conditions)


def position_of(history: History, party: str, issue: str, as_of: date, known_at: datetime) -> Position | None:
    """The party's position on the issue; null without evidence, which is not 0 (section 4)."""
    evidence = _evidence(history, as_of, known_at, issue, party)
    if not evidence:
        return None
    footing = _deciding_footing(evidence)
    occasions = [(day, _standing_on(history, evidence, footing, day)) for day in _occasion_days(evidence, footing)]
    last_day, standing = occasions[-1]
    side = _side_of(last_day, standing)
    since = last_day
    for day, earlier in reversed(occasions):
        then = _side_of(day, earlier)
        if (then.stance, then.state) != (side.stance, side.state):
            break
        since = day
    statuses = [
        condition_status(condition, as_of, known_at) for reading in standing for condition in reading.conditions
    ]
    return Position(
        party=party,
        issue=issue,
        stance=side.stance,
        low=side.low,
        high=side.high,
        state=side.state,
        footing=footing,
        red_line=any(reading.red_line for reading in standing),
        conditional="open" in statuses,
        conditions=ConditionCounts(
            open=statuses.count("open"),
            met=statuses.count("met"),
            failed=statuses.count("failed"),
            withdrawn=statuses.count("withdrawn"),
        ),
        occasion=side.occasion,
        since=since,
        last_evidence_on=last_day,
        last_heard_on=max(
            reading.latest for reading in _heard(history, as_of, known_at, issue, party) if reading.state != "absent"
        ),
        evidence_count=len(standing),
        evidence_total=sum(len(readings) for _, readings in occasions),
        source_count=len({_chain_of(history, reading.source)[-1] for reading in standing}),
        other_evidence=sum(footing_of(reading) != footing for reading in evidence),
        rounds_silent=sum(
            one.status == "held"
            and one.starts_on is not None
            and one.ends_on is not None
            and one.starts_on > last_day
            and one.ends_on <= as_of
            and party in one.parties
            for one in history.rounds
        ),
        statements=side.statements,
    )


def _must_have_position(history: History, party: str, issue: str, as_of: date, known_at: datetime) -> Position:
    """The position of a pair that has evidence by that day."""
    position = position_of(history, party, issue, as_of, known_at)
    if position is None:
        raise ValueError(f"{party} has no evidence on {issue} as of {as_of}")
    return position


def positions(history: History, as_of: date, known_at: datetime) -> list[Position]:
    """Every position there is, by (party, issue) (section 4)."""
    return [
        _must_have_position(history, party, issue, as_of, known_at) for party, issue in _pairs(history, as_of, known_at)
    ]


# ---------------------------------------------------------------- 5. segments and points


def segments_of(history: History, party: str, issue: str, as_of: date, known_at: datetime) -> list[Segment]:
    """The line: neighbouring days whose positions have the same five values are one (section 5).

    Those values can change only on a day with evidence, so only such days are asked.
    """

    def ask(day: date) -> Position:
        return _must_have_position(history, party, issue, day, known_at)

    def five(day: date) -> tuple[int | None, str, int, int, str]:
        found = ask(day)
        return found.stance, found.state, found.low, found.high, found.footing

    evidence = _evidence(history, as_of, known_at, issue, party)
    days = sorted({reading.latest for reading in evidence})
    starts = [day for n, day in enumerate(days) if n == 0 or five(day) != five(day - timedelta(days=1))]
    segments = []
    for n, start in enumerate(starts):
        end = starts[n + 1] if n + 1 < len(starts) else None
        last_day = as_of if end is None else end - timedelta(days=1)
        found = ask(start)
        segments.append(
            Segment(
                start=start,
                end=end,
                stance=found.stance,
                low=found.low,
                high=found.high,
                state=found.state,
                footing=found.footing,
                last_evidence_on=ask(last_day).last_evidence_on,
            )
        )
    return segments


def _set_aside(history: History, reading: Reading, known_at: datetime) -> str | None:
    """Why a coding does not make the line as of its own day: ``footing``, ``copy`` or null; null
    in states other than ``coded`` (section 5)."""
    if reading.state != "coded":
        return None
    evidence = _evidence(history, reading.latest, known_at, reading.issue, reading.party)
    if _deciding_footing(evidence) != footing_of(reading):
        return "footing"
    return "copy" if _is_copy(history, reading, evidence) else None


def timeline(history: History, issue: str, as_of: date, known_at: datetime) -> list[Series]:
    """Line and dots of each party with an admitted coding on the issue, by party (section 5)."""
    on_issue = _heard(history, as_of, known_at, issue)
    series = []
    for party in sorted({reading.party for reading in on_issue}):
        points = [
            Point(
                party=party,
                statement=reading.statement,
                coding=reading.coding,
                earliest=reading.earliest,
                latest=reading.latest,
                round=reading.round,
                stance=reading.stance,
                state=reading.state,
                move=reading.move,
                red_line=reading.red_line,
                conditional=_has_open(reading.conditions, reading.latest, known_at),
                footing=footing_of(reading),
                set_aside=_set_aside(history, reading, known_at),
            )
            for reading in on_issue
            if reading.party == party
        ]
        points.sort(key=lambda point: (point.latest, point.earliest, point.statement, point.coding))
        segments = segments_of(history, party, issue, as_of, known_at)
        series.append(Series(party=party, points=tuple(points), segments=tuple(segments)))
    return series


# ---------------------------------------------------------------- 6. shifts


def _kind_and_steps(before: Side | None, after: Side) -> tuple[str, int | None]:
    """The kind of a shift and how many steps it goes, by the table of section 6."""
    if before is None:
        return "first", None
    if before.stance is None and after.stance is None:
        return "restated", None
    if before.stance is None:
        return "resolved", None
    if after.stance is None:
        return "mixed", None
    steps = after.stance - before.stance
    if steps == 0:
        return "restated", 0
    return ("reversed" if before.stance * after.stance < 0 else "moved"), steps


def _condition_change(
    was: list[Reading], on_before: date, now: list[Reading], on: date, known_at: datetime
) -> str | None:
    """``added``, ``not_repeated`` or null, each side as of its own day (section 6)."""
    conditions_before = [condition for reading in was for condition in reading.conditions]
    open_before = [
        condition for condition in conditions_before if condition_status(condition, on_before, known_at) == "open"
    ]
    open_now = _has_open([one for reading in now for one in reading.conditions], on, known_at)
    if not open_before and open_now:
        return "added"
    if open_before and not open_now and _has_open(open_before, on, known_at):
        return "not_repeated"
    return None


def _red_line_change(was: list[Reading], now: list[Reading]) -> str | None:
    """``declared``, ``not_repeated`` or null (section 6); silence is not withdrawal."""
    before = any(reading.red_line for reading in was)
    after = any(reading.red_line for reading in now)
    if before == after:
        return None
    return "declared" if after else "not_repeated"


def _gap(party: str, before: int, after: int, theirs: int | None) -> Gap:
    """The distance in steps from a mover to a party; null where theirs is mixed (section 6)."""
    if theirs is None:
        return Gap(party, before=None, after=None, effect=None, same_side=None)
    was, now = abs(before - theirs), abs(after - theirs)
    effect = "narrowed" if now < was else "widened" if now > was else "unchanged"
    return Gap(party, before=was, after=now, effect=effect, same_side=before * theirs > 0)


def _gaps(history: History, party: str, issue: str, before: Side | None, after: Side, known_at: datetime) -> list[Gap]:
    """Gaps to every other party with a position on the eve of a ``moved`` or ``reversed`` shift,
    by party; none for other kinds (section 6)."""
    if before is None or before.stance is None or after.stance is None:
        return []  # first, mixed, resolved, or restated as mixed
    if before.stance == after.stance:
        return []  # restated
    eve = after.occasion.on - timedelta(days=1)
    others = {item.party for item in _evidence(history, eve, known_at, issue)} - {party}
    return [
        _gap(
            other,
            before.stance,
            after.stance,
            _must_have_position(history, other, issue, eve, known_at).stance,
        )
        for other in sorted(others)
    ]


def shifts(
    history: History,
    as_of: date,
    known_at: datetime,
    with_parties: Collection[str] | None = None,
) -> list[Shift]:
    """Each deciding occasion beside the one before it on its footing (section 6).

    By (party, issue, day, footing). ``with_parties`` names the parties wanted in the gaps; where it
    is null and more than 20 parties have evidence on the issue, gaps are null.
    """
    found = []
    for party, issue in _pairs(history, as_of, known_at):
        evidence = _evidence(history, as_of, known_at, issue, party)
        crowd = {item.party for item in _evidence(history, as_of, known_at, issue)}
        previous: dict[str, tuple[Side, list[Reading]]] = {}  # by footing
        for day in sorted({reading.latest for reading in evidence}):
            footing = _deciding_footing(item for item in evidence if item.latest <= day)
            standing = _standing_on(history, evidence, footing, day)
            if not standing:
                continue  # that day has evidence only on a footing that does not decide
            before, was = previous.get(footing, (None, []))
            after = _side_of(day, standing)
            kind, steps = _kind_and_steps(before, after)
            gaps = [
                gap
                for gap in _gaps(history, party, issue, before, after, known_at)
                if with_parties is None or gap.party in with_parties
            ]
            found.append(
                Shift(
                    party=party,
                    issue=issue,
                    on=day,
                    footing=footing,
                    kind=kind,
                    steps=steps,
                    within_range=before is not None
                    and kind in ("moved", "resolved")
                    and before.low <= after.low
                    and after.high <= before.high,
                    condition=None
                    if before is None
                    else _condition_change(was, before.occasion.on, standing, day, known_at),
                    red_line=None if before is None else _red_line_change(was, standing),
                    before=before,
                    after=after,
                    gaps=None if with_parties is None and len(crowd) > PARTIES_COMPARED_UNNAMED else tuple(gaps),
                )
            )
            previous[footing] = (after, standing)
    found.sort(key=lambda one: (one.party, one.issue, one.on, FOOTINGS.index(one.footing)))
    return found


# ---------------------------------------------------------------- 6. concession ledger


def _concession_of(history: History, shift: Shift, gap: Gap, known_at: datetime) -> Concession | None:
    """The ledger's row, still without ``answered`` and ``moved_first``, where the shift came nearer
    to a party that did not stand on the mover's side; else null (section 6)."""
    eve = shift.on - timedelta(days=1)
    theirs = _must_have_position(history, gap.party, shift.issue, eve, known_at).stance
    if shift.kind not in ("moved", "reversed") or shift.within_range or gap.effect != "narrowed":
        return None
    if shift.before is None or shift.before.stance is None or shift.steps is None:
        return None  # never so in these kinds
    if theirs is None or gap.before is None or gap.after is None:
        return None  # theirs is mixed
    if theirs == 0 or shift.before.stance * theirs > 0:
        return None
    return Concession(
        party=shift.party,
        other=gap.party,
        issue=shift.issue,
        on=shift.on,
        steps=shift.steps,
        footing=shift.footing,
        gap_before=gap.before,
        gap_after=gap.after,
        answered=None,
        moved_first=False,
        statements_before=shift.before.statements,
        statements_after=shift.after.statements,
    )


def _moved_first(rows: list[Concession], row: Concession) -> bool:
    """Whether no row of this pair, either way round, and issue has an earlier day (section 6)."""
    return not any(
        {one.party, one.other} == {row.party, row.other} and one.issue == row.issue and one.on < row.on for one in rows
    )


def _answered(history: History, rows: list[Concession], row: Concession, as_of: date) -> bool | None:
    """Whether the other party came nearer by the end of the second round after (section 6).

    Null while that round's end lies after ``as_of``, or while there are fewer than two such rounds.
    """
    rounds_after = sorted(
        (one.starts_on, one.ends_on)
        for one in history.rounds
        if one.status == "held"
        and one.starts_on is not None
        and one.ends_on is not None
        and one.starts_on > row.on
        and (not one.parties or {row.party, row.other} <= one.parties)
    )
    enough = len(rounds_after) >= ROUNDS_TO_ANSWER
    limit = rounds_after[ROUNDS_TO_ANSWER - 1][1] if enough else None
    if any(
        (one.party, one.other, one.issue) == (row.other, row.party, row.issue)
        and row.on < one.on
        and (limit is None or one.on <= limit)
        for one in rows
    ):
        return True
    return False if limit is not None and limit <= as_of else None


def concessions(history: History, as_of: date, known_at: datetime) -> list[Concession]:
    """The ledger, one row per shift and other party, by (issue, day, party, other) (section 6).

    However many parties an issue has: the limit on them is the caller's.
    """
    everybody = {reading.party for reading in history.readings}
    rows = [
        row
        for shift in shifts(history, as_of, known_at, with_parties=everybody)
        for gap in shift.gaps or ()
        if (row := _concession_of(history, shift, gap, known_at)) is not None
    ]
    ledger = [
        replace(
            row,
            answered=_answered(history, rows, row, as_of),
            moved_first=_moved_first(rows, row),
        )
        for row in rows
    ]
    return sorted(ledger, key=lambda row: (row.issue, row.on, row.party, row.other))
