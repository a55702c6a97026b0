"""What OGC's suites ask of Features Parts 2 and 3 and of Tiles beyond what single features of the API are tested for."""

from __future__ import annotations

import json
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyproj
import pytest
from starlette.testclient import TestClient

from gis_core.tiles import tile_at
from tests.api.conftest import BENCHES, bench
from tests.api.test_conformance_core import ITEMS, get, of_rel
from tests.api.test_crs import CRS84, EPSG, NORTH_FIRST

COLLECTION = "/api/collections/benches"
# Of the last bench nothing but the name is known.
ROWS = [bench(number) for number in range(BENCHES - 1)]


# Part 2


@pytest.mark.parametrize("srid", [*NORTH_FIRST, 3857])
def test_a_feature_alone_has_the_coordinates_that_it_has_in_the_list(client: TestClient, srid: int) -> None:
    system = {"crs": f"{EPSG}{srid}"}
    alone = get(client, f"{ITEMS}/7", **system)["geometry"]
    listed = get(client, ITEMS, limit=7, **system)["features"][6]["geometry"]
    degrees = get(client, f"{ITEMS}/7")["geometry"]["coordinates"]
    moved = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{srid}").transform(*degrees)
    assert alone == listed
    assert np.abs(np.subtract(alone["coordinates"], moved)).max() < (2e-3 if srid in (6677, 3857) else 2e-7)


def test_a_box_is_in_crs84_unless_it_says_otherwise(client: TestClient) -> None:
    box = "139.94,36.79,140.0,36.81"
    plain, said, beside = (
        get(client, ITEMS, bbox=box, limit=1000, **query)
        for query in ({}, {"bbox-crs": CRS84}, {"crs": f"{EPSG}6677"})
    )
    numbers = [[feature["id"] for feature in page["features"]] for page in (plain, said, beside)]
    assert numbers[0] == numbers[1] == numbers[2] != []


# Part 3


def test_a_collection_leads_to_its_queryables_which_say_what_is_time_and_place(client: TestClient) -> None:
    (link,) = of_rel(get(client, COLLECTION), "http://www.opengis.net/def/rel/ogc/1.0/queryables")
    response = client.get(link["href"])
    found = response.json()
    assert response.headers["content-type"] == "application/schema+json"
    assert (found["$schema"], found["type"]) == ("https://json-schema.org/draft/2020-12/schema", "object")
    assert found["properties"]["placed"].items() >= {"type": "string", "format": "date"}.items()
    assert found["properties"]["geom"]["format"] == "geometry-point"
    assert (found["properties"]["covered"]["type"], found["properties"]["height"]["type"]) == (
        "boolean",
        "number",
    )


def named(name: str) -> dict[str, str]:
    return {"property": name}


@pytest.mark.parametrize(
    ("text", "tree", "keeps"),
    [
        *(
            (f"seats {sign} 3", {"op": sign, "args": [named("seats"), 3]}, keeps)
            for sign, keeps in {
                "=": lambda r: r[3] == 3, "<>": lambda r: r[3] != 3, "<": lambda r: r[3] < 3,
                "<=": lambda r: r[3] <= 3, ">": lambda r: r[3] > 3, ">=": lambda r: r[3] >= 3,
            }.items()
        ),
        ("height BETWEEN 3 AND 9.5", {"op": "between", "args": [named("height"), 3, 9.5]}, lambda r: 3 <= r[4] <= 9.5),
        ("height NOT BETWEEN 3 AND 9.5", {"op": "not", "args": [{"op": "between", "args": [named("height"), 3, 9.5]}]},
         lambda r: not 3 <= r[4] <= 9.5),
        ("seats IN (1,4)", {"op": "in", "args": [named("seats"), [1, 4]]}, lambda r: r[3] in (1, 4)),
        ("seats NOT IN (1,4)", {"op": "not", "args": [{"op": "in", "args": [named("seats"), [1, 4]]}]}, lambda r: r[3] not in (1, 4)),
        ("seats IS NOT NULL", {"op": "not", "args": [{"op": "isNull", "args": [named("seats")]}]}, lambda r: True),
        ("name LIKE 'ベンチ%4'", {"op": "like", "args": [named("name"), "ベンチ%4"]}, lambda r: r[0].startswith("ベンチ") and r[0][-1] == "4"),
        ("seats = 1 AND NOT (covered OR height > 50)",
         {"op": "and", "args": [{"op": "=", "args": [named("seats"), 1]},
                                {"op": "not", "args": [{"op": "or", "args": [named("covered"), {"op": ">", "args": [named("height"), 50]}]}]}]},
         lambda r: r[3] == 1 and not (r[5] or r[4] > 50)),
    ],
    ids=str,
)  # fmt: skip
def test_a_predicate_finds_the_same_as_text_and_as_json(
    client: TestClient, text: str, tree: Any, keeps: Any
) -> None:
    expected = [number for number, row in enumerate(ROWS, start=1) if keeps(row)]
    for query in ({"filter": text}, {"filter": json.dumps(tree), "filter-lang": "cql2-json"}):
        page = get(client, ITEMS, limit=1000, **query)
        assert [feature["id"] for feature in page["features"]] == expected
    assert 0 < len(expected) < BENCHES


def test_what_is_not_known_is_null(client: TestClient) -> None:
    for query in (
        {"filter": "seats IS NULL"},
        {"filter": '{"op":"isNull","args":[{"property":"seats"}]}', "filter-lang": "cql2-json"},
    ):
        assert [feature["id"] for feature in get(client, ITEMS, **query)["features"]] == [BENCHES]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("length('it''s') = 4 AND id = 1", 1),
        ("name = '<b>危険</b> & \"ベンチ\"'", 1),
        ("name LIKE '%''%'", 0),
        ("name = ' OR 1=1 --'", 0),
    ],
)
def test_a_quote_within_a_text_is_a_letter(client: TestClient, text: str, matched: int) -> None:
    assert get(client, ITEMS, filter=text)["numberMatched"] == matched


# Tiles


def test_a_collection_leads_to_its_tilesets_and_these_to_tiles_by_row_and_column(client: TestClient) -> None:
    (link,) = of_rel(get(client, COLLECTION), "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
    for entry in get(client, link["href"])["tilesets"]:
        (itself,) = of_rel(entry, "self")
        tileset = get(client, itself["href"])
        assert (tileset["dataType"], tileset["crs"]) == (entry["dataType"], entry["crs"])
        (template,) = of_rel(tileset, "item")
        assert template["templated"] is True
        assert template["type"] == "application/vnd.mapbox-vector-tile"
        assert template["href"].split("?")[0].endswith("/{tileMatrix}/{tileRow}/{tileCol}")


def test_a_near_tile_has_every_attribute_of_a_feature(client: TestClient) -> None:
    feature = get(client, f"{ITEMS}/8")
    row, column = tile_at(*feature["geometry"]["coordinates"], 14)
    tile = client.get(f"{COLLECTION}/tiles/WebMercatorQuad/14/{row}/{column}")
    shown = {
        one["id"]: one["properties"] for one in mapbox_vector_tile.decode(tile.content)["benches"]["features"]
    }
    assert shown[8] == feature["properties"]
