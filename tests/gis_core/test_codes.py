from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gis_core.cleaned import UnreadableError
from gis_core.codes import (
    clean_corporate_number,
    clean_flag,
    clean_flags,
    clean_local_government_code,
    clean_postal_code,
    is_corporate_number,
    parse_local_government_code,
)


def read(text: str, keys: set[str]) -> dict[str, Any]:
    try:
        code = parse_local_government_code(text)
    except UnreadableError as error:
        return {"error": error.code}
    result: dict[str, Any] = (
        {"candidates": list(code.candidates)} if "candidates" in keys else {"value": code.value}
    )
    return result | ({"warnings": [code.warning]} if code.warning else {})


def test_reference_cases_of_local_government_codes(vectors: Callable[[str], Any]) -> None:
    for case in vectors("lgcode")["lgcode_vectors"]:
        assert read(case["input"], set(case["expected"])) == case["expected"], case["input"]


def test_reference_cases_of_corporate_numbers(vectors: Callable[[str], Any]) -> None:
    for case in vectors("lgcode")["houjin_vectors"]:
        assert is_corporate_number(case["input"]) is case["valid"], case["input"]


def test_a_lost_zero_is_restored_with_a_warning() -> None:
    done = clean_local_government_code("92100")
    assert (done.value, done.fixed, done.warning) == ("092100", "leading_zero", "restored")


def test_known_codes_decide_between_two_candidates() -> None:
    assert clean_local_government_code("11002").error == "ambiguous_5_digits"
    assert clean_local_government_code("11002", known={"011002"}).value == "011002"


@pytest.mark.parametrize(
    ("text", "value", "error"),
    [
        ("9000020092100", "9000020092100", None),
        ("T9000020092100", "9000020092100", None),
        ("1000020092100", None, "check_digit"),
        ("9.00002E+12", None, "precision_lost"),
        ("900002009210", None, "length"),
        ("番号", None, "not_digits"),
    ],
)
def test_corporate_numbers(text: str, value: str | None, error: str | None) -> None:
    done = clean_corporate_number(text)
    assert (done.value, done.error) == (value, error)


@pytest.mark.parametrize(
    ("text", "value", "error"),
    [
        ("〒３２４－８６４１", "3248641", None),
        ("3248641", "3248641", None),
        ("600001", "0600001", None),
        ("324-864", None, "length"),
        ("〒", None, "not_digits"),
    ],
)
def test_postal_codes(text: str, value: str | None, error: str | None) -> None:
    done = clean_postal_code(text)
    assert (done.value, done.error) == (value, error)


def test_marks_of_yes_and_no() -> None:
    marks = ["○", "◯", "〇", "有", "1", "TRUE", "×", "無", "0", "Ｘ", "", "－", "不明"]
    yes, no, unknown = [True] * 6, [False] * 4, [None] * 3
    assert clean_flags(pd.Series(marks)).values.tolist() == [*yes, *no, *unknown]


def test_partly_is_neither_yes_nor_no() -> None:
    assert clean_flag("△").value is None
    assert clean_flag("△").warning == "partial"
    assert clean_flag("2階以上").error == "unrecognised"
