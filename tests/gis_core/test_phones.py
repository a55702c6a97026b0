from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gis_core.cleaned import UnreadableError
from gis_core.phones import clean_phone, clean_phones, parse_phones


def read(text: str, keys: set[str]) -> dict[str, Any]:
    try:
        phones = parse_phones(text, default_area_code="0287")
    except UnreadableError as error:
        return {"error": error.code}
    if len(phones) != 1:
        return {"values": [phone.digits for phone in phones]} if phones else {"value": None}
    (phone,) = phones
    known = {
        "value": phone.digits,
        "hyphenated": phone.grouped,
        "e164": phone.e164,
        "ext": phone.extension,
        "warnings": [phone.warning] if phone.warning else None,
    }
    return {key: known[key] for key in keys | {"value"} | ({"warnings"} if phone.warning else set())}


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    for case in vectors("phone")["vectors"]:
        assert read(case["input"], set(case["expected"])) == case["expected"], case["input"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0287-22-2277", "0287-22-2277"),
        ("（０２８）６２３－２３２３", "028-623-2323"),
        ("0352535111", "03-5253-5111"),
        ("0120123456", "0120-123-456"),
        ("08001234567", "0800-123-4567"),
        ("0287-22-2277（内線12）、090-1234-5678", "0287-22-2277 内線12 / 090-1234-5678"),
        ("0442223333", "0442223333"),
    ],
)
def test_numbers_are_hyphenated_where_the_grouping_is_known(text: str, value: str) -> None:
    assert clean_phone(text).value == value


@pytest.mark.parametrize(
    "number",
    [
        "03-5253-5111",
        "035-253-5111",
        "0287-22-2277",
        "04992-2-1234",
        "090-1234-5678",
        "080-0123-4567",
        "0800-123-4567",
        "0120-123-456",
        "0120-12-3456",
        "090-123-4567",
    ],
)
def test_a_column_says_the_same_as_its_values(number: str) -> None:
    (value,), one = clean_phones(pd.Series([number])).values, clean_phone(number)
    assert value == one.value


def test_a_local_number_needs_an_area_code() -> None:
    assert clean_phone("22-2277").error == "no_area_code"
    assert clean_phones(pd.Series(["22-2277"]), "0287").values.tolist() == ["0287-22-2277"]


@pytest.mark.parametrize("text", ["TEL", "()", "+81", "1" * 5000, "0287-22-2277 夜間のみ"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert clean_phone(text, "0287").error


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("（小）054-625-7200、（GH）054-625-8525", "054-625-7200 / 054-625-8525"),
        ("054-620-5523(訪看)　054-620-6477(看多機)", "054-620-5523 / 054-620-6477"),
    ],
)
def test_whose_number_it_is_has_no_place_and_that_is_told(text: str, value: str) -> None:
    done = clean_phone(text)
    assert (done.value, done.warning) == (value, "labels_dropped")
    assert clean_phone("0287-22-2277（代表）").warning is None
