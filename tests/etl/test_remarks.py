import csv
import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.remarks import REMARKS_HEADER, harmless, remarks_of, sentence, write
from etl.table import Options
from gis_core.errors import BadInput
from tests.etl.conftest import HERE, Check, Write, layer

TEXT = f'避難場所の一覧,,,\n名称,備考,緯度,経度\n"本館","a ""b""",{HERE}\n,"二行の\n備考",36.872,140.017\n別館,,140.016,36.871\n'


def report_of(checked: Check, path: Path, **options: Any) -> dict[str, Any]:
    return checked(path, **options).report.as_dict()


def given_back(path: Path, report: dict[str, Any], target: Path, **options: Any) -> Path:
    return write(path, report, target, options=Options(**options), definition=layer())


def issue(row: int | None, ja: str, severity: str = "error", rule: str = "value.pattern") -> dict[str, Any]:
    return {
        "row": row, "column": "名称", "field": "name", "rule": rule, "severity": severity, "value": "",
        "message": {"ja": ja, "en": ja},
    }  # fmt: skip


def saying(*issues: dict[str, Any], format: str = "CSV", encoding: str | None = "utf-8") -> dict[str, Any]:
    return {
        "format": format, "encoding": encoding, "rows": {"read": 3, "accepted": 2, "rejected": 1},
        "mapping": {"name": "名称", "geom": ["経度", "緯度"]}, "unmapped_columns": ["備考"], "issues": list(issues),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_comes_back_as_it_was_with_a_column_more(
    tmp_path: Path, write: Write, checked: Check, encoding: str, end: str
) -> None:
    path = write(TEXT.replace("\n", end), encoding=encoding)
    back = given_back(path, report_of(checked, path), tmp_path / "返却.csv")
    before, after = path.read_bytes().decode(encoding), back.read_bytes().decode(encoding)
    old, new = (list(csv.reader(io.StringIO(text, newline=""))) for text in (before, after))
    assert [row[:4] for row in new] == old
    assert [row[4:] for row in new] == [
        [],
        [REMARKS_HEADER],
        [""],
        ["【エラー】必須の列「名称」が空です。値を入れてください。"],
        [new[4][4]],
    ]
    assert new[4][4].startswith("【直しました】緯度と経度が入れ替わっていた")
    lines = [line for line in after.split(end) if line]
    assert [line.startswith(part) for line, part in zip(lines, before.split(end), strict=False)] == [
        True
    ] * len(lines)


def test_every_byte_that_was_there_stays(tmp_path: Path) -> None:
    # 髙 and ∵ have several codes in CP932; a program that decodes and encodes would change them.
    original = b'\x96\xbc\x8f\xcc,"x"\r\n\xfb\xfc,\x81\xe6\r\n\xee\xe0,\x87\x9a'
    path = tmp_path / "a.csv"
    path.write_bytes(original)
    back = given_back(path, saying(issue(3, "悪い"), encoding="cp932"), tmp_path / "b.csv").read_bytes()
    head, middle, last = back.split(b"\r\n")
    assert head.startswith(original.split(b"\r\n")[0] + b",")
    assert (middle, last.startswith(b"\xee\xe0,\x87\x9a,")) == (b"\xfb\xfc,\x81\xe6,", True)


def test_the_file_can_be_sent_again_and_is_remarked_anew(
    tmp_path: Path, write: Write, checked: Check
) -> None:
    path = write(TEXT, encoding="cp932")
    once = given_back(path, report_of(checked, path), tmp_path / "1.csv")
    report = report_of(checked, once)
    report["unmapped_columns"] = [n for n in report["unmapped_columns"] if n != REMARKS_HEADER]
    assert report["rows"] == report_of(checked, path)["rows"]
    assert given_back(once, report, tmp_path / "2.csv").read_bytes() == once.read_bytes()


def test_rows_of_other_lengths_keep_the_column_in_its_place(tmp_path: Path, write: Write) -> None:
    path = write("名称\t備考\t緯度\t経度\n甲\n\n乙\t\t1\t2\n", "短い.tsv")
    back = given_back(path, saying(issue(2, "短い"), format="TSV"), tmp_path / "b.tsv")
    assert back.read_text().split("\n") == [
        f'名称\t備考\t緯度\t経度\t"{REMARKS_HEADER}"',
        '甲\t\t\t\t"【エラー】短い"',
        "",
        "乙\t\t1\t2\t",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("sep=;\n名称;緯度;経度\n甲;1,5;2\n", '甲;1,5;2;"【エラー】悪い"'),
        ("'名称','緯度','経度'\n'甲,乙','1','2'\n'丙','1','2'\n", "'甲,乙','1','2','【エラー】悪い'"),
        ("災害種別,,位置,\n名称,洪水,緯度,経度\n甲,1,1,2\n", '甲,1,1,2,"【エラー】悪い"'),
    ],
)
def test_however_the_rows_are_parted(tmp_path: Path, write: Write, text: str, row: str) -> None:
    path = write(text)
    at = text.splitlines().index(row.split(row[-1] + "【")[0].rstrip(",;")) + 1
    assert row in given_back(path, saying(issue(at, "悪い")), tmp_path / "b.csv").read_text().splitlines()


