"""A language in which every translated message stands in brackets: what is shown outside them cannot be translated.

What people typed is no message; :func:`words_outside` leaves out every text that a table holds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.utils import translation

OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
UNSEEN = re.compile(r"<(script|style|template|noscript|kbd|code|time)\b.*?</\1>|<!--.*?-->", re.S)
SHOWN_ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
SUBMITS = re.compile(r'<input\b[^>]*type="submit"[^>]*>')
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WORD = re.compile(r"[^\W\d_]{3,}")


@contextmanager
def pseudo_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put every message in brackets while it lasts, whichever function asks for it."""
    bracketed: dict[str, Callable[..., str]] = {
        "gettext": lambda message: f"{OPEN}{message}{CLOSE}",
        "pgettext": lambda context, message: f"{OPEN}{message}{CLOSE}",
        "ngettext": lambda one, many, number: f"{OPEN}{one if number == 1 else many}{CLOSE}",
        "npgettext": lambda context, one, many, number: f"{OPEN}{one if number == 1 else many}{CLOSE}",
    }
    with monkeypatch.context() as patch:
        for name, function in bracketed.items():
            getattr(translation, "_trans").__getattr__(name)  # noqa: B009 - fill its cache, so that it can be restored
            patch.setattr(translation._trans, name, function)  # type: ignore[attr-defined]
        yield


def words_outside(page: str, more: tuple[str, ...] = ()) -> list[str]:
    """The texts of an HTML page, and of its labels, that hold words outside brackets and outside the tables."""
    page = UNSEEN.sub(" ", page)
    while INNERMOST.search(page):  # a message may hold links
        page = INNERMOST.sub(" ", page)
    texts = [*SHOWN_ATTRIBUTES.findall(page)]
    texts += [value for tag in SUBMITS.findall(page) for value in re.findall(r'\bvalue="([^"]*)"', tag)]
    texts += re.split(r"<[^>]*>", page)
    typed = sorted({*typed_texts(), *more}, key=len, reverse=True)
    found = []
    for text in dict.fromkeys(html.unescape(text).strip() for text in texts):
        left = text
        for known in typed:
            left = left.replace(known, " ")
        left = IDENTIFIER.sub(" ", left)
        if WORD.search(left) and not any(text in known for known in typed):
            found.append(" ".join(text.split()))
    return found


def typed_texts() -> set[str]:
    """Whatever the tables hold as text: names, quotations, notes, keys, user names."""
    found: set[str] = set()
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField) and not field.choices
        ]
        if columns and model._meta.app_label in ("positions", "auth"):
            for row in model._base_manager.values_list(*columns):
                found |= {word.strip() for word in row if isinstance(word, str) and word.strip()}
    return found
