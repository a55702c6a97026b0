from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from gis_core.cleaned import Cleaned
from gis_core.times import JST, clean_datetime, clean_time, clean_times, clean_weekdays


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    cases = [case for case in vectors("zen2han")["vectors"] if case["profile"] == "time"]
    assert cases
    assert [clean_time(case["input"]).value for case in cases] == [case["expected"] for case in cases]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09:00", "09:00"),
        ("９：００", "09:00"),
        ("午後1時", "13:00"),
        ("PM 5:30", "17:30"),
        ("9時", "09:00"),
        ("正午", "12:00"),
        ("09:00:30", "09:00:30"),
        ("午前0時5分", "00:05"),
        ("0.375", "09:00"),
        (".5", "12:00"),
    ],
)
def test_times_are_zero_padded(text: str, value: str) -> None:
    assert clean_time(text).value == value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("25:00", "range"),
        ("24:01", "range"),
        ("午後12時", "ambiguous_12"),
        ("午後13時", "range"),
        ("朝", "unrecognised"),
    ],
)
def test_what_is_no_time_is_refused(text: str, error: str) -> None:
    assert clean_time(text).error == error


def test_24_00_ends_a_day_and_starts_none() -> None:
    assert clean_times(pd.Series(["24:00"])).values.tolist() == ["24:00"]
    assert clean_times(pd.Series(["24:00"]), starts=True).error.tolist() == ["end_only"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-01T17:30:00+09:00",
        "2026-08-01T08:30:00Z",
        "2026/8/1 17:30",
        "２０２６／８／１　１７：３０",
        "令和8年8月1日午後5時半",
        "R8.8.1 17時30分",
        "46235.7291666667",
    ],
)
def test_instants_are_japans_unless_they_say_otherwise(text: str) -> None:
    assert clean_datetime(text).value == datetime(2026, 8, 1, 17, 30, tzinfo=JST)


def test_the_end_of_a_day_is_the_start_of_the_next() -> None:
    assert clean_datetime("2026/8/31 24:00").value == datetime(2026, 9, 1, tzinfo=JST)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2026-08-01", "no_time"),
        ("26/8/1 9:00", "ambiguous_no_era"),
        ("2026/8/1 25:00", "range"),
        ("昨日", "unrecognised"),
    ],
)
def test_incomplete_instants_are_refused(text: str, error: str) -> None:
    assert clean_datetime(text).error == error


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("月水金", "月水金"),
        ("月～金", "月火水木金"),
        ("月・水・金曜日", "月水金"),
        ("土日", "土日"),
        ("日、月", "月日"),
        ("毎日", "月火水木金土日"),
        ("12345", "月火水木金"),
        ("金〜月", "月金土日"),
    ],
)
def test_weekdays_are_in_order_without_separators(text: str, value: str) -> None:
    assert clean_weekdays(text).value == value


def test_holidays_are_left_out_and_told() -> None:
    for given, days in (
        ("土日祝", "土日"),
        ("月～金（祝日を除く）", "月火水木金"),
        ("月火水木金土日・祝", "月火水木金土日"),
    ):
        assert clean_weekdays(given) == Cleaned(days, "weekday_format", "holidays"), given


def test_other_words_are_no_weekdays() -> None:
    assert clean_weekdays("第2土曜").error == "unrecognised"
