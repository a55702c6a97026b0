from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from gis_core.cleaned import UnreadableError
from gis_core.dates import (
    ERAS,
    clean_date,
    clean_dates,
    clean_year,
    fiscal_year,
    from_excel_serial,
    parse_date,
    to_wareki,
)


def read(text: str) -> dict[str, str]:
    try:
        parsed = parse_date(text)
    except UnreadableError as error:
        return {"error": error.code}
    result = {"value": parsed.iso, "precision": parsed.precision}
    if parsed.warning:
        result["warning"] = parsed.warning
    if parsed.precision == "fiscal_year":
        result |= {"start": parsed.start.isoformat(), "end": parsed.end.isoformat()}
    return result


def test_reference_cases_of_dates(vectors: Callable[[str], Any]) -> None:
    for case in vectors("wareki")["date_vectors"]:
        assert read(case["input"]) == case["expected"], case["input"]


def test_reference_cases_of_excel_serials(vectors: Callable[[str], Any]) -> None:
    for case in vectors("wareki")["excel_serial_vectors"]:
        if case["expected"] is None:
            with pytest.raises(UnreadableError):
                from_excel_serial(case["input"])
        else:
            assert from_excel_serial(case["input"]).isoformat() == case["expected"]


def test_eras_are_as_the_reference_has_them(vectors: Callable[[str], Any]) -> None:
    for era, expected in zip(ERAS, vectors("wareki")["eras"], strict=True):
        assert (era.name, era.letter, era.first_year) == (
            expected["name"],
            expected["letter"],
            expected["year1"],
        )
        assert expected["start"].startswith(era.start.isoformat())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-01", date(2026, 8, 1)),
        ("令和8年8月1日", date(2026, 8, 1)),
        ("2026/08/01 00:00:00", date(2026, 8, 1)),
        ("二〇二六年八月三十一日", date(2026, 8, 31)),
        ("S64.1.7（土）", date(1989, 1, 7)),
        ("R8－8－1", date(2026, 8, 1)),
        ("R080801", date(2026, 8, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
    ],
)
def test_whole_dates_are_read(text: str, day: date) -> None:
    assert clean_date(text).value == day
    assert clean_date(text).error is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("令和8年5月", "incomplete_date"),
        ("26/8/1", "ambiguous_no_era"),
        ("8/1/2026", "unrecognised"),
        ("明日", "unrecognised"),
        ("9" * 5000, "unrecognised"),
        ("0000-00-00", "invalid_date"),
    ],
)
def test_nothing_is_guessed(text: str, error: str) -> None:
    assert clean_date(text).error == error


def test_an_iso_date_needs_no_repair_and_a_blank_mark_is_empty() -> None:
    assert clean_date("2026-08-01").fixed is None
    assert clean_date("2026/8/1").fixed == "date_format"
    assert clean_dates(pd.Series(["－", "", None])).values.tolist() == [None, None, None]


def test_a_bare_serial_is_read_with_a_warning() -> None:
    assert clean_date("46235").value == date(2026, 8, 1)
    assert clean_date("46235").warning == "excel_serial"


@pytest.mark.parametrize("text", ["46235.0", "46235.375"])
def test_a_serial_may_have_a_fraction(text: str) -> None:
    assert clean_date(text).value == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2026/08/01 10:30", "time_dropped"),
        ("2026-08-01T00:00:00+09:00", None),
        ("令和8年8月1日 9:00", "time_dropped"),
    ],
)
def test_a_time_beside_a_day_is_left_out_and_told(text: str, warning: str | None) -> None:
    assert (clean_date(text).value, clean_date(text).warning) == (date(2026, 8, 1), warning)


def test_old_mac_files_count_from_1904() -> None:
    assert from_excel_serial(44773, epoch_1904=True) == from_excel_serial(46235) == date(2026, 8, 1)


@pytest.mark.parametrize("serial", [0, -1, float("nan"), float("inf"), 1e12])
def test_serials_beyond_the_calendar_are_refused(serial: float) -> None:
    with pytest.raises(UnreadableError):
        from_excel_serial(serial)


def test_a_fiscal_year_runs_from_april_to_march() -> None:
    assert [fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1))] == [2026, 2027]
    assert clean_year("令和8年度").value == 2026
    assert clean_year("2026").value == 2026
    assert clean_year("2026-08-01").error == "unrecognised"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 8, 1), "令和8年8月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1872, 12, 31), "1872年12月31日"),
    ],
)
def test_days_are_written_in_wareki_and_read_back(day: date, written: str) -> None:
    assert to_wareki(day) == written
    if day.year > 1872:
        assert parse_date(written).start == day
