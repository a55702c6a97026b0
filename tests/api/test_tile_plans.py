"""Tiles of a large layer at low zooms: bounded, the same features when zooming in, right after every edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition
from gis_core.tiles import tile_at
from layers.roles import PUBLIC_ROLE
from layers.tile_plans import (
    BUDGET,
    COARSEST_DETAIL,
    COMPLETE_FROM,
    TOP_LEVEL,
    Weight,
    choose_levels,
    plan_of,
)
from tests.api.conftest import bench_fields, definition, eventually
from tests.conftest import Store

BENCHES = "/api/collections/benches"
MANY = 12_000
ALONE = 1
# Benches in rows of 200, about 5 m apart, and one far away; all of 1990 but for a hundred.
FILL = f"""
    INSERT INTO layer.benches (name, address, seats, placed, inspector, geom)
    SELECT 'ベンチ' || n, '本町通り沿いの広場の北側の入口の前' || n, n % 5,
           CASE WHEN n BETWEEN 1000 AND 1099 THEN date '2020-01-01' ELSE date '1990-01-01' END, '山田',
           CASE WHEN n = 1 THEN ST_Point(139.90, 36.85, 4326)
                ELSE ST_Point(140.0 + (n % 200) / 20000.0, 36.85 + (n / 200) / 20000.0, 4326) END
    FROM generate_series(1, {MANY}) AS n"""


# Names that the SQL of tiles might take for its own.
WORDS = ("level", "shape", "size", "col", "row", "large", "kept", "whole", "tile")
FIELDS = [
    *bench_fields(),
    *(
        {"name": n, "type": "string", "title": {"ja": n}, "choices": [{"value": "a", "title": {"ja": "あ"}}]}
        for n in WORDS
    ),
]


def renew() -> None:
    from layers.services.tiling import renew_plans

    renew_plans()


@pytest.fixture
def crowd(store: Store) -> Iterator[Callable[[str], None]]:
    """A store of many benches, planned; runs SQL in transactions of their own."""
    from layers.services.registry import register_layer

    register_layer(definition("benches", FIELDS))
    with psycopg.connect(store.url, autocommit=True) as connection:

        def run(text: str) -> None:
            connection.execute(text)

        run(FILL)
        renew()
        yield run


@pytest.fixture
def client(crowd: Any, clients: Any, store: Store) -> TestClient:
    return clients(store)


def features(
    client: TestClient, zoom: int, place: tuple[float, float] = (140.003, 36.853), **query: Any
) -> Any:
    row, column = tile_at(*place, zoom)
    response = client.get(f"{BENCHES}/tiles/WebMercatorQuad/{zoom}/{row}/{column}", params=query)
    assert response.status_code in (200, 204)
    assert len(response.content) <= BUDGET
    if not response.content:
        return {}
    return {
        f["id"]: f["properties"] for f in mapbox_vector_tile.decode(response.content)["benches"]["features"]
    }


def changed(client: TestClient, crowd: Callable[[str], None], text: str) -> None:
    before = revision(client)
    crowd(text)
    eventually(lambda: revision(client) > before)


def revision(client: TestClient) -> int:
    return int(client.get(BENCHES).json()["revision"])


def test_what_is_shown_stays_when_zooming_in_until_all_is_shown(client: TestClient) -> None:
    shown = [features(client, zoom).keys() - {ALONE} for zoom in range(8, 13)]
    assert all(0 < len(few) <= len(more) for few, more in pairwise(shown))
    assert len(shown[0]) < len(shown[-1])
    row, column = tile_at(140.003, 36.853, 12)
    below: set[int] = set()
    for place in ((row * 2 + r, column * 2 + c) for r in (0, 1) for c in (0, 1)):
        answer = client.get(f"{BENCHES}/tiles/WebMercatorQuad/13/{place[0]}/{place[1]}")
        if answer.content:
            layer = mapbox_vector_tile.decode(answer.content)["benches"]
            below |= {f["id"] for f in layer["features"]}
    assert shown[-1] <= below
    row, column = tile_at(140.003, 36.853, COMPLETE_FROM)
    with_buffer = [
        client.get(f"{BENCHES}/tiles/WebMercatorQuad/{COMPLETE_FROM}/{row + r}/{column + c}").content
        for r in (-1, 0, 1)
        for c in (-1, 0, 1)
    ]
    found = {f["id"] for c in with_buffer if c for f in mapbox_vector_tile.decode(c)["benches"]["features"]}
    assert len(found) == MANY - 1


def test_a_feature_without_neighbours_is_shown_at_every_zoom(client: TestClient) -> None:
    assert all(ALONE in features(client, zoom, (139.90, 36.85)) for zoom in range(8, 16))


def test_low_zooms_keep_names_only(client: TestClient) -> None:
    assert features(client, 8, (139.90, 36.85))[ALONE] == {"name": "ベンチ1"}
    assert "address" in features(client, 15, (139.90, 36.85))[ALONE]
    # All of it in one tile, which `features` weighs.
    assert features(client, 0)


@pytest.mark.parametrize("planned_anew", [False, True])
def test_every_edit_is_in_the_next_tile(
    client: TestClient, crowd: Callable[[str], None], planned_anew: bool
) -> None:
    shown = max(features(client, 8))
    changed(client, crowd, f"UPDATE layer.benches SET name = '改名' WHERE id = {ALONE}")
    changed(client, crowd, f"DELETE FROM layer.benches WHERE id = {shown}")
    changed(
        client,
        crowd,
        "INSERT INTO layer.benches (id, name, geom) VALUES (99999, '新設', ST_Point(139.95, 36.80, 4326))",
    )
    if planned_anew:
        # Enough edits elsewhere to make a new plan due.
        changed(client, crowd, "UPDATE layer.benches SET seats = 9 WHERE id BETWEEN 2000 AND 4000")
        before = tag(client)
        renew()
        eventually(lambda: tag(client) != before)
    tile = features(client, 8, (139.90, 36.85))
    assert tile[ALONE]["name"] == "改名"
    assert tile[99999]["name"] == "新設"
    assert shown not in features(client, 8)


def tag(client: TestClient) -> str:
    return str(client.get(f"{BENCHES}/tiles/WebMercatorQuad/8/99/227").headers["etag"])


def test_what_the_plan_does_not_know_yet_is_thinned_out_alike(
    client: TestClient, crowd: Callable[[str], None]
) -> None:
    planned = features(client, 8)
    changed(client, crowd, "UPDATE layer.benches SET seats = 9")
    assert features(client, 8).keys() == planned.keys()
    renew()
    eventually(lambda: features(client, 8).keys() == planned.keys())


def test_a_time_is_searched_in_all_features(client: TestClient) -> None:
    found = features(client, 8, datetime="2020-01-01")
    assert found
    assert all(1000 <= number <= 1099 for number in found)
    assert features(client, 8, datetime="2021-01-01/..") == {}
    assert features(client, COMPLETE_FROM, datetime="2020-01-01").keys() <= set(range(1000, 1100))


def test_those_who_want_a_plan_at_once_make_one(crowd: Callable[[str], None]) -> None:
    from django.db import connections

    from layers.services.tiling import renew_plans

    def attempt(_: int) -> list[str]:
        try:
            return renew_plans()
        finally:
            connections.close_all()

    crowd("UPDATE layer.benches SET seats = 9")
    with ThreadPoolExecutor(4) as threads:
        made = [*threads.map(attempt, range(4))]
    assert sorted(made) == [[], [], [], ["benches"]]


def test_a_plan_is_made_where_it_is_due_only(crowd: Callable[[str], None]) -> None:
    from layers.services.tiling import renew_plans

    assert renew_plans() == []
    crowd("UPDATE layer.benches SET seats = 9 WHERE id < 100")
    assert renew_plans() == []
    crowd("UPDATE layer.benches SET seats = 8 WHERE id < 3000")
    assert renew_plans() == ["benches"]
    crowd("DELETE FROM layer.benches WHERE id > 10")
    assert renew_plans() == ["benches"]
    assert renew_plans() == []


def test_the_side_table_shows_the_public_what_is_public(crowd: Callable[[str], None], store: Store) -> None:
    from layers.services.definitions import update_layer

    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(f"SET ROLE {PUBLIC_ROLE}")
        assert connection.execute("SELECT count(name) FROM tile.benches").fetchone() != (0,)
    raw = definition("benches", FIELDS).raw
    fields = [f | {"visibility": "internal"} if f["name"] == "name" else f for f in raw["fields"]]
    hidden = parse_definition({**raw, "fields": fields})
    assert isinstance(hidden, LayerDefinition)
    update_layer(hidden, actor="tests")
    renew()
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(f"SET ROLE {PUBLIC_ROLE}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT name FROM tile.benches")


@pytest.mark.parametrize("act", ["purge", "retire", "define"])
def test_nothing_of_the_layer_outlives_it_in_the_side_table(
    crowd: Callable[[str], None], store: Store, act: str
) -> None:
    from datetime import UTC, datetime

    from layers.services.definitions import retire_layer, update_layer
    from layers.services.past import purge_history

    if act == "purge":
        purge_history("benches", datetime.now(UTC), actor="tests")
    elif act == "retire":
        retire_layer("benches", actor="tests")
    else:
        update_layer(definition("benches", FIELDS, title={"ja": "椅子"}), actor="tests")
    with psycopg.connect(store.url) as connection:
        assert connection.execute("SELECT to_regclass('tile.benches')").fetchone() == (None,)


def test_a_layer_that_nobody_planned_is_whole_while_it_is_small() -> None:
    layer = definition("benches", bench_fields())
    assert plan_of(None, layer, 2000).level(0) is None
    assert plan_of(None, layer, 2001).level(0) == 6
    assert plan_of(None, layer, 10**6).level(COMPLETE_FROM) is None


WEIGHTS = st.lists(
    st.builds(
        Weight,
        st.integers(0, 8191),
        st.integers(0, 8191),
        st.integers(0, TOP_LEVEL),
        st.integers(0, 2 * BUDGET),
        st.integers(0, BUDGET),
    ),
    max_size=30,
)


@given(WEIGHTS, st.integers(COARSEST_DETAIL, 7))
def test_planned_tiles_keep_to_the_budget_as_far_as_the_coarsest_detail_goes(
    weights: list[Weight], detail: int
) -> None:
    levels = choose_levels(weights, detail)
    assert list(levels) == sorted(levels)
    for zoom in range(COMPLETE_FROM):
        shift = COMPLETE_FROM - 1 - zoom
        level = levels[zoom] if zoom < len(levels) else None
        tiles: dict[tuple[int, int], int] = {}
        for weight in weights:
            if level is None or weight.level <= level:
                place = (weight.column >> shift, weight.row >> shift)
                tiles[place] = tiles.get(place, 0) + (weight.whole if level is None else weight.kept)
        heaviest = max(tiles.values(), default=0)
        assert heaviest <= BUDGET or (level is not None and level <= zoom + COARSEST_DETAIL)
