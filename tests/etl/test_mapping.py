from etl.mapping import Vocabulary, map_columns
from tests.etl.conftest import HERE, Check, Write, layer


def test_columns_are_found_by_name_alias_and_normalised_name() -> None:
    mapping = map_columns(["施設名", "name", "定員（人）", "ＮＯ", "備 考", "緯度", "経度", "謎"], layer())
    assert mapping.fields == {"identifier": "ＮＯ", "name": "name", "remarks": "備 考"}
    assert mapping.unmapped == ("施設名", "定員（人）", "謎")
    assert (mapping.position.north, mapping.position.east) == ("緯度", "経度")  # type: ignore[union-attr]


def test_the_order_of_columns_means_nothing(write: Write, checked: Check) -> None:
    one = checked(write(f"ID,名称,緯度,経度\n1,甲,{HERE}\n"))
    other = checked(write("経度,名称,緯度,ID\n140.016,甲,36.871,1\n", name="b.csv"))
    assert one.rows == other.rows


def test_degrees_are_preferred_to_plane_coordinates() -> None:
    mapping = map_columns(["名称", "X座標", "Y座標", "緯度", "経度"], layer())
    assert mapping.position is not None
    assert (mapping.position.north, mapping.unmapped) == ("緯度", ("X座標", "Y座標"))


def test_columns_without_a_name_and_with_the_same_name_are_told_apart(write: Write, checked: Check) -> None:
    done = checked(write(f"名称,備考,備考,,緯度,経度\n甲,一,二,三,{HERE}\n"))
    assert done.report.unmapped_columns == ("備考 (2)", "4列目")


def test_known_headers_are_counted_once() -> None:
    assert Vocabulary(layer()).count(["名称", "施設名", "名 称", "緯度", "謎", None]) == 3
