from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gis_core.cleaned import UnreadableError
from gis_core.dms import clean_degrees, clean_degrees_column, clean_latlon, parse_degrees


def read(text: str) -> dict[str, Any]:
    try:
        degrees = parse_degrees(text)
    except UnreadableError as error:
        return {"error": error.code}
    return {"value": round(degrees.value, 9)} | ({"warning": degrees.warning} if degrees.warning else {})


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    for case in vectors("dms")["vectors"]:
        assert read(case["input"]) == case["expected"], case["input"]


def test_packed_and_dotted_forms_are_taken_only_in_columns_of_dms() -> None:
    given = pd.Series(["360613.58925", "36.52.16.3"])
    assert clean_degrees_column(given).error.tolist() == ["packed_dms", "dms_with_dots"]
    assert clean_degrees_column(given, dms=True).values.tolist() == pytest.approx([36.103775, 36.871194])


def test_a_lost_decimal_point_is_named() -> None:
    assert clean_degrees("368712").error == "missing_decimal_point"


def test_decimal_degrees_of_a_column_need_no_repair() -> None:
    result = clean_degrees_column(pd.Series(["36.871200", "140.0155", "36°52′16.3″", None, "999.9"]))
    assert result.values.tolist()[:2] == [36.8712, 140.0155]
    assert result.fixed.tolist() == [None, None, "degrees_format", None, None]
    assert result.error.tolist() == [None, None, None, None, "range"]


@pytest.mark.parametrize(
    "cell",
    [
        "36.8712,140.0155",
        "36.8712　140.0155",
        "(36.8712, 140.0155)",
        "POINT(140.0155 36.8712)",
        "北緯36.8712、東経140.0155",
        "E140.0155,N36.8712",
        "36.8712N 140.0155E",
        "140.0155,36.8712",
    ],
)
def test_both_coordinates_in_one_cell(cell: str) -> None:
    assert clean_latlon(cell).value == (36.8712, 140.0155)


def test_longitude_first_is_doubted_only_where_it_was_concluded() -> None:
    assert clean_latlon("140.0155,36.8712").warning == "lon_first"
    assert clean_latlon("E140.0155,N36.8712").warning is None


@pytest.mark.parametrize("cell", ["36.8712", "本町1-4", "36.87,", "1400155,368712", "200,300", "a" * 9999])
def test_what_is_no_pair_is_refused(cell: str) -> None:
    assert clean_latlon(cell).error
