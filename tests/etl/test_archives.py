import zipfile
from pathlib import Path

import pytest

from etl.table import Limits
from gis_core.errors import BadInput
from tests.etl.conftest import Check, values

TEXT = "名称,緯度,経度\n本館,36.871,140.016\n"


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return path


def test_a_zip_with_one_data_set_is_read(tmp_path: Path, checked: Check) -> None:
    path = archive(tmp_path / "a.zip", 説明_dot_pdf="%PDF", data__施設_dot_csv=TEXT)
    assert values(checked(path), "name") == ["本館"]


def test_of_several_data_sets_one_must_be_named(tmp_path: Path, checked: Check) -> None:
    path = archive(tmp_path / "a.zip", 甲_dot_csv=TEXT, 乙_dot_csv=TEXT.replace("本館", "別館"))
    with pytest.raises(BadInput, match=r"甲\.csv"):
        checked(path)
    assert values(checked(path, sheet="乙"), "name") == ["別館"]


@pytest.mark.parametrize("name", ["../../外.csv", "/etc/外.csv", "C:\\外.csv", "甲\\..\\..\\外.csv"])
def test_a_member_that_points_outside_is_refused(tmp_path: Path, checked: Check, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(name, TEXT)
    with pytest.raises(BadInput, match="zip の外"):
        checked(tmp_path / "a.zip")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, checked: Check) -> None:
    path = archive(tmp_path / "a.zip", 甲_dot_csv="0" * (80 * 1024**2))
    with pytest.raises(BadInput, match="展開すると大きすぎます"):
        checked(path)


def test_broken_locked_and_empty_archives_are_refused(tmp_path: Path, checked: Check) -> None:
    path = archive(tmp_path / "a.zip", 甲_dot_csv=TEXT)
    data = bytearray(path.read_bytes())
    locked = data[:]
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    for content, says in ((bytes(data[:-30]), "壊れた zip"), (bytes(locked), "パスワード")):
        path.write_bytes(content)
        with pytest.raises(BadInput, match=says):
            checked(path)
    with pytest.raises(BadInput, match="読めるデータがありません"):
        checked(archive(tmp_path / "b.zip", 説明_dot_pdf="%PDF"))


def test_limits_hold(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT + "別館,36.872,140.017\n")
    with pytest.raises(BadInput, match="上限 2 行"):
        checked(path, limits=Limits(rows=2))
    with pytest.raises(BadInput, match="大きすぎます"):
        checked(path, limits=Limits(file_bytes=10))
