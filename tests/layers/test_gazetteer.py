"""Where an address is: what is found, how surely, and what is not guessed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_core.addresses import split_county
from gis_core.city import City
from layers.gazetteer.entries import Entry, Position
from layers.gazetteer.home import Home, home_of
from layers.roles import PUBLIC_ROLE
from tests.conftest import Store

HOME = Home("栃木県", "大田原市", ("那須郡黒羽町",))

Fill = Callable[..., Any]


def town(name: str, lon: float = 140.0, lat: float = 36.8, *, city: str = "大田原市", **parts: Any) -> Entry:
    county, municipality = split_county(city)
    return Entry("", parts.pop("prefecture", "栃木県"), county, municipality, name, lon=lon, lat=lat, **parts)


def number(name: str, number: str, level: str, lon: float = 140.1, **parts: Any) -> Entry:
    return town(name, lon, number=number, level=level, **parts)


@pytest.fixture
def fill(store: Store) -> Fill:
    from layers.services.gazetteer import replace_source

    def load(source: str, entries: Iterable[Entry], positions: Iterable[Position] = ()) -> Any:
        return replace_source(source, entries, positions, actor="tester")

    return load


def find(address: str, home: Home | None = HOME) -> Any:
    from layers.gazetteer.locating import locate

    return locate([address], home)[0]


TOWNS = [
    town("元町一丁目", 140.01, kana="モトマチ１チョウメ"),
    town("元町二丁目", 140.02),
    town("佐久山", 140.03, kana="サクヤマ"),
    town("前田", 140.04),
    town("岡", 140.05),
    town("上石上", 140.06),
    town("上石上", 140.07, koaza="東山"),
    town("湯津上", 140.08),
    town("荒井", 139.9, city="矢板市"),
    town("岡", 139.8, city="矢板市"),
    town("大島", 139.7, city="那須郡那須町"),
]


@pytest.mark.parametrize(
    ("address", "matched", "level"),
    [
        ("栃木県大田原市元町1-5-43", "大田原市元町一丁目", "town_chome"),
        ("元町一丁目5番43号", "大田原市元町一丁目", "town_chome"),
        ("大田原市大田原市元町２丁目", "大田原市元町二丁目", "town_chome"),
        ("大田原市大字佐久山2018番地 コミュニティセンター", "大田原市佐久山", "oaza"),
        ("栃木県那須郡黒羽町大字前田980", "大田原市前田", "oaza"),
        ("大田原市黒羽町前田980", "大田原市前田", "oaza"),
        ("上石上字東山15", "大田原市上石上東山", "koaza"),
        ("湯津上5-1081", "大田原市湯津上", "oaza"),
        ("栃木県岡50", "大田原市岡", "oaza"),
        ("矢板市岡50", "矢板市岡", "oaza"),
        ("那須町大字大島1", "那須郡那須町大島", "oaza"),
        ("大田原市", "大田原市", "city"),
        ("大田原市鹿児島町1-1", "大田原市", "city"),
    ],
)
def test_a_town_is_found_however_it_is_written(fill: Fill, address: str, matched: str, level: str) -> None:
    fill("isj_town", TOWNS)
    match = find(address)
    assert (match.matched, match.level) == (f"栃木県{matched}", level)


def test_other_cities_towns_are_not_taken_for_ours(fill: Fill) -> None:
    fill("isj_town", TOWNS)
    assert find("矢板市佐久山1").level == "city"
    assert find("宇都宮市元町1-1") is None
    assert find("荒井1") is None
    assert find("荒井1", home=None).matched == "栃木県矢板市荒井"


def test_several_towns_that_fit_alike_are_not_guessed(fill: Fill) -> None:
    fill("isj_town", TOWNS)
    match = find("岡50", home=None)
    assert match.candidates == ("栃木県大田原市岡", "栃木県矢板市岡")
    assert match.confidence <= 0.3
    assert find("元町3578").candidates == ("大田原市元町一丁目", "大田原市元町二丁目")
    fill("abr_town", [town("桜", 140.0, town_id="0001000"), town("桜", 140.2, town_id="0002000")])
    assert find("桜1").confidence <= 0.3


def test_confidence_falls_with_what_had_to_be_assumed(fill: Fill) -> None:
    fill("isj_town", TOWNS)
    written = [
        "大田原市元町1-5",
        "元町1-5",
        "大田原市佐久山1",
        "大田原市佐久山字前坂1",
        "大田原市佐久山前坂1",
        "大田原市",
    ]
    values = [find(address).confidence for address in written]
    assert values == sorted(values, reverse=True) == [0.8, 0.76, 0.7, 0.644, 0.525, 0.2]


def test_numbers_are_found_as_far_as_they_are_known(fill: Fill) -> None:
    fill("isj_town", TOWNS)
    fill("isj_block", [number("元町一丁目", "5", "block", 140.11), number("佐久山", "2018", "lot", 140.12)])
    fill("abr_residence", [number("元町一丁目", "5-43", "residence", 140.13)])
    fill(
        "abr_parcel", [number("佐久山", "83-413", "lot", 140.14), number("元町一丁目", "5-44", "lot", 140.15)]
    )
    found = {
        address: (match.level, match.number, match.rest, match.confidence)
        for address in ("元町1-5-43", "元町1-5-44 会館", "佐久山2018-3", "佐久山83の413", "佐久山9")
        if (match := find(f"大田原市{address}"))
    }
    assert found == {
        "元町1-5-43": ("residence", "5-43", "", 1.0),
        # Where blocks are numbered, 5-44 is a residence of block 5, not the lot 5-44.
        "元町1-5-44 会館": ("block", "5", "-44 会館", 0.9),
        "佐久山2018-3": ("lot", "2018", "-3", 0.85),
        "佐久山83の413": ("lot", "83-413", "", 0.95),
        "佐久山9": ("oaza", "", "9", 0.7),
    }
    assert find("大田原市元町1-5-43").lon == pytest.approx(140.13)


def test_a_lot_is_found_without_its_koaza_where_only_one_has_it(fill: Fill) -> None:
    lots = [("前坂", "1"), ("前坂", "2"), ("後坂", "2")]
    fill("abr_parcel", [number("佐久山", n, "lot", koaza=koaza) for koaza, n in lots])
    fill("isj_town", TOWNS)
    assert find("佐久山1").level == "lot"
    assert find("佐久山2").level == "oaza"
    assert find("佐久山字後坂2").level == "lot"


def test_the_better_source_gives_the_position(fill: Fill) -> None:
    fill("geolonia_town", [town("佐久山", 140.5)])
    fill(
        "isj_block",
        [
            number("佐久山", "1", "lot", 140.7),
            number("佐久山", "2", "lot", 140.9),
            number("川上", "1", "lot", 140.2),
        ],
    )
    assert (find("佐久山").lon, find("佐久山").source) == (140.5, "geolonia_town")
    assert (find("川上9").lon, find("川上9").source) == (pytest.approx(140.2), "isj_block")
    fill("abr_town", [town("佐久山", 140.6)])
    assert find("佐久山").lon == 140.6


def test_loading_replaces_what_a_source_had_of_a_municipality(fill: Fill) -> None:
    from layers.models import AuditEntry

    fill("isj_town", TOWNS)
    again = fill("isj_town", TOWNS)
    assert not any([*again.towns.values(), *again.addresses.values()])
    assert AuditEntry.objects.filter(action="gazetteer.load").count() == 1
    changed = fill("isj_town", [town("佐久山", 140.09), town("前田", 140.04), town("片田", 140.3)])
    assert changed.towns == {"added": 1, "changed": 1, "removed": 6}
    assert find("矢板市荒井1").level == "oaza", "another municipality of the same source stays"


def test_numbers_are_replaced_with_their_source(fill: Fill) -> None:
    fill("isj_block", [number("佐久山", "1", "lot"), number("前田", "1", "lot")])
    assert fill("isj_block", [number("佐久山", "2", "lot"), number("佐久山", "1", "lot")]).addresses == {
        "added": 1, "changed": 0, "removed": 0,
    }  # fmt: skip
    assert find("佐久山2").level == "lot"
    assert find("前田1") is None


def test_a_source_is_removed_as_a_whole(fill: Fill) -> None:
    from gis_core.errors import NotFound
    from layers.gazetteer.selectors import contents
    from layers.services.gazetteer import remove_source

    fill("isj_block", [number("佐久山", "1", "lot"), number("佐久山", "2", "lot")])
    fill("isj_town", TOWNS)
    assert [c[:4] for c in contents() if c.source == "isj_block"] == [("isj_block", "栃木県大田原市", 1, 2)]
    assert remove_source("isj_block", actor="tester") == 1
    assert {c.source for c in contents()} == {"isj_town"}
    with pytest.raises(NotFound, match="gazetteer list"):
        remove_source("isj_block", actor="tester")


def test_entries_take_their_positions_by_ident(fill: Fill) -> None:
    from gis_core.errors import BadInput

    entries = [town("佐久山", None, None)._replace(ident="a"), town("前田", None, None)._replace(ident="b")]  # type: ignore[arg-type]
    done = fill("abr_town", entries, [Position("a", 140.5, 36.5), Position("z", 1.0, 1.0)])
    assert (done.towns["added"], done.without_position) == (1, 1)
    assert find("佐久山").lon == 140.5
    with pytest.raises(BadInput):
        fill("abr_town", entries)
    assert find("佐久山").lon == 140.5, "a load without positions leaves what was there"


def test_thousands_are_asked_in_two_statements(fill: Fill) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from layers.gazetteer.locating import locate

    fill("isj_town", TOWNS)
    with CaptureQueriesContext(connection) as queries:
        found = locate([f"大田原市佐久山{n}" for n in range(5000)], HOME)
    assert all(match and match.town == "佐久山" for match in found)
    # The layer of areas is looked up, its names are read, the addresses are asked.
    assert len(queries) <= 3


def draw_areas(*names: str, lon: float = 140.0) -> None:
    """Draw squares of about 900 m × 1100 m side by side, in the layer itself, as QGIS would."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layer.town_areas")
        for place, name in enumerate(names):
            west = lon + place / 100
            cursor.execute(
                "INSERT INTO layer.town_areas (name, name_kana, geom)"
                " VALUES (%s, %s, ST_Multi(ST_MakeEnvelope(%s, 36.8, %s, 36.81, 4326)))",
                [name, "モトマチ" if "元町" in name else None, west, west + 0.01],
            )


