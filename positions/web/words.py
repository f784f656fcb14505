"""The words pages use for stances, footings, days and counts. No markup, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from positions.enums import CodingState, Footing

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
STANCE_WORDS = {
    2: "categorical for",
    1: "qualified for",
    0: "neutral",
    -1: "qualified against",
    -2: "categorical against",
}
STATE_WORDS = {
    CodingState.UNCLEAR.value: "unclear",
    CodingState.ABSTAINED.value: "abstained",
    CodingState.ABSENT.value: "absent",
    "mixed": "mixed signals",
}
FOOTING_WORDS = {
    Footing.OWN.value: "in its own words",
    Footing.INFERRED.value: "inferred from its conduct",
    Footing.REPORTED.value: "told by somebody else",
}
SMALL_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def sign_stance(stance: int | None) -> str:
    """``+2``, ``0`` or ``−1`` with a true minus sign; an en dash where there is no stance."""
    if stance is None:
        return "–"
    return f"+{stance}" if stance > 0 else f"−{-stance}" if stance < 0 else "0"


def sign_position(stance: int | None, low: int, high: int) -> str:
    """The stance, or for mixed signals the range from the lowest to the highest."""
    return sign_stance(stance) if stance is not None else f"{sign_stance(low)} … {sign_stance(high)}"


def name_stance(stance: int | None, state: str = "coded") -> str:
    """``qualified for``, or what stands where no single stance does."""
    return STATE_WORDS.get(state, state) if stance is None else STANCE_WORDS[stance]


def say_day(day: date) -> str:
    """``12 January 2022``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_day_short(day: date) -> str:
    """``12 Jan 2022``."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def say_days(first: date | None, last: date | None) -> str:
    """``9–12 January 2022``, as short as two days allow; ``no date`` where there is none."""
    if first is None or last is None or first == last:
        known = first or last
        return say_day(known) if known else "no date"
    if first.year != last.year:
        return f"{say_day(first)} – {say_day(last)}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month - 1]} – {say_day(last)}"
    return f"{first.day}–{say_day(last)}"


def say_edtf(value: str, earliest: date, latest: date) -> str:
    """An EDTF value in words: ``about 9 January 2022``, ``28 January – 1 February 2022``, ``January 2022``."""
    about = "about " if value.endswith(("~", "%")) else ""
    doubt = " (uncertain)" if value.endswith(("?", "%")) else ""
    bare = value.rstrip("~?%")
    if len(bare) == 7 and bare[4] == "-" and bare[5:].isdigit() and 1 <= int(bare[5:]) <= 12:
        return f"{about}{MONTHS[int(bare[5:]) - 1]} {bare[:4]}{doubt}"
    if len(bare) == 4 and bare.isdigit():
        return f"{about}{bare}{doubt}"
    return f"{about}{say_days(earliest, latest)}{doubt}"


def say_instant(instant: datetime) -> str:
    """``3 November 2026, 14:20 UTC``, in the instant's own offset."""
    offset = instant.strftime("%z")
    zone = "UTC" if offset in ("+0000", "") else f"UTC{offset[:3]}:{offset[3:]}"
    return f"{say_day(instant.date())}, {instant:%H:%M} {zone}"


def spell_count(number: int) -> str:
    """Numbers up to twelve as a word, larger ones with digits."""
    return SMALL_NUMBERS[number] if 0 <= number < len(SMALL_NUMBERS) else f"{number:,}"


def count_of(number: int, noun: str, plural: str = "") -> str:
    """``1 statement``, ``7 sources``, ``no rounds``."""
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{number if number else 'no'} {word}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def clip_text(text: str, length: int) -> str:
    """The text on one line, at most ``length`` characters, cut at a word where one ends late enough."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 0.6 else cut).rstrip(" ,;:.–") + "…"
