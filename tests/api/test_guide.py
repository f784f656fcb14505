"""docs/api.md names every address and every parameter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from positions.api import derived
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


@pytest.mark.parametrize(
    "view", [derived.PositionsView, derived.ShiftsView, derived.ConcessionsView, derived.TimelineView]
)
def test_parameters_of_derived_reads_are_in_the_guide(view: type[derived.DerivedView]) -> None:
    section = GUIDE[GUIDE.index("## Positions at a moment") :]
    assert {each.name for each in view.parameters if f"`{each.name}`" not in section} == set()