def test_the_layer_of_areas_is_a_source_as_it_stands(store: Store, city: City) -> None:
    from layers.gazetteer.selectors import is_empty, search, town_areas, town_at

    home, areas = home_of(city), town_areas()
    assert is_empty()
    draw_areas("元町一丁目", "元町二丁目", "佐久山")
    assert not is_empty()
    match = find("元町1-5-43", home)
    assert (match.town, match.level, match.source, match.confidence) == (
        "元町一丁目", "town_chome", "town_areas", 0.76,
    )  # fmt: skip
    assert match.within_m == pytest.approx(720, abs=30), "from its middle to its corners"
    here = town_at(match.lon, match.lat, areas=areas)
    assert here is not None
    assert (here["town"], here["distance_m"]) == ("元町一丁目", 0)
    for text in ("元町1-5-43", "大田原市元町", "もとまち", "元町一丁目"):
        assert search(text, 5, home=home, areas=areas)[0]["town"] == "元町一丁目", text
    draw_areas("片田")
    assert find("大田原市元町1-5-43", home).level == "city"
    assert find("片田1", home).level == "oaza"


def test_a_town_of_a_better_source_has_the_reach_of_its_area(fill: Fill) -> None:
    fill("isj_town", [town("佐久山", 140.005, 36.805)])
    draw_areas("佐久山")
    match = find("佐久山1")
    assert (match.source, match.within_m) == ("isj_town", pytest.approx(720, abs=30))


