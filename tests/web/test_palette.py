"""Colours: readable on their paper, apart for colour-blind readers, the same for a party on every page."""

from __future__ import annotations

import math

import pytest

from positions.web.palette import DARK_INKS, DARK_PAPER, DARK_REST, LIGHT_INKS, LIGHT_PAPER, LIGHT_REST, assign_slots

Vector = tuple[float, ...]

# Machado, Oliveira and Fernandes 2009, severity 1.0
VISION: dict[str, tuple[Vector, Vector, Vector]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def linear(colour: str) -> Vector:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)


def luminance(colour: str) -> float:
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: Vector) -> Vector:
    r, g, b = (min(1.0, max(0.0, share)) for share in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def seen(colour: str, vision: str) -> Vector:
    rgb = linear(colour)
    return lab(tuple(sum(a * b for a, b in zip(row, rgb, strict=True)) for row in VISION[vision]))


@pytest.mark.parametrize(
    ("paper", "inks"), [(LIGHT_PAPER, (*LIGHT_INKS, LIGHT_REST)), (DARK_PAPER, (*DARK_INKS, DARK_REST))]
)
def test_inks_pass_text_contrast_on_their_paper(paper: str, inks: tuple[str, ...]) -> None:
    assert [ink for ink in inks if contrast(ink, paper) < 4.5] == []


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("inks", [LIGHT_INKS, DARK_INKS], ids=["light", "dark"])
def test_inks_stay_apart_for_every_vision(inks: tuple[str, ...], vision: str) -> None:
    points = [seen(ink, vision) for ink in inks]
    close = [(i, j) for i in range(len(inks)) for j in range(i) if math.dist(points[i], points[j]) < 11]
    assert close == []


def test_slots_follow_evidence_then_slug() -> None:
    assert assign_slots({"c": 1, "a": 5, "b": 5}) == {"a": 0, "b": 1, "c": 2}


def test_ninth_party_is_grey() -> None:
    evidence = {f"party-{number}": 100 - number for number in range(9)}
    assert "party-8" not in assign_slots(evidence)


def test_chosen_party_below_the_eighth_takes_a_free_slot() -> None:
    evidence = {f"party-{number:02}": 100 - number for number in range(12)}
    assert assign_slots(evidence, ["party-01", "party-11"]) == {"party-01": 1, "party-11": 0}
