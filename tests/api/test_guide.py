"""docs/api.md names every address and every parameter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import URLPattern

from positions.api import derived, ledgers
from positions.api.derived_views import DerivedView
from positions.api.urls import RESOURCES, urlpatterns

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_is_in_the_guide() -> None:
    addresses = {str(pattern.pattern).partition("/")[0] for pattern in urlpatterns if pattern.name}
    assert {address for address in addresses if f"`{address}/`" not in GUIDE} == set()
    assert "`sources/<id>/text/`" in GUIDE


@pytest.mark.parametrize("name", RESOURCES)
def test_filters_in_the_guide_are_those_of_the_list(name: str) -> None:
    table = GUIDE[GUIDE.index("## Asking for less") :]
    row = next(line for line in table.splitlines() if line.startswith(f"| `{name}/` |"))
    assert re.findall(r"`(\w+)`", row.split("|")[2]) == [each.name for each in RESOURCES[name].filters]


DERIVED: dict[str, type[DerivedView]] = {
    "positions": derived.PositionsView,
    "shifts": derived.ShiftsView,
    "concessions": derived.ConcessionsView,
    "red-lines": ledgers.RedLinesView,
    "coverage": ledgers.CoverageView,
}


@pytest.mark.parametrize("name", DERIVED)
def test_filters_of_derived_reads_in_the_guide_are_theirs(name: str) -> None:
    section = GUIDE[GUIDE.index("## Positions at a moment") :]
    row = next(line for line in section.splitlines() if line.startswith(f"| `{name}/` |"))
    view = DERIVED[name]
    own = [each.name for each in view.parameters if each.name not in ("party", "issue")]
    own = [name for name in ("party", *own) if name != "party" or view is derived.ConcessionsView]
    assert re.findall(r"`(\w+)`", row.split("|")[2]) == [*own, *(pick.parameter.name for pick in view.picks)]


@pytest.mark.parametrize("pattern", [each for each in urlpatterns if each.name], ids=lambda each: str(each.name))
def test_method_of_a_derived_read_is_in_the_guide(pattern: URLPattern) -> None:
    section = getattr(getattr(pattern.callback, "cls", None), "method_section", "")
    if not section:
        return
    address = str(pattern.pattern).partition("/")[0]
    table = GUIDE[GUIDE.index("| Address | Section of `/method/` |") :].partition("\n\n")[0]
    row = next(line for line in table.splitlines() if f"`{address}/`" in line)
    assert row.endswith(f"| `#{section}` |")
