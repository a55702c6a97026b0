"""What is the same place, however it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gis_core.addresses import (
    PREFECTURES,
    kanji_chome,
    number_key,
    parse_address,
    prefecture_of,
    split_county,
    stem_of,
    town_key,
)


@pytest.mark.parametrize(
    "text",
    [
        "元町1-5-43",
        "元町１－５－４３",
        "元町一丁目5-43",
        "元町 1丁目５ー４３",
        "大字元町1−5‐43",
        "元町１丁目5-43（仮称）",
    ],
)
def test_one_address_has_one_form(text: str) -> None:
    assert parse_address(text).form == "元町1-5-43-"


def test_a_ban_is_no_chome() -> None:
    assert parse_address("元町一丁目5番43号").form == "元町1-5=43="
    assert not parse_address("三輪2番地1").form.startswith(town_key("三輪二丁目"))
    assert parse_address("三輪2-1").form.startswith(town_key("三輪二丁目"))


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("本町1-4-1 市役所本庁舎3階", "1-4-1", "市役所本庁舎3階"),
        ("中央１丁目３－１５トコトコ大田原１階", "1-3-15", "トコトコ大田原1階"),
        ("福原1234の5", "1234-5", ""),
        ("横芝字真砂４８２番地の２", "482-2", ""),
        ("上町A-5どこか", "A-5", "どこか"),
        ("本町1-4-1-203号室", "1-4-1", "203号室"),
        ("佐久山 第1公民館", "", ""),
        ("北24条西7丁目1番10号", "7-1-10", ""),
        ("三番町六番四号", "6-4", ""),
        ("佐久山無番地", "", ""),
        ("", "", ""),
    ],
)
def test_the_number_parts_names_from_the_rest(text: str, number: str, rest: str) -> None:
    address = parse_address(text)
    assert (address.number, address.rest) == (number, rest)


def test_what_stands_before_an_address_is_dropped() -> None:
    plain = parse_address("栃木県大田原市本町1-4-1").form
    for text in ("〒324-8641　", "324-8641 ", "(前期)", "栃木県", "栃木県大田原市"):
        assert parse_address(f"{text}栃木県大田原市本町1-4-1").form == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("金ｹ崎町", "金ヶ崎町"), ("霞が関", "霞ガ関"), ("髙栁", "高柳"), ("舘ノ澤", "館の沢"), ("渡邊", "渡辺"),
        ("飛驒市", "飛騨市"), ("池麩町", "池麸町"), ("大字上岡", "上岡"), ("三ッ谷", "三ツ谷"), ("本町十二丁目", "本町１２丁目"),
    ],
)  # fmt: skip
def test_spellings_of_a_name_have_one_key(one: str, other: str) -> None:
    assert town_key(one) == town_key(other)


def test_kanji_numerals_stay_in_names() -> None:
    assert parse_address("滝川市一の坂町西").form == town_key("滝川市一の坂町西") == "滝川市一ノ坂町西"
    assert parse_address("豊田市西丹波町三五十").form == "豊田市西丹波町三五十"


def test_a_mark_tells_where_the_writer_parts_names() -> None:
    address = parse_address("上石上字東山15")
    assert len("上石上") in address.marks
    assert len("上石上") not in parse_address("上石上東山15").marks


def test_counties_are_told_from_cities_that_look_like_them() -> None:
    assert split_county("那須郡那須町") == ("那須郡", "那須町")
    assert split_county("赤穂郡上郡町") == ("赤穂郡", "上郡町")
    for city in ("蒲郡市", "郡上市", "大和郡山市", "小郡市", "大田原市"):
        assert split_county(city) == ("", city)


def test_keys_of_parts() -> None:
    assert stem_of(town_key("浅香三丁目")) == "浅香"
    assert kanji_chome("本町12-") == "本町十二丁目"
    assert number_key("１０７８番地の２") == "1078-2"
    assert prefecture_of("092100") == "栃木県"
    assert prefecture_of("") == ""
    assert all(town_key(name) == name for name in PREFECTURES)


def test_every_town_is_found_in_its_own_addresses(shared: Path) -> None:
    towns = json.loads((shared / "vectors/otawara_towns.json").read_text(encoding="utf-8"))["towns"]
    for town in towns:
        name = town["town"] + town["koaza"]
        assert parse_address(f"{name}12-3").form.startswith(town_key(name)), name
