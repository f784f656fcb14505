"""Filters that put stances, days and dates into the pages' words (positions.web.words)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from positions.enums import ConditionKind, ConditionStatus
from positions.models import Source
from positions.web import words
from positions.web.script_words import reading_words

register = template.Library()


@register.filter
def sign(stance: int | None) -> str:
    """``+1``, ``0`` or ``−2``."""
    return words.sign_stance(stance)


@register.filter
def day(value: date | None) -> str:
    """``12 January 2022``."""
    return words.say_day(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """``12 Jan 2022``."""
    return words.say_day_short(value) if value else ""


@register.filter
def day_and_month(value: date | None) -> str:
    """``12 Jan``."""
    return words.write_day(value, "d MMM") if value else ""


@register.filter
def instant(value: datetime | None) -> str:
    """``3 November 2026, 14:20 UTC``."""
    return words.say_instant(value) if value else ""


@register.filter
def published(source: Source) -> str:
    """When a source was published, in words; empty where it is not known."""
    if not source.published_on or source.published_earliest is None or source.published_latest is None:
        return ""
    return words.say_edtf(source.published_on, source.published_earliest, source.published_latest)


@register.filter
def is_web_address(value: str) -> bool:
    """Whether a stored address may become a link."""
    return value.startswith(("https://", "http://"))


@register.filter
def condition_status(status: str) -> str:
    """``open``, in the reader's language."""
    return str(ConditionStatus(status).label).lower()


@register.filter
def condition_kind(kind: str) -> str:
    """``reciprocity``, in the reader's language."""
    return str(ConditionKind(kind).label).lower()


@register.filter
def counted(number: int, noun: str) -> str:
    """``1 round``, ``7 sources``, ``no statements``."""
    return words.count_of(number or 0, noun)


@register.simple_tag
def words_for_scripts(words: Mapping[str, object] | None = None) -> SafeString:
    """What js/wording.js reads: the words given, or those of the reading pages' scripts."""
    return format_html('<div hidden data-wording="{}"></div>', json.dumps(words or reading_words(), default=str))
