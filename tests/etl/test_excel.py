import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.formats.excel_values import date_text, kind_of
from etl.reading import tables
from etl.table import Options
from gis_core.errors import BadInput
from tests.etl.conftest import Check, layer, rules, values

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


def changed(path: Path, change: Callable[[Any], None]) -> Path:
    """Save the first sheet again after a change."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def rewritten(path: Path, member: str, old: str, new: str) -> Path:
    """Change the XML of a workbook's part, for what openpyxl does not write."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert old.encode() in parts[member]
    parts[member] = parts[member].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(path, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return path


def test_two_sheets_that_are_equally_good_are_asked_for(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 令和7年度=[HEADER, ROW], 令和8年度=[HEADER, ROW], 空=[HEADER])
    with pytest.raises(BadInput, match=r"令和7年度、令和8年度.*--sheet"):
        checked(path)
    assert checked(path, sheet="令和8年度").report.accepted == 1


@pytest.mark.parametrize("name", ["入力例", "記入例（見本）", "コード一覧", "凡例"])
def test_sheets_of_instructions_are_not_taken(tmp_path: Path, checked: Check, name: str) -> None:
    example = [*HEADER, "備考"], ["1", "例の館", *ROW[2:], "これは例"]
    path = workbook(tmp_path / "a.xlsx", **{name: list(example), "一覧": [HEADER, ROW]})
    assert values(checked(path), "name") == ["本館"]


def test_hidden_sheets_are_not_taken_unless_named(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW], 旧=[HEADER, ["2", "旧館", *ROW[2:]]])
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    assert values(checked(path), "name") == ["本館"]
    assert values(checked(path, sheet="旧"), "name") == ["旧館"]


def test_hidden_rows_are_told_and_not_read(tmp_path: Path, checked: Check) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True

    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ["0", "見本館", *ROW[2:]], ROW])
    done = checked(changed(path, hide))
    assert values(done, "name") == ["本館"]
    assert rules(done) == [(2, "row.hidden", "warning")]


def test_rows_that_a_filter_or_a_folded_group_hides_are_data(tmp_path: Path, checked: Check) -> None:
    def hide(sheet: Any) -> None:
        sheet.auto_filter.ref = "A1:G3"
        sheet.auto_filter.add_filter_column(0, ["1"])
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions.group(4, 4, hidden=True)

    others = [[str(number), f"{number}号館", *ROW[2:]] for number in (2, 3)]
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW, *others])
    done = checked(changed(path, hide))
    assert (values(done, "name"), rules(done)) == (["本館", "2号館", "3号館"], [])


def test_a_cell_merged_over_rows_is_each_row_s(tmp_path: Path, checked: Check) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("H2:I3")

    rows = [
        [*HEADER, "備考"],
        [*ROW, "同じ敷地"],
        ["2", None, 36.872, *ROW[3:]],
        ["3", "分館", 36.873, *ROW[3:]],
    ]
    done = checked(changed(workbook(tmp_path / "a.xlsx", 一覧=rows), merge))
    assert values(done, "name") == ["本館", "本館", "分館"]
    assert values(done, "remarks") == ["同じ敷地", "同じ敷地", None]


def test_a_header_merged_over_columns_names_them_all(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        for area in ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2"):
            sheet.merge_cells(area)

    rows = [["施設"], ["ID", "名称", "位置", None, "平日"], [None, None, "緯度", "経度", "開始", "終了"],
            [1, "本館", 36.871, 140.016, "9", "17"]]  # fmt: skip
    path = changed(workbook(tmp_path / "a.xlsx", 一覧=rows), merge)
    (part,) = tables(path, layer(), Options())
    assert list(part.cells) == ["ID", "名称", "緯度", "経度", "平日_開始", "平日_終了"]
    assert part.row_numbers.tolist() == [4]


def test_values_without_a_header_are_told(tmp_path: Path, checked: Check) -> None:
    rows = [[*HEADER], *([*ROW[:1], f"{n}号館", *ROW[2:]] for n in range(3))]
    path = workbook(tmp_path / "a.xlsx", 一覧=rows)
    done = checked(changed(path, lambda sheet: sheet.cell(3, 9, "確認中")))
    assert (done.report.accepted, done.report.unmapped_columns) == (3, ("9列目",))


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[[*HEADER, "備考"], [*ROW, '=IF(A2=1,"",1)']])
    cell = '<c r="H2"><f>IF(A2=1,"",1)</f><v /></c>'
    done = checked(rewritten(path, "xl/worksheets/sheet1.xml", cell, cell.replace('"H2"', '"H2" t="str"')))
    assert values(done, "remarks") == [None]


@pytest.mark.parametrize(
    ("number", "code", "value", "text"),
    [
        (31, None, 46235.0, "2026-08-01"),
        (57, None, 46235.0, "2026-08-01"),
        (164, '[$-411]ggge"年"m"月"d"日";@', 46235.0, "2026-08-01"),
        (164, "yyyy/m/d h:mm", 46235.375, "2026-08-01 09:00:00"),
        (20, None, 0.375, "09:00"),
        (32, None, 0.75, "18:00"),
        (46, None, 1.0, "24:00"),
        (164, "[h]:mm", 1.0625, "25:30"),
    ],
)
def test_serial_dates_are_read_by_their_format(
    number: int, code: str | None, value: float, text: str
) -> None:
    assert date_text(value, kind_of(number, code), since_1904=False) == text


@pytest.mark.parametrize("code", ["0.00E+00", "G/標準", '#,##0"人"', "[Red]0.0", "0.0_);(0.0)", "@"])
def test_formats_of_plain_numbers_are_no_dates(code: str) -> None:
    assert kind_of(164, code) == "number"


def test_readings_beside_kanji_are_left_out(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW])
    ruby = '<t>本館</t><rPh sb="0" eb="2"><t>ホンカン</t></rPh>'
    done = checked(rewritten(path, "xl/worksheets/sheet1.xml", "<t>本館</t>", ruby))
    assert values(done, "name") == ["本館"]


def test_a_document_type_is_refused(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, ROW])
    bomb = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaa">]><worksheet'
    with pytest.raises(BadInput, match=r"a\.xlsx"):
        checked(rewritten(path, "xl/worksheets/sheet1.xml", "<worksheet", bomb))


def test_an_old_workbook_is_read(shared: Path) -> None:
    path = shared / "data/municipal/koriyama/doc/dataSpecification.xls"
    definition = layer(
        fields=[{"name": "name", "type": "string", "title": {"ja": "概要"}}, {"name": "remarks", "type": "string", "title": {"ja": "備考"}}],
        keys=[["name"]],
    )  # fmt: skip
    (part,) = tables(path, definition, Options(sheet="nurseryFacilities"))
    assert part.format == "Excel (xls)"
    assert part.cells["概要"].tolist()[:3] == ["properties", "HID", "Type"]


def test_a_real_form_with_an_example_sheet_and_empty_numbered_rows(shared: Path) -> None:
    path = shared / "data/municipal/takamatsu/exchange_center/data.xlsx"
    (part,) = tables(path, layer(), Options())
    assert part.cells["名称"].tolist() == ["高松市仏生山交流センター"]
    assert part.cells["開始時間"].tolist() == ["09:00"]
    assert [(issue.row, issue.rule) for issue in part.issues] == [(row, "row.hint") for row in range(3, 12)]
    assert "都道府県コード又は市区町村コード" in part.cells
    assert not [column for column in part.cells if column.startswith("←")]