def test_search_finds_beginnings_parts_and_readings(fill: Fill) -> None:
    from layers.gazetteer.selectors import search

    fill("abr_town", TOWNS)
    fill("isj_block", [number("元町一丁目", "5", "block", 140.11)])

    def towns(text: str) -> list[str]:
        return [hit["town"] for hit in search(text, 3, home=HOME)]

    assert towns("元町") == ["元町一丁目", "元町二丁目"]
    assert towns("もとまち") == towns("モトマチ") == ["元町一丁目"]
    assert towns("久山") == towns("栃木県大田原市佐久") == ["佐久山"]
    assert towns("元町3578") == ["元町一丁目", "元町二丁目"]
    assert search("元町1-5-43", 1, home=HOME)[0]["label"] == "栃木県大田原市元町一丁目5"
    assert towns("%") == towns("_") == towns("'; --") == []


def test_the_town_at_a_point_is_the_nearest_within_two_kilometres(fill: Fill) -> None:
    from layers.gazetteer.selectors import town_at

    fill("isj_town", TOWNS)
    near = town_at(140.031, 36.8)
    assert near is not None
    assert (near["town"], near["distance_m"]) == ("佐久山", 89)
    assert town_at(140.03, 36.83) is None


def test_whoever_reads_public_layers_may_search(fill: Fill, store: Store) -> None:
    from layers.gazetteer.searching import at_statement, search_statement

    fill("isj_town", TOWNS)
    with psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}") as connection:
        for statement in (search_statement("佐久山1", 5, home=HOME), at_statement(140.03, 36.8)):
            (row,) = connection.execute(statement.text, statement.parameters).fetchall()
            assert "佐久山" in json.dumps(row[0], ensure_ascii=False)


