"""An edit makes new only the tiles it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from gis_core.tiles import mercator_box, tile_at
from layers.catalogue import PUBLIC, parse_catalogue
from tests.api.conftest import eventually
from tests.conftest import Store

BENCHES = "/api/collections/benches"
FIRST = (139.95, 36.80)
LAST = (140.195, 36.80)
KEPT = "public, max-age=31536000, immutable"
CHECKED = "public, no-cache"

Edit = Callable[[str], None]


@pytest.fixture
def layer(publish: Callable[[int], None], clients: Any, store: Store) -> TestClient:
    """A client of 50 benches in a row from west to east, whose store the test may edit."""
    publish(50)
    return clients(store)


@pytest.fixture
def edit(store: Store, layer: TestClient) -> Iterator[Edit]:
    """Run SQL in a transaction of its own, and wait until the API knows of the new revision."""
    with psycopg.connect(store.url, autocommit=True) as connection:

        def run(text: str) -> None:
            before = revision(layer)
            connection.execute(text)
            eventually(lambda: revision(layer) > before)

        yield run


def revision(client: TestClient) -> int:
    return int(client.get(BENCHES).json()["revision"])


def tile(place: tuple[float, float], zoom: int = 14) -> str:
    row, column = tile_at(*place, zoom)
    return f"{BENCHES}/tiles/WebMercatorQuad/{zoom}/{row}/{column}"


def tag(client: TestClient, path: str) -> str:
    return client.get(path).headers["etag"]


def test_a_tile_untouched_by_an_edit_is_not_modified(layer: TestClient, edit: Edit) -> None:
    near, far, above = tile(FIRST), tile(LAST), tile(FIRST, 6)
    tags = {path: tag(layer, path) for path in (near, far, above)}
    edit("UPDATE layer.benches SET name = '改名' WHERE id = 1")
    answers = {path: layer.get(path, headers={"if-none-match": old}) for path, old in tags.items()}
    assert {path: answer.status_code for path, answer in answers.items()} == {near: 200, far: 304, above: 200}
    assert "改名".encode() in answers[near].content


def test_a_move_makes_both_places_new(layer: TestClient, edit: Edit) -> None:
    places = {path: tag(layer, path) for path in (tile(FIRST), tile((139.95, 36.95)), tile(LAST))}
    edit("UPDATE layer.benches SET geom = ST_Point(139.95, 36.95, 4326) WHERE id = 1")
    codes = [layer.get(p, headers={"if-none-match": t}).status_code for p, t in places.items()]
    assert codes == [200, 200, 304]


def test_an_edit_in_the_buffer_makes_the_neighbour_new(layer: TestClient, edit: Edit) -> None:
    zoom, row, column = 14, *tile_at(140.0, 36.85, 14)
    box = mercator_box(zoom, row, column)
    beside, beyond = (box.east + units * (box.east - box.west) / 4096 for units in (63, 70))
    path = f"{BENCHES}/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
    point = "ST_Transform(ST_Point({}, {}, 3857), 4326)"
    old = tag(layer, path)
    middle = (box.south + box.north) / 2
    edit(f"INSERT INTO layer.benches (name, geom) VALUES ('外', {point.format(beyond, middle)})")
    assert tag(layer, path) == old
    edit(f"INSERT INTO layer.benches (name, geom) VALUES ('際', {point.format(beside, middle)})")
    assert tag(layer, path) != old
    assert "際".encode() in layer.get(path).content


def test_a_change_of_the_whole_layer_makes_all_tiles_new(layer: TestClient, edit: Edit) -> None:
    tags = {path: tag(layer, path) for path in (tile(FIRST), tile(LAST), tile((0, 0)))}
    edit("""DO $$ BEGIN
                PERFORM history.revision('benches');
                NOTIFY machizu_layer_changed, '{"layer": "benches"}';
            END $$""")
    assert all(tag(layer, path) != old for path, old in tags.items())


def test_an_address_that_names_a_revision_is_kept_as_long_as_the_tile_was_the_same(
    layer: TestClient, edit: Edit
) -> None:
    edit("UPDATE layer.benches SET name = '改名' WHERE id = 1")

    def caching(path: str, rev: str) -> str:
        return layer.get(path, params={"rev": rev}).headers["cache-control"]

    assert [caching(tile(FIRST), rev) for rev in ("1", "2", "3")] == [CHECKED, KEPT, CHECKED]
    assert [caching(tile(LAST), rev) for rev in ("0", "1", "2", "3")] == [CHECKED, KEPT, KEPT, CHECKED]
    assert caching(tile(LAST), "9" * 40) == CHECKED


def test_what_is_told_apart_is_bounded_and_moves_in_steps(
    layer: TestClient, edit: Edit, store: Store
) -> None:
    from layers.reads import catalogue_statement

    path = tile(LAST)
    first = tag(layer, path)
    with psycopg.connect(store.url, autocommit=True) as connection:
        for seats in range(197):
            connection.execute("UPDATE layer.benches SET seats = %s WHERE id = 1", [seats + 100])
    edit("UPDATE layer.benches SET seats = 7 WHERE id = 1")
    eventually(lambda: revision(layer) == 199)
    assert tag(layer, path) == first
    edit("UPDATE layer.benches SET seats = 8 WHERE id = 1")
    second = tag(layer, path)
    edit("UPDATE layer.benches SET seats = 9 WHERE id = 1")
    assert first != second == tag(layer, path)
    with psycopg.connect(store.url) as connection:
        (document,) = connection.execute(catalogue_statement().text).fetchone()  # type: ignore[misc]
    info = parse_catalogue(document, PUBLIC).layer("benches")
    assert (info.revision, info.base_revision, len(info.recent)) == (201, 100, 101)
    before = parse_catalogue(document, PUBLIC)
    entry = next(e for e in document if e["id"] == "benches")
    after = parse_catalogue(
        [e if e is not entry else e | {"revision": 202} for e in document], PUBLIC, before
    )
    assert after.layer("benches").revision == 202
    assert after.layer("roads") is before.layer("roads")


def test_a_notice_of_someone_else_harms_nothing(layer: TestClient, edit: Edit, store: Store) -> None:
    with psycopg.connect(store.url, autocommit=True) as connection:
        for payload in ("", "x", "[]", '{"layer": "nowhere"}'):
            connection.execute("SELECT pg_notify('machizu_layer_changed', %s)", [payload])
    edit("UPDATE layer.benches SET name = '改名' WHERE id = 1")
    assert layer.get("/api/collections").json()["collections"]


def test_a_layer_that_is_registered_later_is_seen(layer: TestClient) -> None:
    from layers.services.registry import register_layer
    from tests.api.conftest import definition

    register_layer(definition("later", []))
    eventually(lambda: layer.get("/api/collections/later").status_code == 200)
