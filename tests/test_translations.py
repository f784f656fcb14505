"""What people read can be translated, and is: every text is marked, every catalogue whole."""

from __future__ import annotations

import pytest

from tests.run import ROOT
from tests.unmarked import unmarked_in

TEMPLATES = ROOT / "templates"
# the API's own page speaks English as the API does; the attributes of a mark are no text
NOT_FOR_READERS = ("api/docs.html", "charts/step_fill.svg")
DESK = "admin"


def templates() -> list[str]:
    found = (path for ending in ("html", "svg", "txt") for path in TEMPLATES.rglob(f"*.{ending}"))
    names = sorted(str(path.relative_to(TEMPLATES)) for path in found)
    return [name for name in names if name not in NOT_FOR_READERS and not name.startswith(f"{DESK}/")]


def test_every_text_of_the_pages_is_marked_for_translation() -> None:
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
        ("<svg><text>Round</text></svg>", [(1, "Round")]),
    ],
)
def test_unmarked_text_is_found_with_its_line(template: str, found: list[tuple[int, str]]) -> None:
    assert unmarked_in(template) == found
