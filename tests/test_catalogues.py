"""Catalogues of translations: compiled only when needed, refused with file and line, collected from all sources."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from tests.run import ROOT
from tracker.catalogues import CatalogueBroken, compile_catalogues
from tracker.messages import (
    COMMENT_TAGS,
    KEYWORDS,
    collect_messages,
    extract_template,
    update_catalogue,
    write_catalogue,
)

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def write_po(locale_dir: Path, text: str) -> Path:
    source = locale_dir / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(HEAD + text, encoding="utf-8")
    return source


def test_catalogue_is_compiled_when_it_is_newer(tmp_path: Path) -> None:
    source = write_po(tmp_path, 'msgid "Search"\nmsgstr "Rechercher"\n')
    target = source.with_suffix(".mo")

    assert compile_catalogues(tmp_path) == [target]
    assert read_mo(io.BytesIO(target.read_bytes())).get("Search").string == "Rechercher"  # type: ignore[union-attr]
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]
    os.utime(source, ns=(0, target.stat().st_mtime_ns - 1))
    assert compile_catalogues(tmp_path) == []
    os.utime(source, ns=(0, target.stat().st_mtime_ns + 1))
    assert compile_catalogues(tmp_path) == [target]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "Search"\nmsgstr Rechercher\n', "5: not a line of a catalogue: msgstr Rechercher"),
        ('msgid "Search"\n<<<<<<< HEAD\n', "5: not a line of a catalogue: <<<<<<< HEAD"),
        ('msgid "{party}: moved"\nmsgstr "{parti} : a bougé"\n', "4: the placeholders of “{parti} : a bougé” are not"),
        ('msgid "%(count)s day"\nmsgid_plural "%(count)s days"\nmsgstr[0] "jour"\nmsgstr[1] "jours"\n', "4: "),
    ],
)
def test_broken_catalogue_is_refused_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    source = write_po(tmp_path, text)

    with pytest.raises(CatalogueBroken) as refused:
        compile_catalogues(tmp_path)

    assert str(refused.value).startswith(f"{source}:{fault}")
    assert not source.with_suffix(".mo").exists()


def test_template_yields_its_messages_with_their_lines() -> None:
    template = b"""{% load i18n %}
  {# Translators: on a button #}
  <p title="{% translate "Open" context "condition" %}">{{ name|default:_("nobody") }}</p>
{% blocktranslate count n=total trimmed %}
    {{ n }} line
  {% plural %}
    {{ n }} lines
  {% endblocktranslate %}
{% translate "Don't" as x %}"""

    found = [
        (line, name, message)
        for line, name, message, _ in extract_template(io.BytesIO(template), KEYWORDS, list(COMMENT_TAGS), {})
    ]

    assert found == [
        (3, "pgettext", ("condition", "Open")),
        (3, "_", "nobody"),
        (4, "ngettext", ("%(n)s line", "%(n)s lines", None)),
        (9, "gettext", "Don't"),
    ]


def test_catalogue_keeps_its_translations_and_loses_what_is_gone(tmp_path: Path) -> None:
    source = write_po(
        tmp_path, 'msgid "Skip to the content"\nmsgstr "Aller au contenu"\n\nmsgid "Gone"\nmsgstr "Parti"\n'
    )
    messages = collect_messages(ROOT)

    write_catalogue(source, update_catalogue(source, messages, "fr"))
    once = source.read_bytes()
    write_catalogue(source, update_catalogue(source, messages, "fr"))

    assert source.read_bytes() == once
    assert 'msgid "Skip to the content"\nmsgstr "Aller au contenu"' in once.decode()
    assert '"Gone"' not in once.decode()
    assert "nplurals=2" in once.decode()
