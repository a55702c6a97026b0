import pytest

from gis_core.errors import BadInput
from tests.etl.conftest import Check, Write, rules, values

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
        ("a,b\n1,2\n", "見出しが見つかりません"),
        ("名称,備考\n甲,乙\n", "位置がありません"),
        ('名称,緯度,経度\n"甲,36.871,140.016\n', "引用符"),
        ("名称,緯度,経度\n甲,0,0\n", "使える座標が一つもありません"),
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
