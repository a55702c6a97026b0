from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.mesh import _STEPS, decode, encode, level_of


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    for case in vectors("mesh")["vectors"]:
        assert answer(case) == pytest.approx(case["expected"], abs=case.get("tolerance", 1e-12)), case


def answer(case: dict[str, Any]) -> Any:
    if case["op"] == "to_mesh":
        try:
            return encode(case["lon"], case["lat"], case["level"])
        except ValueError:
            return None
    if case["op"] == "is_3rd_mesh":
        return is_third(case["code"])
    cell = decode(case["code"])
    if case["op"] == "sw_corner":
        return [cell.south, cell.west]
    return [(cell.south + cell.north) / 2, (cell.west + cell.east) / 2]


def is_third(code: str) -> bool:
    try:
        return level_of(code) == 3
    except ValueError:
        return False


def test_a_cell_on_an_edge_is_the_northern_and_eastern_one() -> None:
    assert encode(140.0125, 36.84, 3) == "55402001"
    assert encode(140.0, 55 / 1.5, 1) == "5540"


@given(st.floats(122, 154), st.floats(20, 46), st.sampled_from(list(_STEPS)))
def test_a_point_lies_in_the_cell_of_its_code(lon: float, lat: float, level: Any) -> None:
    code = encode(lon, lat, level)
    assert level_of(code) == level
    assert decode(code).expand(1e-9).contains(lon, lat)


@pytest.mark.parametrize("code", ["", "55", "5540a", "554080", "55402041５", "554020410", "5" * 40])
def test_other_digits_are_no_codes(code: str) -> None:
    with pytest.raises(ValueError, match="grid square"):
        decode(code)
