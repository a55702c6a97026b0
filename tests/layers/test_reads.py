"""The read path's SQL, run as the role that may read only what is public."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest

from gis_core import tiles
from gis_core.boxes import Box
from layers import reads, tile_reads
from layers.catalogue import LayerInfo
from layers.filters import finds_few
from layers.paging import Place
from layers.roles import PUBLIC_ROLE
from tests.conftest import Store
from tests.layers.conftest import bench


@pytest.fixture
def info(deliver: Callable[..., Any]) -> LayerInfo:
    from layers.selectors import catalogue

    deliver([bench(n, 'ベン"チ\\' if n == 0 else None) for n in range(10)])
    return catalogue().layer("benches")


@pytest.fixture
def ask(store: Store) -> Callable[[reads.Statement], list[Any]]:
    def run(statement: reads.Statement) -> list[Any]:
        with psycopg.connect(
            store.url, options=f"-c role={PUBLIC_ROLE} -c timezone=Asia/Tokyo"
        ) as connection:
            return connection.execute(statement.text, statement.parameters).fetchall()

    return run


def features(row: Any, limit: int = 1000) -> list[dict[str, Any]]:
    return json.loads(b"[" + reads.read_page(row, limit).features + b"]")


def test_items_are_geojson_features_of_public_fields(info: LayerInfo, ask: Any) -> None:
    (row,) = ask(reads.items_statement(info, reads.ItemsQuery(limit=3)))
    page = reads.read_page(row, 3)
    assert page[1:] == (3, Place(3), None)
    first, *others = features(row, 3)
    assert len(others) == 2
    assert first["properties"] == {
        "identifier": "0",
        "name": 'ベン"チ\\',
        "seats": 3,
        "placed": "2026-04-01",
        "opens": "09:30",
    }
    assert first["geometry"] == {"type": "Point", "coordinates": [140, 36.9]}


def test_pages_by_key_cover_everything_once(info: LayerInfo, ask: Any) -> None:
    seen: list[list[int]] = []
    last: Place | None = Place(0)
    while last is not None:
        (row,) = ask(reads.items_statement(info, reads.ItemsQuery(limit=4, after=last.id)))
        seen.append([feature["id"] for feature in features(row, 4)])
        last = reads.read_page(row, 4).last
    assert seen == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_an_empty_page_is_empty_bytes(info: LayerInfo, ask: Any) -> None:
    (row,) = ask(reads.items_statement(info, reads.ItemsQuery(limit=3, after=10**6)))
    assert reads.read_page(row, 3) == (b"", 0, None, None)


def test_a_page_ends_where_its_last_feature_does_whatever_names_say(
    deliver: Callable[..., Any], ask: Any
) -> None:
    from layers.selectors import catalogue

    deliver([bench(n, ',{"type":"Feature","id":9}]\\') for n in range(3)])
    (row,) = ask(reads.items_statement(catalogue().layer("benches"), reads.ItemsQuery(limit=2)))
    assert [feature["id"] for feature in features(row, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"bbox": Box(140.0015, 36, 140.0045, 37)}, ["2", "3", "4"]),
        ({"bbox": Box(140.0015, 36.9, 140.0045, 36.9)}, ["2", "3", "4"]),
        ({"bbox": Box(140.003, 36.9, 140.003, 36.9)}, ["3"]),
        ({"equals": (("seats", "3"), ("identifier", "7"))}, ["7"]),
        ({"interval": (datetime(2026, 4, 9, 15, tzinfo=UTC), None)}, ["9"]),
        ({"interval": (None, datetime(2026, 4, 1, 14, 59, tzinfo=UTC))}, ["0"]),
        ({"offset": 8}, ["8", "9"]),
    ],
)
def test_filters(info: LayerInfo, ask: Any, query: dict[str, Any], expected: list[str]) -> None:
    (row,) = ask(reads.items_statement(info, reads.ItemsQuery(limit=100, **query)))
    assert [f["properties"]["identifier"] for f in features(row)] == expected
    if "offset" not in query:
        (row,) = ask(reads.items_statement(info, reads.ItemsQuery(limit=1, **query)))
        assert reads.read_page(row, 1).matched == len(expected)
        assert features(row, 1)[0]["properties"]["identifier"] == expected[0]
        assert ask(reads.count_statement(info, reads.ItemsQuery(limit=1, **query))) == [(len(expected),)]


@pytest.mark.parametrize(
    ("features", "box", "few"),
    [
        (100_000, Box(140.0, 36.0, 140.1, 36.1), True),
        (100_000, Box(140.0, 36.0, 140.2, 36.2), False),
        (100_000, Box(141.0, 37.0, 142.0, 38.0), True),
        (100_001, Box(140.0, 36.0, 140.1, 36.1), False),
        (2_000, None, True),
        (2_001, None, False),
    ],
)
def test_few_are_found_in_a_small_part_of_a_layer(
    info: LayerInfo, features: int, box: Box | None, few: bool
) -> None:
    spread = replace(info, feature_count=features, extent=Box(140.0, 36.0, 141.0, 37.0))
    query = reads.ItemsQuery(limit=1, bbox=box, equals=() if box else (("seats", "3"),))
    assert finds_few(spread, query) is few
    assert not finds_few(spread, replace(query, at=1))
    assert not finds_few(spread, reads.ItemsQuery(limit=1))


def test_one_item_and_its_version(info: LayerInfo, ask: Any) -> None:
    ((feature, version),) = ask(reads.item_statement(info, 5))
    assert (json.loads(feature)["properties"]["identifier"], version) == ("4", 1)
    assert ask(reads.item_statement(info, 10**6)) == []


def test_a_tile_holds_its_features_with_ids_and_those_just_over_its_edge(
    info: LayerInfo, ask: Any, deliver: Callable[..., Any]
) -> None:
    zoom = 14
    row, column = tiles.tile_at(140.0, 36.9, zoom)
    box = tiles.mercator_box(zoom, row, column)
    unit = (box.east - box.west) / tiles.EXTENT
    degree = tiles.HALF_WORLD_M / 180
    inside_buffer = (box.west - 60 * unit) / degree
    beyond_buffer = (box.west - 70 * unit) / degree
    deliver([bench(1, lon=140.0), bench(2, lon=inside_buffer), bench(3, lon=beyond_buffer)])
    ((data,),) = ask(tile_reads.tile_statement(info, tiles.MERCATOR, zoom, row, column))
    layer = mapbox_vector_tile.decode(data)["benches"]
    assert sorted(f["properties"]["identifier"] for f in layer["features"]) == ["1", "2"]
    assert all(f["id"] > 0 for f in layer["features"])
    assert "inspector" not in layer["features"][0]["properties"]


def test_an_empty_tile_is_empty(info: LayerInfo, ask: Any) -> None:
    assert ask(tile_reads.tile_statement(info, tiles.MERCATOR, 14, 0, 0)) == [(b"",)]


def test_search_finds_by_part_of_a_name_whatever_it_holds(info: LayerInfo, ask: Any) -> None:
    from layers.searching import search_statement

    def found(text: str) -> list[str]:
        statement = search_statement([info], text, 20, ["feature"])
        assert statement is not None
        return [row[4] for row in ask(statement)]

    assert found("ベンチ7") == ["ベンチ7"]
    assert found('"チ\\') == ['ベン"チ\\']
    assert found("%") == []
    assert search_statement([], "x", 5, ["feature"]) is None


def test_the_public_role_reads_public_columns_only(info: LayerInfo, store: Store) -> None:
    with psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}", autocommit=True) as connection:
        assert connection.execute("SELECT count(name) FROM layer.benches").fetchone() == (10,)
        for forbidden in (
            "SELECT inspector FROM layer.benches",
            "SELECT * FROM layer.benches",
            "DELETE FROM layer.benches",
            "SELECT report FROM layers_load",
            "SELECT password FROM auth_user",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
