from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gis_core.boxes import Box
from gis_core.sanity import judge_coordinates

REACH = Box(139.901, 36.748, 140.288, 36.969)


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    cases = [case for case in vectors("coords")["vectors"] if case["op"] == "sanity"]
    assert cases
    for case in cases:
        lat, lon = case["input_latlon"]
        (verdict,) = judge_coordinates([lon], [lat], REACH)
        assert case["expected"].startswith(verdict), case


@pytest.mark.parametrize(
    ("lon", "lat", "verdict"),
    [
        (140.0155, 36.8712, "ok"),
        (float("nan"), 36.8712, "missing"),
        (0, 0, "zero"),
        (36.8712, 140.0155, "swapped"),
        (-140.0155, 36.8712, "sign"),
        (139.7, 35.68, "in_japan_not_in_city"),
        (140.00558, 36.52163, "maybe_dms"),
        (15586454.2, 4421168.9, "webmercator"),
        (1400155, 368712, "missing_decimal_point"),
        (16240.7, 96680.4, "plane_rectangular"),
        (-0.12, 51.5, "outside_japan"),
        (1e12, 1e12, "outside_japan"),
        (float("inf"), 36, "missing"),
    ],
)
def test_each_mistake_has_its_name(lon: float, lat: float, verdict: str) -> None:
    assert judge_coordinates([lon], [lat], REACH).tolist() == [verdict]


def test_no_rows_no_verdicts() -> None:
    assert judge_coordinates([], [], REACH).tolist() == []
