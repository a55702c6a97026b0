"""Which data set of an archive is meant."""

from pathlib import Path

import pytest

from etl.formats import members
from etl.table import Options
from gis_core.errors import BadInput


def chosen(folder: Path, *names: str, sheet: str | None = None) -> tuple[str, str | None]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    member, options = members.chosen(Path("a.zip"), folder, Options(sheet=sheet, encoding="cp932"))
    assert options.encoding == "cp932"
    return member.name, options.sheet


def test_the_best_format_of_the_same_data_is_taken(tmp_path: Path) -> None:
    names = [
        "中/a.shp",
        "中/a.dbf",
        "中/a.shp.xml",
        "a.csv",
        "KS-META-a.xml",
        "__MACOSX/._a.shp",
        "説明.pdf",
        "a.kmz",
    ]
    assert chosen(tmp_path, *names) == ("a.shp", None)


def test_several_of_one_format_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"甲\.shp、町丁目/乙\.shp|甲\.shp、乙\.shp|乙\.shp、甲\.shp"):
        chosen(tmp_path, "甲.shp", "町丁目/乙.shp")
    assert chosen(tmp_path, "甲.csv", sheet="甲") == ("甲.shp", None)
    assert chosen(tmp_path, sheet="甲.csv") == ("甲.csv", None)


def test_a_name_no_member_has_is_that_of_a_sheet(tmp_path: Path) -> None:
    assert chosen(tmp_path, "a.xlsx", sheet="一覧") == ("a.xlsx", "一覧")


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"内側\.zip"):
        chosen(tmp_path, "内側.zip", "説明.pdf")


def test_metadata_alone_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="読めるデータがありません"):
        chosen(tmp_path, "KS-META-a.xml", "a.shp.xml")
