"""Dates as the field writes them: EDTF level 0 and 1, kept as entered, with strict bounds for sorting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import struct_time

from django.utils.translation import gettext
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from edtf.parser.parser_classes import Interval, UnspecifiedIntervalSection

from positions.exceptions import Invalid

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LEVEL_0_1 = re.compile(r"[0-9X./?~%-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first and the last day an EDTF value allows; ``latest`` is null for an open end."""

    earliest: date
    latest: date | None


@lru_cache(maxsize=8192)
def bounds_of(value: str) -> Bounds:
    """Strict bounds of an EDTF string of level 0–1. Qualifiers (``~``, ``?``, ``%``) never widen them.

    Raises :class:`Invalid` for anything else, for an open or unknown beginning, and for years
    outside 0001–9999.
    """
    if ISO_DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Invalid(gettext("“%(value)s” is not a day of the calendar") % {"value": value}) from None
        return Bounds(day, day)
    if not LEVEL_0_1.fullmatch(value):
        raise Invalid(
            gettext("“%(value)s” is not an EDTF date; write 2022-01-09, 2022-01-09~, 2022-01 or 2022-01-28/2022-02-01")
            % {"value": value[:60]}
        )
    try:
        parsed = parse_edtf(value)
        return _strict_bounds(value, parsed)
    except Invalid:
        raise
    except (EDTFParseException, ValueError, OverflowError, AttributeError, TypeError, NotImplementedError):
        raise Invalid(
            gettext(
                "“%(value)s” is not an EDTF date of level 0 or 1; write 2022-01-09, 2022-01-09~, 2022-01 or "
                "2022-01-28/2022-02-01"
            )
            % {"value": value}
        ) from None


def _strict_bounds(value: str, parsed: object) -> Bounds:
    latest: date | None
    if isinstance(parsed, Interval):
        if isinstance(parsed.lower, UnspecifiedIntervalSection):
            raise Invalid(
                gettext("“%(value)s” has no beginning; give the earliest day that is possible") % {"value": value}
            )
        earliest = _day(parsed.lower.lower_strict())
        latest = None if isinstance(parsed.upper, UnspecifiedIntervalSection) else _day(parsed.upper.upper_strict())
    else:
        earliest, latest = _day(parsed.lower_strict()), _day(parsed.upper_strict())  # type: ignore[attr-defined]
    if latest is not None and latest < earliest:
        raise Invalid(gettext("“%(value)s” ends before it begins") % {"value": value})
    return Bounds(earliest, latest)


def _day(moment: struct_time) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


def capped_bounds(value: str, cap: date | None) -> tuple[date, date]:
    """Bounds of the day something was said, in a source last published on ``cap`` (null: unknown).

    Raises :class:`Invalid` when the value lies after the cap, or has an open end that no cap closes.
    """
    bounds = bounds_of(value)
    if cap is None:
        if bounds.latest is None:
            raise Invalid(
                gettext("“%(value)s” has an open end and the source has no date of publication to close it")
                % {"value": value}
            )
        return bounds.earliest, bounds.latest
    if bounds.earliest > cap:
        raise Invalid(
            gettext("“%(value)s” lies after the source's publication (%(day)s)")
            % {"value": value, "day": cap.isoformat()}
        )
    return bounds.earliest, cap if bounds.latest is None else min(bounds.latest, cap)


def closed_bounds(value: str) -> tuple[date, date]:
    """Bounds of a value that may not have an open end, such as a date of publication."""
    return capped_bounds(value, None) if bounds_of(value).latest is not None else _refuse_open(value)


def _refuse_open(value: str) -> tuple[date, date]:
    raise Invalid(gettext("“%(value)s” has an open end; give the last day that is possible") % {"value": value})
