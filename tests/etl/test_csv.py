import zipfile
from pathlib import Path

import pytest

from etl.reading import tables
from etl.table import PART_ROWS, Limits, Options
from gis_core.errors import BadInput
from tests.etl.conftest import Check, Write, layer, rules, values

TEXT = "ID,名称,緯度,経度\n1,佐久山地区公民館,36.871,140.016\n2,髙﨑小学校①,36.872,140.017\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_encoding_is_found(write: Write, checked: Check, encoding: str) -> None:
    done = checked(write(TEXT, encoding=encoding))
    assert values(done, "name") == ["佐久山地区公民館", "髙﨑小学校①"]
    assert done.report.encoding == encoding


def test_euc_jp_is_found(write: Write, checked: Check) -> None:
    done = checked(write(TEXT.replace("髙﨑", "高崎").replace("①", ""), encoding="euc_jp"))
    assert (values(done, "name")[0], done.report.encoding) == ("佐久山地区公民館", "euc_jp")


@pytest.mark.parametrize(("delimiter", "format_"), [(",", "CSV"), ("\t", "TSV"), (";", "CSV"), ("|", "CSV")])
def test_the_delimiter_is_found(write: Write, checked: Check, delimiter: str, format_: str) -> None:
    done = checked(write(TEXT.replace(",", delimiter)))
    assert (done.report.read, done.report.format) == (2, format_)


def test_semicolons_inside_cells_do_not_part_them(write: Write, checked: Check) -> None:
    done = checked(write("名称,備考,緯度,経度\n本館,内科;外科;小児科;皮膚科,36.871,140.016\n"))
    assert values(done, "remarks") == ["内科;外科;小児科;皮膚科"]


def test_the_delimiter_is_the_one_that_shows_the_header(write: Write, checked: Check) -> None:
    rows = "".join(f"{n}号館,a;b;c;d;e;f,36.871,140.01{n}\n" for n in range(9))
    assert checked(write(f"名称,備考,緯度,経度\n{rows}")).report.accepted == 9


def test_the_delimiter_that_excel_was_told_is_taken(write: Write, checked: Check) -> None:
    done = checked(write("sep=/\n名称/緯度/経度\n甲/36.871/140.016\n"))
    assert (values(done, "name"), done.row_numbers) == (["甲"], [3])


def test_single_quotes_may_hold_cells(write: Write, checked: Check) -> None:
    done = checked(write("'名称','備考','緯度','経度'\n'甲','一,二','36.871','140.016'\n"))
    assert values(done, "remarks") == ["一,二"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write: Write, checked: Check) -> None:
    text = '市の施設,,,\n,,,\n名称,備考,緯度,経度\n甲,"一行目\n二行目",36.871,140.016\n,,,\n乙,,36.871,\n'
    done = checked(write(text))
    assert (done.report.read, done.report.accepted) == (2, 1)
    assert values(done, "remarks") == ["一行目\n二行目"]
    assert rules(done) == [(6, "coordinates.missing", "error")]


def test_lone_carriage_returns_end_rows(write: Write, checked: Check) -> None:
    assert checked(write(TEXT.replace("\n", "\r"))).report.read == 2


def test_a_repeated_header_is_not_data(write: Write, checked: Check) -> None:
    done = checked(write("名称,緯度,経度\n甲,36.871,140.016\n名称,緯度,経度\n乙,36.872,140.016\n"))
    assert (done.report.read, done.report.accepted) == (2, 2)
    assert rules(done) == [(3, "row.hint", "fixed")]


def test_trailing_empty_columns_and_short_rows_do_no_harm(write: Write, checked: Check) -> None:
    done = checked(write("名称,緯度,経度,備考,,\n甲,36.871,140.016,,,\n乙,36.872,140.016\n"))
    assert (done.report.accepted, done.report.unmapped_columns) == (2, ())


def test_a_row_longer_than_the_header_is_refused(write: Write, checked: Check) -> None:
    done = checked(write("名称,備考,緯度,経度\n甲,一,二,36.871,140.016\n乙,一,36.872,140.016\n"))
    assert (2, "row.ragged", "error") in rules(done)
    assert values(done, "name") == ["乙"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("名称,緯度,経度\n", "データの行がありません"),
        ("\n\n,,\n", "空です"),
        ("1,2\n3,4\n", "見出しが見つかりません"),
        ("a,b\n1,2\n", "項目が一つもありません"),
        ("名称,備考\n甲,乙\n", "位置がありません"),
        ('名称,緯度,経度\n"甲,36.871,140.016\n', "引用符"),
        ("緯度,経度\n36.871,140.016\n", "項目が一つもありません"),
    ],
)
def test_a_useless_file_is_refused_with_a_reason(write: Write, checked: Check, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        checked(write(text))
    assert "場所.csv" in refused.value.message.ja
    assert "場所.csv" in refused.value.message.en


def test_a_wrong_encoding_is_refused(write: Write, checked: Check) -> None:
    with pytest.raises(BadInput, match="1行目"):
        checked(write(TEXT, encoding="cp932"), encoding="utf-8")
    with pytest.raises(BadInput, match="klingon"):
        checked(write(TEXT), encoding="klingon")


def test_a_csv_has_no_sheets(write: Write, checked: Check) -> None:
    with pytest.raises(BadInput, match="シートがありません"):
        checked(write(TEXT), sheet="一覧")


def many(rows: int, last: str = "") -> str:
    return "名称,緯度,経度,,\n" + "".join(f"{n}号館,36.871,140.016,,\n" for n in range(rows)) + last


def test_a_long_file_comes_in_parts_with_the_same_columns(write: Write) -> None:
    rows = 2 * PART_ROWS + 10
    parts = list(tables(write(many(rows, "分館,36.871,140.016,,メモ\n合計,,,,\n")), layer(), Options()))
    assert [len(part.cells) for part in parts] == [PART_ROWS, PART_ROWS, 11]
    assert {tuple(part.cells) for part in parts} == {("名称", "緯度", "経度")}
    assert [int(n) for part in parts for n in part.row_numbers] == list(range(2, rows + 3))
    issues = [(issue.row, issue.rule) for part in parts for issue in part.issues]
    assert sorted(issues) == [(rows + 2, "row.stray"), (rows + 3, "row.hint")]


def test_what_follows_the_first_part_is_read_when_it_is_asked_for(write: Write) -> None:
    parts = tables(write(many(PART_ROWS, '"甲,36.871,140.016\n')), layer(), Options())
    assert len(next(parts).cells) == PART_ROWS
    with pytest.raises(BadInput, match="引用符"):
        next(parts)


def test_more_rows_than_the_limit_are_refused(write: Write) -> None:
    with pytest.raises(BadInput, match="上限 3 行"):
        list(tables(write(many(4)), layer(), Options(limits=Limits(rows=3))))


def test_a_zipped_file_is_unpacked_as_long_as_it_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("一覧.csv", many(PART_ROWS + 1).encode("cp932"))
    assert [len(part.cells) for part in tables(tmp_path / "a.zip", layer(), Options())] == [PART_ROWS, 1]


def test_a_file_with_more_columns_than_excel_has_is_refused(write: Write) -> None:
    with pytest.raises(BadInput, match="列が多すぎます"):
        list(tables(write("名称,緯度,経度" + ",a" * 20_000 + "\n甲,36.871,140.016\n"), layer(), Options()))