def test_a_file_without_a_header_keeps_its_rows(tmp_path: Path, write: Write) -> None:
    path = write("甲,36.8,140\n乙,36.9,140\n")
    report = saying(issue(None, "全体"), issue(2, "悪い"))
    back = given_back(path, report, tmp_path / "b.csv", headers=("名称", "緯度", "経度"))
    assert back.read_text().splitlines() == [
        f'甲,36.8,140,"{REMARKS_HEADER}（ファイル全体：【エラー】全体）"',
        f'乙,36.9,140,"{REMARKS_HEADER}：【エラー】悪い"',
    ]
    again = given_back(back, report, tmp_path / "c.csv", headers=("名称", "緯度", "経度"))
    assert again.read_bytes() == back.read_bytes()


def test_what_the_encoding_lacks_is_written_another_way(tmp_path: Path, write: Write) -> None:
    path = write("名称,緯度,経度\n甲,1,2\n", encoding="cp932")
    told = saying(issue(2, "「𠮷〜é」😀"), encoding="cp932")
    assert "「〔U+20BB7〕～〔U+00E9〕」〔U+1F600〕" in given_back(path, told, tmp_path / "b.csv").read_text(
        "cp932"
    )


def test_the_worst_comes_first_and_the_whole_file_in_the_header(tmp_path: Path) -> None:
    told = [issue(2, "直した", "fixed"), issue(2, "悪い"), issue(2, "疑い", "warning"), issue(2, "悪い")]
    assert sentence(told) == "【エラー】悪い；【注意】疑い；【直しました】直した"
    remarks = remarks_of(saying(*told, issue(None, "座標系", "warning")))
    assert remarks.header == "まち図からの指摘（ファイル全体：【注意】座標系）"
    assert remarks.severities == {2: "error"}


