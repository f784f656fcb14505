"""The words pages use for stances, footings, days and counts, in the reader's language. No markup, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext_lazy, pgettext, to_locale
from django.utils.translation import gettext_lazy as _

from positions.enums import CodingState, Footing

STANCE_WORDS: Mapping[int, Promise] = {
    2: _("categorical for"),
    1: _("qualified for"),
    0: _("neutral"),
    -1: _("qualified against"),
    -2: _("categorical against"),
}
STATE_WORDS: Mapping[str, Promise] = {
    CodingState.UNCLEAR.value: _("unclear"),
    CodingState.ABSTAINED.value: _("abstained"),
    CodingState.ABSENT.value: _("absent"),
    "mixed": _("mixed signals"),
}
FOOTING_WORDS: Mapping[str, Promise] = {
    Footing.OWN.value: _("in its own words"),
    Footing.INFERRED.value: _("inferred from its conduct"),
    Footing.REPORTED.value: _("told by somebody else"),
}
LEFT_TO_RIGHT, END_ISOLATE = "\u2066", "\u2069"
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
# what is counted where the count stands alone: none of it, and one or more
COUNTED: Mapping[str, tuple[Promise, Any]] = {
    "coder": (_("no coders"), ngettext_lazy("{count} coder", "{count} coders", "count")),
    "condition": (_("no conditions"), ngettext_lazy("{count} condition", "{count} conditions", "count")),
    "day": (_("no days"), ngettext_lazy("{count} day", "{count} days", "count")),
    "issue": (_("no issues"), ngettext_lazy("{count} issue", "{count} issues", "count")),
    "mark": (_("no marks"), ngettext_lazy("{count} mark", "{count} marks", "count")),
    "move": (_("no moves"), ngettext_lazy("{count} move", "{count} moves", "count")),
    "passage": (_("no passages"), ngettext_lazy("{count} passage", "{count} passages", "count")),
    "position": (_("no positions"), ngettext_lazy("{count} position", "{count} positions", "count")),
    "reading": (_("no readings"), ngettext_lazy("{count} reading", "{count} readings", "count")),
    "round": (_("no rounds"), ngettext_lazy("{count} round", "{count} rounds", "count")),
    "round held": (_("no rounds held"), ngettext_lazy("{count} round held", "{count} rounds held", "count")),
    "source": (_("no sources"), ngettext_lazy("{count} source", "{count} sources", "count")),
    "statement": (_("no statements"), ngettext_lazy("{count} statement", "{count} statements", "count")),
    "step": (_("no steps"), ngettext_lazy("{count} step", "{count} steps", "count")),
    "unit": (_("no units"), ngettext_lazy("{count} unit", "{count} units", "count")),
}


def sign_stance(stance: int | None) -> str:
    """``+2``, ``0`` or ``−1`` with a true minus sign; an en dash where there is no stance."""
    if not stance:
        return "–" if stance is None else "0"
    return _keep_order(f"+{stance}" if stance > 0 else f"−{-stance}")


def sign_position(stance: int | None, low: int, high: int) -> str:
    """The stance, or for mixed signals the range from the lowest to the highest."""
    return sign_stance(stance) if stance is not None else _keep_order(f"{sign_stance(low)} … {sign_stance(high)}")


def _keep_order(signs: str) -> str:
    """Signs that stay from left to right amid a language written from right to left."""
    return f"{LEFT_TO_RIGHT}{signs}{END_ISOLATE}" if get_language_bidi() else signs


def sign_with_condition(sign: str, *, is_conditional: bool) -> str:
    """``+1 if`` where the position is under an open condition."""
    return f"{sign} {pgettext('behind a stance: under a condition', 'if')}" if is_conditional else sign


def name_stance(stance: int | None, state: str = "coded") -> str:
    """``qualified for``, or what stands where no single stance does."""
    return str(STATE_WORDS.get(state, state) if stance is None else STANCE_WORDS[stance])


@cache
def _locale(language: str) -> Locale:
    """Where Babel looks up how dates and numbers are written."""
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@cache
def _write_day(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, _locale(language))


def write_day(day: date, pattern: str) -> str:
    """A day by a pattern of Unicode's locale data (``d MMMM y``), with the language's names of months."""
    return _write_day(day, pattern, get_language() or "en")


def say_day(day: date) -> str:
    """``12 January 2022``."""
    return write_day(day, "d MMMM y")


def say_day_short(day: date) -> str:
    """``12 Jan 2022``."""
    return write_day(day, "d MMM y")


def say_days(first: date | None, last: date | None) -> str:
    """``9–12 January 2022``, as short as two days allow; ``no date`` where there is none."""
    if first is None or last is None or first == last:
        known = first or last
        return say_day(known) if known else gettext("no date")
    if first.year != last.year:
        return f"{say_day(first)} – {say_day(last)}"
    if first.month != last.month:
        return f"{write_day(first, 'd MMMM')} – {say_day(last)}"
    return f"{first.day}–{say_day(last)}"


def say_edtf(value: str, earliest: date, latest: date) -> str:
    """An EDTF value in words: ``about 9 January 2022``, ``28 January – 1 February 2022``, ``January 2022``."""
    bare = value.rstrip("~?%")
    if len(bare) == 7 and bare[4] == "-" and bare[5:].isdigit() and 1 <= int(bare[5:]) <= 12:
        said = write_day(date(max(1, int(bare[:4])), int(bare[5:]), 1), "LLLL y")
    elif len(bare) == 4 and bare.isdigit():
        said = bare
    else:
        said = say_days(earliest, latest)
    if value.endswith("%"):
        return gettext("about {day} (uncertain)").format(day=said)
    if value.endswith("~"):
        return gettext("about {day}").format(day=said)
    return gettext("{day} (uncertain)").format(day=said) if value.endswith("?") else said


def say_instant(instant: datetime) -> str:
    """``3 November 2026, 14:20 UTC``, in the instant's own offset."""
    offset = instant.strftime("%z")
    zone = "UTC" if offset in ("+0000", "") else f"UTC{offset[:3]}:{offset[3:]}"
    return f"{say_day(instant.date())}, {instant:%H:%M} {zone}"


def write_number(number: float, pattern: str | None = None) -> str:
    """A number with the language's separators: ``1,234``, by a pattern of Unicode's locale data where one is given."""
    return format_decimal(number, pattern, _locale(get_language() or "en"))


def spell_count(number: int) -> str:
    """In English numbers up to twelve as a word; larger ones, and other languages', with digits.

    Elsewhere a numeral may have to agree with what it counts in gender and case.
    """
    in_english = (get_language() or "en").split("-")[0] == "en"
    return SMALL_NUMBERS[number] if in_english and 0 <= number < len(SMALL_NUMBERS) else write_number(number)


def count_of(number: int, noun: str) -> str:
    """``1 statement``, ``7 sources``, ``no rounds``, for the nouns of :data:`COUNTED`."""
    none, some = COUNTED[noun]
    return some.format(count=number) if number else str(none)


def join_words(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    most = words[0]
    for word in words[1:-1]:
        most = pgettext("a list", "{most}, {next}").format(most=most, next=word)
    return pgettext("the end of a list", "{most} and {last}").format(most=most, last=words[-1])


def join_choices(words: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    if len(words) < 2:
        return "".join(words)
    most = ", ".join(words[:-1])
    return pgettext("the end of a list", "{most} or {last}").format(most=most, last=words[-1])


def clip_text(text: str, length: int) -> str:
    """The text on one line, at most ``length`` characters, cut at a word where one ends late enough."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 0.6 else cut).rstrip(" ,;:.–") + "…"
