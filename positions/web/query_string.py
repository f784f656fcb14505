"""What a reader asks for in an address: the date, the instant of knowledge, the parties."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from positions.queries.evidence import Moment
from positions.web.chart_axis import RoundLike
from positions.web.words import clip_text, join_words, say_day, say_instant

ROUND_PREFIX = "round-"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(Z|[+-]\d{2}:?\d{2}|\d{2}:\d{2})?)?", re.ASCII
)


class BadParameter(Exception):
    """A parameter of the address cannot be read; pages answer 400 and say which and why."""

    def __init__(self, name: str, value: str, problem: str) -> None:
        self.name = name
        self.value = clip_text(value, 80)
        self.problem = problem
        super().__init__(f"{name}: {problem}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The moment a page answers for, and which half of it the reader set."""

    moment: Moment
    as_of: date | None = None
    known_at: datetime | None = None
    parties: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()  # what else narrows the page, as given

    @property
    def query(self) -> str:
        """``?as_of=…&known_at=…`` with what was set, or empty: what a link to another page carries."""
        pairs = {
            "as_of": self.as_of and self.as_of.isoformat(),
            "known_at": self.known_at and write_instant(self.known_at),
        }
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{text}" if text else ""

    @property
    def whole_query(self) -> str:
        """The same with the parties and filters chosen: what another form of this page carries."""
        chosen = [("party", ",".join(self.parties))] if self.parties else []
        joined = urlencode([*chosen, *self.filters])
        if not joined:
            return self.query
        return f"{self.query}&{joined}" if self.query else f"?{joined}"

    @property
    def in_words(self) -> str:
        """What was set, as a sentence; empty where nothing was."""
        if self.as_of and self.known_at:
            return gettext("Shown as of {day}, as the record stood on {instant}.").format(
                day=say_day(self.as_of), instant=say_instant(self.known_at)
            )
        if self.as_of:
            return gettext("Shown as of {day}.").format(day=say_day(self.as_of))
        if self.known_at:
            return gettext("Shown as the record stood on {instant}.").format(instant=say_instant(self.known_at))
        return ""

    @property
    def known_at_value(self) -> str:
        """For a ``datetime-local`` input, which knows no offset: UTC."""
        return self.known_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if self.known_at else ""

    @property
    def known_at_has_time(self) -> bool:
        """Whether a plain date would say less than what was asked (a date means the end of that day)."""
        return self.known_at is not None and self.known_at.astimezone(UTC).time() != time.max

    @property
    def until(self) -> date | None:
        """The date a chart's axis should reach, where the reader asked for one."""
        return self.as_of


def write_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with a ``Z``, which needs no escaping in an address."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_moment(query: QueryDict) -> Asked:
    """``as_of`` and ``known_at`` of an address; an empty value counts as not set.

    A ``known_at`` without a time is the end of that day, without an offset it is UTC.
    Raises :class:`BadParameter`.
    """
    as_of, known_at = read_single(query, "as_of"), read_single(query, "known_at")
    now = timezone.now()
    day = read_day("as_of", as_of) if as_of else None
    instant = _read_instant("known_at", known_at) if known_at else None
    return Asked(Moment(day or now.date(), instant or now), day, instant)


def read_parties(query: QueryDict, known: Collection[str], asked: Asked) -> Asked:
    """The parties chosen by ``party=a&party=b`` or ``party=a,b``. Raises :class:`BadParameter` for unknown ones."""
    chosen = [slug.strip() for value in query.getlist("party") for slug in value.split(",") if slug.strip()]
    for slug in chosen:
        if slug not in known:
            raise BadParameter("party", slug, gettext("no party of this name has a position in the negotiation"))
    return replace(asked, parties=tuple(dict.fromkeys(chosen)))


def read_single(query: QueryDict, name: str) -> str:
    """The value of a parameter given at most once; empty where it is not. Raises :class:`BadParameter`."""
    values = [value.strip() for value in query.getlist(name) if value.strip()]
    if len(values) > 1:
        raise BadParameter(name, join_words(values), gettext("is given more than once; give it once"))
    return values[0] if values else ""


def read_day(name: str, value: str) -> date:
    """A day as ``2022-01-12``. Raises :class:`BadParameter`."""
    if not DAY.fullmatch(value):
        raise BadParameter(name, value, gettext("is not a date; write it as 2022-01-12"))
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadParameter(name, value, gettext("is not a day of the calendar; write it as 2022-01-12")) from None


def read_round_or_day(name: str, value: str, rounds: Iterable[RoundLike], *, is_start: bool) -> date:
    """A day as ``2022-01-12``, or the first or last day of a round as ``round-3``. Raises :class:`BadParameter`."""
    if not value.startswith(ROUND_PREFIX):
        return read_day(name, value)
    number = value.removeprefix(ROUND_PREFIX)
    for entry in rounds:
        if str(entry.number) == number:
            day = entry.starts_on if is_start else entry.ends_on or entry.starts_on
            if day is None:
                raise BadParameter(name, value, gettext("round {number} has no date").format(number=number))
            return day
    raise BadParameter(name, value, gettext("there is no such round; write a day as 2022-01-09 or a round as round-3"))


def _read_instant(name: str, value: str) -> datetime:
    found = INSTANT.fullmatch(value)
    if not found:
        raise BadParameter(
            name,
            value,
            gettext("is not an instant; write it as 2022-01-12T09:40:00Z, or as a date for the end of that day"),
        )
    day, clock, offset = found.groups()
    # a plus sign that was not escaped in the address arrives as a blank
    zone = "+00:00" if offset in (None, "Z") else offset if offset[0] in "+-" else f"+{offset}"
    try:
        if clock is None:
            return datetime.combine(date.fromisoformat(day), time.max, UTC)
        read = datetime.fromisoformat(f"{day}T{clock}{zone}")
        read.astimezone(UTC) + timedelta(0)  # an offset may lead out of the calendar
    except (ValueError, OverflowError):
        raise BadParameter(
            name, value, gettext("is not an instant of the calendar; write it as 2022-01-12T09:40:00Z")
        ) from None
    return read