@pytest.mark.parametrize(
    "payload", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "a\n=1"]
)
def test_no_remark_is_a_formula(tmp_path: Path, write: Write, payload: str) -> None:
    path = write("名称,緯度,経度\n=2+2,1,2\n")
    back = given_back(path, saying(issue(2, payload)), tmp_path / "b.csv")
    header, row = csv.reader(io.StringIO(back.read_text(), newline=""))
    assert (row[0], row[3][:5], "\n" in row[3]) == ("=2+2", "【エラー】", False)
    assert len(header) == len(row) == 4
    assert harmless(payload)[0] in "'a"


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "説明"
    book.active.append(["この様式に記入してください"])
    sheet = book.create_sheet("一覧")
    for row in (
        ["一覧"],
        ["名称", "開設日", "緯度", "経度"],
        ["本館", datetime.date(2026, 4, 1), 36.871, 140.016],
        ["別館", "=1+1", 0, 0],
    ):
        sheet.append(row)
    sheet["A3"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["A"].width = 33
    book.save(path)
    return path


def test_a_workbook_keeps_its_formats_and_other_sheets(tmp_path: Path, checked: Check) -> None:
    path = workbook(tmp_path / "a.xlsx")
    report = report_of(checked, path)
    book = openpyxl.load_workbook(given_back(path, report, tmp_path / "b.xlsx"))
    sheet = book["一覧"]
    assert book.sheetnames == ["説明", "一覧"]
    assert (sheet["A3"].font.bold, sheet.column_dimensions["A"].width, sheet["B4"].value) == (
        True,
        33,
        "=1+1",
    )
    assert sheet["B3"].value == datetime.datetime(2026, 4, 1)
    assert (sheet["E2"].value, sheet["E3"].value) == (REMARKS_HEADER, None)
    assert sheet["E4"].value.startswith("【エラー】")
    assert (sheet["E4"].fill.fgColor.rgb, sheet["E4"].comment, sheet["E4"].data_type) == (
        "FFFFD6D6",
        None,
        "s",
    )
    assert [cell.value for cell in book["説明"][1]] == ["この様式に記入してください"]


def test_a_remarked_workbook_is_remarked_anew_in_the_same_column(tmp_path: Path, checked: Check) -> None:
    once = given_back(path := workbook(tmp_path / "a.xlsx"), report_of(checked, path), tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(given_back(once, saying(format="Excel (xlsx)"), tmp_path / "c.xlsx"))[
        "一覧"
    ]
    assert [cell.value for cell in sheet["E"]] == [None, REMARKS_HEADER, None, None]
    assert sheet.max_column == 5


def test_an_old_workbook_comes_back_as_a_new_one(tmp_path: Path, shared: Path) -> None:
    path = shared / "data/municipal/koriyama/doc/dataSpecification.xls"
    report = saying(issue(2, "=悪い"), format="Excel (xls)", encoding=None) | {"mapping": {"name": "項目名"}}
    back = given_back(path, report, tmp_path / "b.xls")
    assert back.suffix == ".xlsx"
    texts = {c.value for row in openpyxl.load_workbook(back).worksheets[0].iter_rows() for c in row}
    assert {"【エラー】=悪い", REMARKS_HEADER} <= texts


def test_a_file_of_shapes_becomes_a_list_of_its_rows(tmp_path: Path, checked: Check) -> None:
    import geopandas as gpd
    import shapely

    frame = gpd.GeoDataFrame(
        {"ID": ["1", "2"], "名称": ["=A1", "別館"]},
        geometry=shapely.points([[140.0, 36.9], [0, 0]]),
        crs=4326,
    )
    frame.to_file(path := tmp_path / "a.geojson")
    report = report_of(checked, path)
    report["issues"].append(issue(1, "確かめて", "warning"))
    back = given_back(path, report, tmp_path / "b.xlsx")
    rows = list(csv.reader(io.StringIO(back.read_text("utf-8-sig"))))
    assert (back.name, rows[0]) == ("b.csv", ["行", "ID", "名称", REMARKS_HEADER])
    assert rows[1] == ["1", "1", "'=A1", "【注意】確かめて"]
    assert rows[2][:3] == ["2", "2", "別館"]


def test_the_original_is_never_overwritten(tmp_path: Path, write: Write) -> None:
    path = write("名称,緯度,経度\n甲,1,2\n")
    for target in (path, tmp_path, tmp_path / "ない" / "b.csv"):
        with pytest.raises(BadInput, match="別の名前"):
            given_back(path, saying(issue(2, "悪い")), target)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(st.text("名ア,\"';\t\n\r=@ 1", max_size=4), min_size=4, max_size=4), min_size=1, max_size=4
    ),
    delimiter=st.sampled_from([",", "\t", ";"]),
    remarked=st.integers(2, 5),
)
def test_whatever_the_cells_hold_they_come_back(
    tmp_path: Path, rows: list[list[str]], delimiter: str, remarked: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [["名称", "備考", "緯度", "経度"], *rows]
    )
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode("cp932"))
    back = given_back(path, saying(issue(remarked, "悪い"), encoding="cp932"), tmp_path / "b.csv")
    found = list(csv.reader(io.StringIO(back.read_bytes().decode("cp932"), newline=""), delimiter=delimiter))
    assert [row[:4] for row in found[1:]] == rows
    assert [number for number, row in enumerate(found, start=1) if "【エラー】悪い" in row] == (
        [remarked] if remarked <= len(rows) + 1 else []
    )
