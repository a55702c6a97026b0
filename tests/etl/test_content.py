"""What columns hold, told from their cells alone."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from etl.content import filled, guess_fields, guess_position, headers_for, reads
from gis_core.city import City
from gis_core.crs import transformation
from gis_core.definition import Field, LayerDefinition, Texts
from gis_core.definition_file import read_definition
from tests.etl.conftest import layer

NUMBERS = range(10)
PHONE = Field("phone", "string", Texts(ja="電話"), kind="phone")


def field(name: str, **more: Any) -> Field:
    return Field(name, more.pop("type", "string"), Texts(ja=name), **more)


def columns(**cells: list[str]) -> dict[str, list[str]]:
    return cells


@pytest.mark.parametrize(
    ("wanted", "cells"),
    [
        (PHONE, [f"０２８７（２３）１１{n}0" for n in NUMBERS]),
        (PHONE, [f"028723110{n}" for n in NUMBERS]),
        (field("zip", kind="postal_code"), [f"〒324-004{n}" for n in NUMBERS]),
        (field("url", kind="url"), [f"https://www.city.example.jp/{n}" for n in NUMBERS]),
        (field("email", kind="email"), [f"ka{n}@city.example.jp" for n in NUMBERS]),
        (field("address", kind="address", role="address"), [f"大田原市本町1丁目4番{n}号" for n in NUMBERS]),
        (field("opened", type="date"), [f"令和{n + 1}年4月1日" for n in NUMBERS]),
        (field("code", kind="local_government_code"), ["092100"] * 10),
        (field("company", kind="corporate_number"), ["7000012050002"] * 10),
        (field("id", role="identifier", kind="code"), [f"A-{n * 7}01" for n in NUMBERS]),
        (layer().field_named("kind"), ["学校", "公民館"] * 5),
    ],
)
def test_a_column_is_known_by_its_cells(wanted: Field, cells: list[str]) -> None:
    assert guess_fields(columns(x=cells), [wanted]) == {wanted.name: "x"}


@pytest.mark.parametrize(
    ("wanted", "cells"),
    [
        (PHONE, [f"324-004{n}" for n in NUMBERS]),
        (field("zip", kind="postal_code"), [f"032400{n}" for n in NUMBERS]),
        (field("address", kind="address", role="address"), ["大田原市", "本町一丁目公園"] * 5),
        (field("kana", kind="kana", role="kana"), [f"コウミンカン{c}" for c in "アイウエオカキクケコ"]),
        (field("opened", type="date"), [f"4510{n}" for n in NUMBERS]),
        (field("id", role="identifier", kind="code"), [str(n) for n in NUMBERS]),
        (field("id", role="identifier", kind="code"), [f"00{n}" for n in NUMBERS]),
        (field("id", role="identifier", kind="code"), [f"0287-23-110{n}" for n in NUMBERS]),
        (field("name", kind="name", role="name"), [f"第{n}公民館" for n in NUMBERS]),
    ],
)
def test_what_may_be_something_else_is_not_guessed(wanted: Field, cells: list[str]) -> None:
    assert guess_fields(columns(x=cells), [wanted]) == {}


def test_a_reading_is_known_by_the_kana_of_the_names() -> None:
    kana = field("kana", kind="kana", role="kana")
    names = pd.Series([f"{c}町さくらセンター" for c in "東西南北中"])
    readings = pd.Series([f"{c}ﾏﾁ　ｻｸﾗｾﾝﾀｰ" for c in ("ﾋｶﾞｼ", "ﾆｼ", "ﾐﾅﾐ", "ｷﾀ", "ﾅｶ")])
    assert reads(names, readings)
    assert guess_fields({"x": readings.tolist()}, [kana], ["x"]) == {"kana": "x"}
    assert not reads(names, pd.Series(["おおたわらし", "やいたし", "さくらし", "なすまち", "なかがわまち"]))
    assert not reads(names.str.slice(0, 2), readings)


def test_nine_of_ten_cells_must_agree_and_five_must_be_filled() -> None:
    good = [f"0287-23-110{n}" for n in NUMBERS]
    assert guess_fields(columns(x=[*good[:9], "不明"]), [PHONE]) == {"phone": "x"}
    assert guess_fields(columns(x=[*good[:8], "不明", "市役所"]), [PHONE]) == {}
    assert guess_fields(columns(x=good[:4]), [PHONE]) == {}


def test_two_candidates_are_none() -> None:
    cells = [f"0287-23-110{n}" for n in NUMBERS]
    assert guess_fields(columns(x=cells, y=cells), [PHONE]) == {}
    assert guess_fields(columns(x=cells), [PHONE, field("fax", kind="phone")]) == {}
    degrees = [f"36.87{n}1" for n in NUMBERS]
    assert guess_position(columns(a=degrees, b=degrees, c=[f"140.01{n}1" for n in NUMBERS])) is None


def test_empty_cells_and_their_marks_say_nothing() -> None:
    assert filled(pd.Series([" 甲　", None, "", "－", "乙"], dtype=object)) == ["甲", "乙"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("36.87{}1", "140.01{}1"), ("36°52′1{}″", "140°00′5{}″"), ("36.87{}1 ", " 140.01{}1")],
)
def test_a_pair_of_coordinates_is_known_in_either_order(first: str, second: str) -> None:
    lat = filled(pd.Series([first.format(n) for n in NUMBERS], dtype=object))
    lon = filled(pd.Series([second.format(n) for n in NUMBERS], dtype=object))
    assert guess_position({"a": lon, "b": lat}) == ("b", "a")


def test_ages_and_shares_are_no_coordinates() -> None:
    assert guess_position(columns(a=[f"36.{n}" for n in NUMBERS], b=["140"] * 10)) is None


def test_both_in_one_cell_are_known() -> None:
    assert guess_position(columns(a=[f"36.87{n},140.016" for n in NUMBERS])) == ("a", "a")
    points = [shapely.Point(140.016, 36.87 + n / 1000) for n in NUMBERS]
    for form in ({}, {"include_srid": True}, {"byte_order": 0}):
        cells = shapely.to_wkb(shapely.set_srid(points, 4326), hex=True, **form).tolist()
        assert guess_position(columns(a=cells)) == ("a", "a")


def test_metres_are_known_by_falling_into_the_city(city: City) -> None:
    lon, lat = [140.01 + n / 1000 for n in NUMBERS], [36.87] * 10
    east, north = transformation(4326, city.plane_srid).apply(lon, lat)
    sizes = [f"{n}2.5" for n in NUMBERS]
    cells = columns(X=[f"{v:.3f}" for v in north], Y=[f"{v:.3f}" for v in east], area=sizes)
    assert guess_position(cells, city.reach) == ("X", "Y")
    assert guess_position(cells) is None
    assert guess_position(columns(a=sizes, b=sizes), city.reach) is None


def test_a_file_without_a_header_is_told_by_its_content(shared: Path) -> None:
    definition = read_definition(Path("layers/definitions/aed.yaml"))
    assert isinstance(definition, LayerDefinition)
    rows = pd.read_csv(shared / "data/municipal/kobe/aed_list.csv", header=None, dtype=str, names=range(14))
    found = headers_for(rows.where(rows.notna(), None), definition)
    assert found is not None
    assert [name for name in found if not name.endswith("列目")] == [
        "名称",
        "郵便番号",
        "所在地",
        "緯度",
        "経度",
    ]


def test_without_a_name_or_a_place_no_header_is_made_up() -> None:
    names = [f"{c}公民館" for c in "東西南北中上下前後左"]
    lat, lon = [f"36.87{n}1" for n in NUMBERS], [f"140.01{n}1" for n in NUMBERS]
    assert headers_for(pd.DataFrame({0: names, 1: lat, 2: lon}), layer()) == ["名称", "緯度", "経度"]
    assert headers_for(pd.DataFrame({0: lat, 1: lon}), layer()) is None
    assert headers_for(pd.DataFrame({0: names, 1: [f"0287-23-110{n}" for n in NUMBERS]}), layer()) is None
