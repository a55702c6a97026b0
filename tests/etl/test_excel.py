import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis_core.errors import BadInput
from tests.etl.conftest import Check, rules, values

HEADER = ["ID", "名称", "緯度", "経度", "定員", "開設日", "開始時間"]
ROW = [1.0, "本館", 36.871, 140.016, 120.0, datetime.datetime(2026, 8, 1), datetime.time(9, 0)]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_typed_cells_are_read(tmp_path: Path, checked: Check) -> None:
    done = checked(workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW]))
    assert done.rows[0][:-1] == ("1", "本館", 120, datetime.date(2026, 8, 1), "09:00")
    assert (done.report.format, rules(done)) == ("Excel (xlsx)", [])


def test_title_rows_above_the_header_are_passed_over(tmp_path: Path, checked: Check) -> None:
    path = workbook(
        tmp_path / "a.xlsx", 一覧=[["施設一覧"], [None, "令和8年8月1日現在"], [], HEADER, ["", *ROW[1:3]]]
    )
    openpyxl_book = openpyxl.load_workbook(path)
    openpyxl_book["一覧"].merge_cells("A1:G1")
    openpyxl_book["一覧"].append(ROW)
    openpyxl_book.save(path)
    assert rules(checked(path)) == [(5, "coordinates.missing", "error")]


def test_the_sheet_that_looks_like_the_layer_is_chosen(tmp_path: Path, checked: Check) -> None:
    path = workbook(
        tmp_path / "a.xlsx", 表紙=[["施設一覧"]], 別=[["名称", "金額"], ["甲", 1]], 一覧=[HEADER, ROW]
    )
    assert values(checked(path), "name") == ["本館"]


def test_an_unknown_sheet_is_refused_with_the_names_there_are(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW], 予備=[HEADER])
    with pytest.raises(BadInput, match="一覧、予備"):
        checked(path, sheet="令和7年度")


def test_a_formula_without_a_value_and_one_in_error_refuse_their_rows(tmp_path: Path, checked: Check) -> None:
    rows: list[list[Any]] = [HEADER, ROW, ["2", "=A2&B2", 36.87, 140.01], ["3", "#REF!", 36.87, 140.01]]
    done = checked(workbook(tmp_path / "a.xlsx", 一覧=rows))
    found = [(i.row, i.value) for i in done.report.issues if i.rule == "formula.error"]
    assert found == [(3, "#CALC!"), (4, "#REF!")]
    assert done.report.accepted == 1


def test_a_broken_workbook_is_refused(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW])
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(BadInput, match=r"a\.xlsx"):
        checked(path)
    (tmp_path / "b.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000)
    with pytest.raises(BadInput, match=r"b\.xls"):
        checked(tmp_path / "b.xls")
