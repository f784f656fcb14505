"""What people read can be translated, and is: every text is marked, every catalogue whole."""

from __future__ import annotations

import pytest

from positions.admin.words import COUNTED
from tests.run import ROOT
from tests.unmarked import unmarked_in, unmarked_in_python
from tracker.catalogues import fault_of, find_catalogues, read_catalogue
from tracker.messages import collect_messages, is_translated

TEMPLATES = ROOT / "templates"
# the API's own page speaks English as the API does; the attributes of a mark are no text
NOT_FOR_READERS = ("api/docs.html", "charts/step_fill.svg")

# files are described in English, as their own words are; so is what a job leaves behind
SPEAKS_ENGLISH = (
    "positions/services/annotat",
    "positions/services/bundle_import/",
    "positions/services/codings_import.py",
    "positions/services/demo.py",
    "positions/services/dna_import.py",
    "positions/services/idempotency.py",
    "positions/services/import",
    "positions/services/job",
    "positions/services/outbound.py",
    "positions/services/tokens.py",
    "positions/services/webhook",
)
# what the record keeps, for everybody and for years; and what is looked up, or names a class
KEPT_IN_ENGLISH = {
    "Changed before anything of it was published.",
    "Taken back by the person who had just made the change.",
    " confirmed under codebook ",
    " given to ",
    "moved to",
    "“{}” merged into “{}”",
    "plain text",
    "vLargeTextField source-text",
    *COUNTED,
}


def templates() -> list[str]:
    found = (path for ending in ("html", "svg", "txt") for path in TEMPLATES.rglob(f"*.{ending}"))
    names = sorted(str(path.relative_to(TEMPLATES)) for path in found)
    return [name for name in names if name not in NOT_FOR_READERS]


def test_every_text_of_a_template_is_marked_for_translation() -> None:
    names = templates()
    found = [
        f"templates/{name}:{line}: {text}"
        for name in names
        for line, text in unmarked_in((TEMPLATES / name).read_text(encoding="utf-8"))
    ]

    assert len(names) > 50
    assert found == []


def test_charts_write_their_numbers_for_machines() -> None:
    """A decimal comma in an attribute breaks the drawing."""
    charts = sorted(path for path in TEMPLATES.rglob("*.svg"))

    assert len(charts) > 10
    assert [path.name for path in charts if "{% localize off %}" not in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>\nNot marked</p>", [(2, "Not marked")]),
        ('<p>{{ name }}: {% translate "Marked" %}</p>', []),
        ('<a title="Open {{ name }}" class="words">·</a>', [(1, "title: Open")]),
        ('<a title="{% translate "Open" %}">CSV</a>', []),
        ("{% blocktranslate count n=n %}{{ n }} line{% plural %}{{ n }} lines{% endblocktranslate %} of", [(1, "of")]),
        ('{{ name|default:"nobody" }}', [(1, '|default:"nobody"')]),
        ('{{ name|default:_("nobody") }}', []),
        ('{% include "a.html" with name="First side" id="wide" %}', [(1, 'name="First side"')]),
        ('{% include "a.html" with name=_("First side") %}', []),
        ("{# a note #}{% comment %}hidden{% endcomment %}<script>let a;</script>", []),
        ("<kbd>Ctrl</kbd>{% block bodyclass %}{{ block.super }} wide{% endblock %}", []),
        ("<svg><text>Round</text></svg>", [(1, "Round")]),
    ],
)
def test_unmarked_text_is_found_with_its_line(template: str, found: list[tuple[int, str]]) -> None:
    assert unmarked_in(template) == found


def desk_modules() -> list[str]:
    """Python whose words the desk shows: its own, and the services but for files and background work."""
    found = (path for folder in ("admin", "services") for path in (ROOT / "positions" / folder).rglob("*.py"))
    names = sorted(str(path.relative_to(ROOT)) for path in found)
    return [name for name in names if not name.startswith(SPEAKS_ENGLISH)]


def test_every_sentence_of_the_desk_is_marked_for_translation() -> None:
    names = desk_modules()
    found = [
        f"{name}:{line}: {words}"
        for name in names
        for line, words in unmarked_in_python((ROOT / name).read_text(encoding="utf-8"))
        if words not in KEPT_IN_ENGLISH
    ]

    assert len(names) > 60
    assert found == []


def test_unmarked_sentence_is_found_with_its_line() -> None:
    source = """def say(name):
    "A docstring is not read by people."
    logger.warning("the worker is gone")
    return gettext("It is marked") if name else f"It is not {name} marked"
"""
    assert unmarked_in_python(source) == [(4, "It is not {} marked")]


def test_every_message_has_a_sound_translation() -> None:
    messages = {(message.context, message.id): message for message in collect_messages(ROOT) if message.id}
    catalogues = {path.parent.parent.name: read_catalogue(path) for path in find_catalogues()}

    assert sorted(catalogues) == ["fr", "ru"]
    assert len(messages) > 900
    lacking = []
    for language, catalogue in catalogues.items():
        known = {(message.context, message.id): message for message in catalogue if message.id}
        for key, message in messages.items():
            where = message.locations[0][0]
            found = known.get(key)
            if found is None:
                lacking.append(f"{language}: {where}: not in the catalogue, run make messages: {key}")
            elif not is_translated(found):
                lacking.append(f"{language}: {where}: no translation: {key}")
            elif fault := fault_of(found):
                lacking.append(f"{language}: {where}: {fault}")
    assert lacking == []
