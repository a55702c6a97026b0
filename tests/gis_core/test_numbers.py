from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gis_core.numbers import clean_integer, clean_integers, clean_number, clean_numbers


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    cases = [case for case in vectors("zen2han")["vectors"] if case["profile"] == "number"]
    assert cases
    for case in cases:
        expected = None if case["expected"] is None else float(case["expected"])
        assert clean_number(case["input"]).value == expected, case["input"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("500人", "number_with_text"),
        ("約500", "number_with_text"),
        ("約 1,200人", "number_with_text"),
        ("1,23", "thousands"),
        ("１ ２３４", "unrecognised"),
        ("nan", "unrecognised"),
        ("inf", "unrecognised"),
        ("1_000", "number_with_text"),
        ("9" * 400, "unrecognised"),
    ],
)
def test_text_in_a_number_column_is_reported_not_stripped(text: str, error: str) -> None:
    assert clean_number(text).error == error
    assert clean_number(text).value is None


def test_a_declared_unit_may_follow() -> None:
    assert clean_number("500人", unit="人").value == 500
    assert clean_numbers(pd.Series(["１２．５ ㎡", "3"]), unit="㎡").values.tolist() == [12.5, 3]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1,200名", "人", 1200),
        ("350.5平方メートル", "m²", 350.5),
        ("40m2", "m²", 40),
        ("12㎡", "m²", 12),
        ("3ｍ", "m", 3),
    ],
)
def test_a_unit_has_several_writings(text: str, unit: str, value: float) -> None:
    assert clean_number(text, unit=unit).value == value
    assert clean_number(text, unit="床").error == "number_with_text"


def test_plain_numbers_of_a_column_need_no_repair() -> None:
    result = clean_numbers(pd.Series(["1", "-2.50", "３", None, "x"]))
    assert result.values.tolist() == [1, -2.5, 3, None, None]
    assert result.fixed.tolist() == [None, None, "number_format", None, None]
    assert result.error.tolist() == [None, None, None, None, "unrecognised"]


def test_whole_numbers_stay_whole_and_exact() -> None:
    assert clean_integers(pd.Series(["1,234", "12.0", "9007199254740993"])).values.tolist() == [
        1234,
        12,
        9007199254740993,
    ]
    assert clean_integer("12.5").error == "not_integer"
    assert clean_integer("99999999999999999999").error == "range"


def test_excels_scientific_notation_is_doubted() -> None:
    assert clean_number("2.87E+08").value == 287_000_000
    assert clean_number("2.87E+08").warning == "scientific"