def test_the_city_vectors_are_found(fill: Fill, shared: Path, city: City) -> None:
    vectors = json.loads((shared / "vectors/address.json").read_text(encoding="utf-8"))["vectors"]
    towns = json.loads((shared / "vectors/otawara_towns.json").read_text(encoding="utf-8"))["towns"]
    fill("geolonia_town", [town(t["town"], t["lng"], t["lat"], koaza=t["koaza"]) for t in towns])
    ours = [v for v in vectors if v["expected"].get("city") == city.name["ja"]]
    assert len(ours) == 13
    for vector in ours:
        match, expected = find(vector["input"], home_of(city)), vector["expected"]
        rest = match.koaza + match.rest.partition(" ")[0]
        assert (match.prefecture, match.municipality, match.town, rest) == (
            expected["pref"], expected["city"], expected["town"], expected["rest"],
        )  # fmt: skip


# � is refused before: cleaning tells `encoding.error` and keeps the row out.
GARBLED = "群馬県��川市渋川７７８番地"


def test_the_national_vectors_are_found(fill: Fill, shared: Path) -> None:
    """Towns as the vectors expect them; how far a number goes depends on the registry, so numbers are not asked."""
    vectors = json.loads((shared / "vectors/address.json").read_text(encoding="utf-8"))["vectors"]
    registry = [v for v in vectors if "output" in v["expected"] and v["input"] != GARBLED]
    fill("abr_town", dict.fromkeys(_registry_town(v["expected"]) for v in registry))
    assert len(registry) == 23
    for vector in registry:
        expected, match = vector["expected"], find(vector["input"], home=None)
        written = match.matched + match.rest
        assert written.replace(" ", "") == expected["output"].replace(" ", ""), vector["input"]
        assert match.town_id == expected["machiaza_id"]


def test_the_vectors_of_other_cities_are_found(fill: Fill, shared: Path) -> None:
    vectors = json.loads((shared / "vectors/address.json").read_text(encoding="utf-8"))["vectors"]
    parted = [v for v in vectors if "addr" in v["expected"]]
    towns = [town(e["town"], city=e["city"], prefecture=e["pref"]) for e in (v["expected"] for v in parted)]
    fill("isj_town", [*dict.fromkeys(towns), town("西丹波町", city="豊田市", prefecture="愛知県")])
    assert len(parted) == 9
    for vector in parted:
        match, expected = find(vector["input"], home=None), vector["expected"]
        assert (match.prefecture, match.municipality, match.town, match.rest) == (
            expected["pref"], expected["city"], expected["town"], expected["addr"],
        )  # fmt: skip
    unknown = find("愛知県豊田市西丹波町三五十", home=None)
    assert (unknown.town, unknown.rest) == ("西丹波町", "三五十")


def _registry_town(expected: dict[str, Any]) -> Entry:
    name = (expected["oaza_cho"] or "") + (expected["chome"] or "")
    whole = expected["output"][: expected["output"].rindex(name)] if name else ""
    prefecture = next(p for p in _prefectures() if whole.startswith(p))
    return town(
        name,
        city=whole.removeprefix(prefecture),
        prefecture=prefecture,
        koaza=expected["koaza"] or "",
        town_id=expected["machiaza_id"],
    )


def _prefectures() -> tuple[str, ...]:
    from gis_core.addresses import PREFECTURES

    return PREFECTURES
