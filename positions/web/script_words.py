"""The words that scripts show, handed to them with the page: one catalogue serves Python, templates and scripts.

A page carries a dictionary as JSON in an attribute (``{% words_for_scripts words %}``); js/wording.js reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, gettext, to_locale

PROBED = 200  # numbers tried: every language's rule for whole numbers repeats within a hundred


def reading_words() -> dict[str, str]:
    """What the scripts of the reading pages say."""
    return {
        "dark-paper": gettext("Dark paper"),
        "light-paper": gettext("Light paper"),
        "copy-table": gettext("Copy as Markdown"),
        "copied": gettext("Copied"),
        "not-copied": gettext("Could not copy"),
        "open-statement": gettext("Open the statement"),
    }


def forms_of(tell: Callable[[int], str]) -> dict[str, str]:
    """What is said of a number, in every form the active language has, by the form's CLDR name (``one``, ``few``,
    ``other``): ``forms_of(lambda number: ngettext("{count} source", "{count} sources", number))``.
    """
    return {form: tell(number) for form, number in _examples(get_language() or "en").items()}


@cache
def _examples(language: str) -> dict[str, int]:
    """A number for each plural form of a language."""
    try:
        locale = Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    found: dict[str, int] = {}
    # nought last: a language that counts it with one still shows the singular of a message that has no translation
    for number in (*range(1, PROBED), 0):
        found.setdefault(locale.plural_form(number), number)
    # in French and Russian whole numbers never take it, or seldom; a script may still ask for it
    found.setdefault("other", PROBED - 1)
    return found
