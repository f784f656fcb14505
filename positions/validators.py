"""Checks on single values, used by model fields, services and imports alike."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from positions.dates import bounds_of
from positions.enums import MACHINE_CODER
from positions.exceptions import Invalid

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
WIKIDATA_ID = re.compile(r"Q[1-9][0-9]{0,17}", re.ASCII)
MAX_TEXT_CHARACTERS = 10_000_000


def validate_edtf(value: str) -> None:
    """Refuse what is not an EDTF date of level 0–1."""
    try:
        bounds_of(value)
    except Invalid as refusal:
        raise ValidationError(str(refusal)) from refusal


def validate_slug(value: str) -> None:
    """Refuse anything but lower-case ASCII words joined by single hyphens."""
    if not SLUG.fullmatch(value):
        raise ValidationError(
            gettext("Use lower-case letters, digits and single hyphens, such as “european-security-2022”.")
        )


def validate_language_tag(value: str) -> None:
    """Refuse what is not shaped like a BCP 47 language tag."""
    if not LANGUAGE_TAG.fullmatch(value):
        raise ValidationError(gettext("Use a BCP 47 language tag such as “en”, “ru” or “zh-Hant”."))


def validate_wikidata_id(value: str) -> None:
    """Refuse what is not a Wikidata item id."""
    if not WIKIDATA_ID.fullmatch(value):
        raise ValidationError(gettext("Use a Wikidata item id such as “Q159”."))


def validate_plain_text(value: str) -> None:
    """Refuse NUL and lone surrogates, which no database and no JSON document can hold."""
    fault = text_fault(value)
    if fault:
        raise ValidationError(fault)


def text_fault(value: str) -> str | None:
    """What makes ``value`` impossible to store, with its offset in code points; null when nothing does."""
    nul = value.find("\x00")
    if nul >= 0:
        return gettext("contains a NUL character at offset %(offset)s; remove it") % {"offset": nul}
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        return gettext("contains a lone surrogate at offset %(offset)s; save the text as UTF-8 and try again") % {
            "offset": error.start
        }
    return None


def visible_characters(value: str) -> bool:
    """Whether anything in ``value`` can be seen: not only white space, controls and zero-width characters."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in value)


def is_machine_name(name: str) -> bool:
    """Whether a coder's or user's name is the machine's, however it is spaced, cased or widened."""
    return unicodedata.normalize("NFKC", name).strip().casefold() == MACHINE_CODER


def validate_person_name(username: str) -> None:
    """Refuse the machine's name to a person: readings under it could pass for theirs."""
    if is_machine_name(username):
        raise ValidationError(
            gettext("“%(name)s” stands for the machine's suggestions; choose another name.") % {"name": username}
        )
