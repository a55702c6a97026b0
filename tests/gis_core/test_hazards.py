"""Kinds and codes of hazards."""

from __future__ import annotations

import pytest

from gis_core import hazards


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        ("flood_depth", "flood"),
        ("flood_zones", "flood"),
        ("inland_flood_depth", "inland_flood"),
        ("landslide_zones", "landslide"),
        ("tsunami", "tsunami"),
        ("floodlights", None),
        ("avalanche", None),
    ],
)
def test_the_kind_is_the_beginning_of_the_id(layer: str, kind: str | None) -> None:
    assert hazards.kind_of(layer) == kind


@pytest.mark.parametrize(
    ("metres", "grade"), [(0.01, 1), (0.49, 1), (0.5, 2), (2.99, 2), (3, 3), (5, 4), (10, 5), (25, 5)]
)
def test_deeper_water_is_never_told_as_less(metres: float, grade: int) -> None:
    """A boundary value counts in the upper class (水害ハザードマップ作成の手引き)."""
    assert hazards.depth_meaning(metres).grade == grade


def test_longer_water_and_red_zones_are_graver() -> None:
    grades = [hazards.duration_meaning(code.bound).grade for code in hazards.DURATION_CODES.values()]
    assert grades == sorted(grades)
    yellow, red, planned_yellow, planned_red = (hazards.zone_meaning(code) for code in "1234")
    assert (yellow, red) == (planned_yellow, planned_red)
    assert yellow
    assert red
    assert yellow.grade < red.grade == hazards.GRAVEST
    assert hazards.zone_meaning("9") is hazards.collapse_meaning("9") is None
