"""Collects what is to be translated and brings the catalogues up to date: ``make messages``.

Python source is read by Babel, templates by Django's own reading of their tags. A catalogue keeps its translations;
messages that are gone leave it. Line numbers stay out of the files, so that moving text changes nothing in them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import write_po
from django.conf import settings
from django.utils.translation.template import templatize

from tracker.catalogues import LOCALE_DIR, read_catalogue

ROOT = LOCALE_DIR.parent
DOMAIN = "django"
SOURCES = ("positions", "templates", "tracker")
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ("Translators:",)
# the catalogues carry no date of their own: the history of the files says it
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)

Found = Generator[tuple[int, str, Any, list[str]], None, None]


def extract_template(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: list[str], options: Mapping[str, Any]
) -> Found:
    """Babel's extraction method for Django templates (.html and .svg).

    Django turns a template into calls of gettext amid blanked-out text, line by line; Babel reads those as Python.
    """
    code = templatize(fileobj.read().decode("utf-8"))
    # what is blanked out is indented at will, which Python does not allow
    lines = "\n".join(line.strip() for line in code.split("\n"))
    yield from extract_python(io.BytesIO(lines.encode("utf-8")), keywords, comment_tags, {"encoding": "utf-8"})  # type: ignore[misc]


def collect_messages(root: Path = ROOT) -> Catalog:
    """Every message of the source, with the files it stands in."""
    catalogue = Catalog(
        project="Rapporteur", domain=DOMAIN, charset="utf-8", creation_date=NO_DATE, revision_date=NO_DATE, fuzzy=False
    )
    methods: list[tuple[str, Any]] = [
        ("**/migrations/**.py", "ignore"),
        ("**.py", "python"),
        ("**.html", extract_template),
        ("**.svg", extract_template),
    ]
    for name in SOURCES:
        for path, line, message, comments, context in extract_from_dir(
            root / name, methods, {}, KEYWORDS, COMMENT_TAGS, strip_comment_tags=True
        ):
            place = f"{name}/{path}"
            catalogue.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalogue


def update_catalogue(path: Path, template: Catalog, language: str) -> Catalog:
    """The catalogue of one language with the messages of the template and the translations it had."""
    catalogue = read_catalogue(path) if path.exists() else Catalog(locale=language, domain=DOMAIN)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment = f"# Rapporteur in {catalogue.locale.english_name if catalogue.locale else language}."
    catalogue.project, catalogue.version = "Rapporteur", "1"
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    catalogue.last_translator, catalogue.language_team = "", ""
    catalogue.fuzzy = False
    return catalogue


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a ``.po`` in a fixed order, without line numbers and without messages that are gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, catalogue, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(written.getvalue())


def is_translated(message: Message) -> bool:
    """Whether every form of a message has a translation that somebody stands by."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(forms) and not message.fuzzy


def main() -> int:
    django.setup()
    template = collect_messages()
    for language, _ in settings.LANGUAGES:
        if language == settings.LANGUAGE_CODE:
            continue
        path = LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        catalogue = update_catalogue(path, template, language)
        write_catalogue(path, catalogue)
        missing = sum(not is_translated(message) for message in catalogue if message.id)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {missing} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
