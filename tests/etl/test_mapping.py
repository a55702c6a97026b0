import pickle

import pandas as pd
import pytest

from etl.mapping import Mapping, PositionColumns, Vocabulary, guess_issues, map_columns
from gis_core.errors import BadInput
from tests.etl.conftest import HERE, Check, Write, layer, rules


def place(mapping: Mapping) -> tuple[str, str]:
    assert mapping.position is not None
    return mapping.position.north, mapping.position.east


def test_columns_are_found_by_name_alias_and_normalised_name() -> None:
    mapping = map_columns(["施設名", "name", "定員（人）", "ＮＯ", "備 考", "緯度", "経度", "謎"], layer())
    assert mapping.fields == {"identifier": "ＮＯ", "name": "name", "remarks": "備 考"}
    assert mapping.unmapped == ("施設名", "定員（人）", "謎")
    assert place(mapping) == ("緯度", "経度")


def test_the_order_of_columns_means_nothing(write: Write, checked: Check) -> None:
    one = checked(write(f"ID,名称,緯度,経度\n1,甲,{HERE}\n"))
    other = checked(write("経度,名称,緯度,ID\n140.016,甲,36.871,1\n", name="b.csv"))
    assert one.rows == other.rows


def test_degrees_are_preferred_to_plane_coordinates() -> None:
    mapping = map_columns(["名称", "X座標", "Y座標", "緯度", "経度"], layer())
    assert (place(mapping), mapping.unmapped) == (("緯度", "経度"), ("X座標", "Y座標"))


def test_survey_coordinates_run_north_first() -> None:
    assert place(map_columns(["名称", "Ｘ座標（m）", "Ｙ座標（m）"], layer())) == (
        "Ｘ座標（m）",
        "Ｙ座標（m）",
    )
    assert place(map_columns(["名称", "X", "Y"], layer())) == ("Y", "X")


def test_columns_without_a_name_and_with_the_same_name_are_told_apart(write: Write, checked: Check) -> None:
    done = checked(write(f"名称,備考,備考,,緯度,経度\n甲,一,二,三,{HERE}\n"))
    assert done.report.unmapped_columns == ("備考 (2)", "4列目")


def test_known_headers_are_counted_once() -> None:
    assert Vocabulary(layer()).count(["名称", "施設名", "名 称", "緯度", "謎", None]) == 3


@pytest.mark.parametrize("header", ["緯度経度", "緯度・経度", "座標", "lat,lng", "WKT"])
def test_one_column_may_hold_both_coordinates(header: str) -> None:
    assert place(map_columns(["名称", header], layer())) == (header, header)


def test_a_column_called_coordinates_may_be_a_square_of_a_map() -> None:
    squares = pd.DataFrame({"名称": ["甲"] * 6, "座標": ["4-D"] * 6})
    assert map_columns(["名称", "座標"], layer(), sample=squares).position is None


@pytest.mark.parametrize(
    "cell",
    [
        "36.871,140.016",
        "北緯36.871度 東経140.016度",
        "POINT (140.016 36.871)",
        "36.871　140.016",
        "0101000020E61000004C37894160806140F6285C8FC26F4240",
    ],
)
def test_both_coordinates_in_one_cell_are_read(write: Write, checked: Check, cell: str) -> None:
    done = checked(write(f'名称,緯度経度\n甲,"{cell}"\n乙,"36.872,140.017"\n丙,\n丁,不明\n'))
    assert done.report.accepted == 2
    assert rules(done) == [(4, "coordinates.missing", "error"), (5, "coordinates.unparsable", "error")]
    assert done.report.mapping["geom"] == ["緯度経度", "緯度経度"]


def test_a_single_cell_with_the_longitude_first_is_said(write: Write, checked: Check) -> None:
    rest = "".join(f'{n},"36.87{n},140.016"\n' for n in range(5))
    done = checked(write(f'名称,座標\n甲,"140.016,36.871"\n{rest}'))
    assert rules(done) == [(2, "coordinates.swapped", "fixed")]


def test_names_that_a_shapefile_cut_are_known_where_they_are_unlike() -> None:
    fields = [
        {"name": "name", "type": "string", "title": {"ja": "施設・場所の名称"}},
        {"name": "flood", "type": "boolean", "title": {"ja": "災害種別_洪水"}},
        {"name": "tsunami", "type": "boolean", "title": {"ja": "災害種別_津波"}},
        {"name": "availability_notes", "type": "string", "title": {"ja": "時間の注意"}},
    ]
    definition = layer(fields=fields, keys=[])
    mapping = map_columns(["施設・場所", "災害種別_", "availabili"], definition)
    assert mapping.fields == {"name": "施設・場所", "availability_notes": "availabili"}
    assert mapping.unmapped == ("災害種別_",)
    assert map_columns(["施設・", "災害種"], definition).fields == {"name": "施設・"}


def test_a_correction_wins() -> None:
    columns = ["名称", "通称", "緯度", "経度", "北", "東"]
    said = (("通称", "name"), ("名称", None), ("北", "geom.lat"), ("東", "geom.lon"))
    mapping = map_columns(columns, layer(), corrections=said)
    assert mapping.fields == {"name": "通称"}
    assert (place(mapping), mapping.unmapped) == (("北", "東"), ("名称", "緯度", "経度"))
    assert map_columns(
        ["地点", "名称"], layer(), corrections=(("地点", "geom"),)
    ).position == PositionColumns("地点", "地点")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((("ない列", "name"),), "ない列"),
        ((("名称", "ghost"),), "ghost"),
        ((("名称", "name"), ("緯度", "name")), "名称、緯度"),
        ((("緯度", "geom.lat"),), r"geom\.lon"),
    ],
)
def test_a_correction_that_cannot_be_is_told(said: tuple[tuple[str, str | None], ...], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        map_columns(["名称", "緯度", "経度"], layer(), corrections=said)


def test_a_guess_is_told_and_travels() -> None:
    sample = pd.DataFrame(
        {
            "名称": [f"施設{n}" for n in range(6)],
            "れんらく": [f"0287-23-110{n}" for n in range(6)],
            "たて": [f"36.87{n}1" for n in range(6)],
            "よこ": [f"140.01{n}1" for n in range(6)],
            "謎": ["甲"] * 6,
        }
    )
    mapping = map_columns(list(sample.columns), layer(), sample=sample)
    assert mapping.fields == {"name": "名称", "phone": "れんらく"}
    assert (place(mapping), mapping.unmapped) == (("たて", "よこ"), ("謎",))
    assert mapping.guessed == ("phone", "geom")
    assert mapping.guesses() == [("れんらく", "phone"), ("たて", "geom.lat"), ("よこ", "geom.lon")]
    told = guess_issues(mapping, layer())
    assert next((i.column, i.field, i.rule, i.severity) for i in told) == (
        "れんらく", "phone", "mapping.guessed", "warning",
    )  # fmt: skip
    assert "--columns よこ=geom.lon" in told[2].message.ja
    assert pickle.loads(pickle.dumps(mapping)) == mapping


def test_no_position_is_guessed_beside_the_files_own_geometry() -> None:
    sample = pd.DataFrame({"名称": ["甲"] * 6, "あ": ["36.8711"] * 6, "い": ["140.0161"] * 6})
    assert map_columns(list(sample.columns), layer(), sample=sample, has_geometry=True).position is None
    assert map_columns(list(sample.columns), layer("Polygon"), sample=sample).position is None
