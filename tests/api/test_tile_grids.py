"""Both tile grids: their definitions, and that no feature is lost at a tile's edge; tiles of several layers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import morecantile
import pytest
import shapely
from starlette.testclient import TestClient

from gis_core import crs
from gis_core.boxes import Box
from gis_core.tiles import BUFFER, EXTENT, MERCATOR, Grid, degrees, plane_grid, reach
from tests.api.conftest import BENCHES, Clients, definition
from tests.conftest import Store

PLANE = plane_grid(6677)
GRIDS = [MERCATOR, PLANE]
# Metres in plane zone IX around the middle of the city.
MIDDLE = (16_000.0, 96_000.0)
FEATURES = 400


def projected(shape: Any, source: int, target: int) -> Any:
    change = crs.transformation(source, target)
    return shapely.transform(shape, lambda xy: _columns(change.apply(xy[:, 0], xy[:, 1])))


def _columns(columns: Any) -> Any:
    import numpy as np

    return np.column_stack(columns)


def walks() -> list[Any]:
    """Ways of 20 to 800 m as a survey in EPSG:6677 delivers them; half of them cross an edge of a plane tile."""
    chance = random.Random(7)
    found = []
    for number in range(FEATURES):
        x, y = (middle + chance.uniform(-3000, 3000) for middle in MIDDLE)
        if number % 2:
            x = round(x / 256) * 256 + chance.uniform(-5, 5)
        steps = [(x, y)]
        for _ in range(3):
            x, y = x + chance.uniform(-200, 200), y + chance.uniform(-200, 200)
            steps.append((x, y))
        found.append(shapely.LineString(steps))
    return found


@pytest.fixture(scope="module")
def ways(new_store: Any, city: Any) -> Iterator[tuple[TestClient, list[Any]]]:
    """A client of a layer of ways, and the ways in EPSG:6677, the first of which has the id 1."""
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer
    from tests.conftest import _connect_django

    store: Store = new_store("api_ways")
    _connect_django("api_ways")
    register_layer(definition("ways", [], geometry="LineString"))
    delivered = walks()
    rows = [(f"道{n}", projected(way, 6677, 4326).wkb) for n, way in enumerate(delivered)]
    load_rows("ways", Delivery.whole("w.csv", ("name",), (), rows, {}), actor="tests", mode="publish")
    _connect_django("postgres")
    clients = Clients(city, [])
    yield clients(store), delivered
    clients.opened[0].__exit__(None, None, None)


def ids(client: TestClient, grid: Grid, zoom: int, row: int, column: int) -> set[int]:
    response = client.get(f"/api/collections/ways/tiles/{grid.id}/{zoom}/{row}/{column}")
    if response.status_code == 204:
        return set()
    return {f["id"] for f in mapbox_vector_tile.decode(response.content)["ways"]["features"]}


@pytest.mark.parametrize("behind", [12, 14, 16])
@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.id)
def test_a_feature_is_in_every_tile_that_it_enters(
    ways: tuple[TestClient, list[Any]], grid: Grid, behind: int
) -> None:
    client, delivered = ways
    zoom = behind - grid.behind
    shapes = {n + 1: projected(way, 6677, grid.srid) for n, way in enumerate(delivered)}
    bounds = projected(shapely.MultiLineString(delivered), 6677, 4326).bounds
    top, bottom, left, right = grid.limits(Box(*bounds), zoom)
    # All of a low zoom, a stripe of tiles side by side of a high one.
    rows = range(top, bottom + 1) if behind < 16 else range((top + bottom) // 2, (top + bottom) // 2 + 2)
    crossings = 0
    for row in rows:
        for column in range(left, right + 1):
            found = ids(client, grid, zoom, row, column)
            box = grid.box(zoom, row, column)
            unit = (box.east - box.west) / EXTENT
            # A tile unit less and more: coordinates are whole units.
            inside = shapely.box(*box.expand(-unit).as_tuple())
            near = shapely.box(*box.expand((BUFFER + 1) * unit).as_tuple())
            entered = {n for n, shape in shapes.items() if shape.intersects(inside)}
            assert entered <= found <= {n for n, shape in shapes.items() if shape.intersects(near)}
            crossings += sum(not inside.contains(shapes[n]) for n in entered)
    assert crossings


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.id)
def test_a_coordinate_is_where_the_grid_puts_it(ways: tuple[TestClient, list[Any]], grid: Grid) -> None:
    client, delivered = ways
    shape = projected(delivered[0], 6677, grid.srid)
    zoom = 16 - grid.behind
    first = shapely.get_coordinates(shape)[0]
    side = grid.side / 2**zoom
    column, row = int((first[0] - grid.west) // side), int((grid.north - first[1]) // side)
    answer = client.get(f"/api/collections/ways/tiles/{grid.id}/{zoom}/{row}/{column}").content
    way = next(f for f in mapbox_vector_tile.decode(answer)["ways"]["features"] if f["id"] == 1)
    box = grid.box(zoom, row, column)
    expected = [(first[0] - box.west) / side * EXTENT, (first[1] - box.south) / side * EXTENT]
    start = way["geometry"]["coordinates"]
    while isinstance(start[0][0], list):
        start = start[0]
    assert start[0] == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.id)
def test_a_matrix_set_says_what_the_tiles_are(client: TestClient, grid: Grid) -> None:
    listed = client.get("/api/tileMatrixSets").json()["tileMatrixSets"]
    entry = next(entry for entry in listed if entry["id"] == grid.id)
    found = client.get(entry["links"][0]["href"]).json()
    read = morecantile.TileMatrixSet.model_validate(found)
    assert found["crs"] == f"http://www.opengis.net/def/crs/EPSG/0/{grid.srid}"
    assert len(read.tileMatrices) == grid.last_zoom + 1
    for zoom, matrix in enumerate(read.tileMatrices):
        assert matrix.matrixWidth == matrix.matrixHeight == 2**zoom
        assert matrix.cellSize * 256 * 2**zoom == pytest.approx(grid.side)


def test_the_plane_grids_origin_is_north_first_as_its_system_is(client: TestClient) -> None:
    found = client.get(f"/api/tileMatrixSets/{PLANE.id}").json()
    assert found["orderedAxes"] == ["X", "Y"]
    assert [*map(tuple, (m["pointOfOrigin"] for m in found["tileMatrices"]))] == [(524288, -524288)] * 20


@pytest.mark.parametrize("place", ["20/0/0", "0/0/1", "3/8/0", "-1/0/0"])
def test_the_plane_grid_ends(client: TestClient, place: str) -> None:
    assert client.get(f"/api/collections/benches/tiles/{PLANE.id}/{place}").status_code == 404
    assert client.get(f"/api/tiles/{PLANE.id}/{place}").status_code == 404


def test_limits_name_the_tiles_that_hold_something(client: TestClient) -> None:
    extent = client.get("/api/collections/benches").json()["extent"]["spatial"]["bbox"][0]
    middle = ((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
    for grid in GRIDS:
        tileset = client.get(f"/api/collections/benches/tiles/{grid.id}").json()
        for limit in tileset["tileMatrixSetLimits"]:
            zoom = int(limit["tileMatrix"])
            north_west = degrees(reach(grid, zoom, limit["minTileRow"], limit["minTileCol"]))
            south_east = degrees(reach(grid, zoom, limit["maxTileRow"], limit["maxTileCol"]))
            assert Box(north_west.west, south_east.south, south_east.east, north_west.north).contains(*middle)


TILE = "8/99/227"


def layers_of(client: TestClient, query: str = "", grid: str = "WebMercatorQuad", tile: str = TILE) -> Any:
    response = client.get(f"/api/tiles/{grid}/{tile}{query}")
    assert response.status_code == 200
    return mapbox_vector_tile.decode(response.content)


def test_a_tile_holds_all_layers_or_those_that_are_asked_for(client: TestClient) -> None:
    assert set(layers_of(client)) == {"benches", "zones"}
    assert len(layers_of(client)["benches"]["features"]) == BENCHES
    assert [*layers_of(client, "?collections=zones,nothing")] == ["zones"]
    assert [*layers_of(client, "?collections=zones,benches")] == ["zones", "benches"]
    assert set(layers_of(client, grid=PLANE.id, tile="3/3/4")) == {"benches", "zones"}


def test_a_tile_of_several_layers_is_the_same_in_every_coding(client: TestClient) -> None:
    path = f"/api/tiles/WebMercatorQuad/{TILE}"
    plain, packed, again = (
        client.get(path, headers={"accept-encoding": coding}) for coding in ("identity", "gzip", "identity")
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content == again.content
    tag = packed.headers["etag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_a_tile_of_nothing_is_no_content(client: TestClient) -> None:
    assert client.get(f"/api/tiles/WebMercatorQuad/{TILE}?collections=nothing").status_code == 204


@pytest.mark.parametrize("names", ["nowhere", "benches,nowhere", "staff_only", ""])
def test_a_layer_that_is_not_there_is_told(client: TestClient, names: str) -> None:
    response = client.get(f"/api/tiles/WebMercatorQuad/{TILE}", params={"collections": names})
    assert (response.status_code, response.json()["parameter"]) == (400, "collections")


def test_the_datasets_tilesets_lead_to_tiles(client: TestClient) -> None:
    landing = client.get("/api/").json()["links"]
    listed = next(x["href"] for x in landing if x["rel"].endswith("/tilesets-vector"))
    for entry in client.get(listed, params={"collections": "benches,zones"}).json()["tilesets"]:
        own = next(x["href"] for x in entry["links"] if x["rel"] == "self")
        tileset = client.get(own).json()
        assert [layer["id"] for layer in tileset["layers"]] == ["benches", "zones"]
        template = next(x["href"] for x in tileset["links"] if x["rel"] == "item")
        limit = tileset["tileMatrixSetLimits"][3]
        tile = client.get(
            template.format(tileMatrix=3, tileRow=limit["minTileRow"], tileCol=limit["minTileCol"])
        )
        assert {*mapbox_vector_tile.decode(tile.content)} == {"benches", "zones"}
    found = client.get("/api/tiles/WebMercatorQuad/tilejson.json?collections=zones").json()
    assert [layer["id"] for layer in found["vector_layers"]] == ["zones"]
    assert client.get(found["tiles"][0].format(z=8, y=99, x=227)).status_code == 200


def test_a_time_chooses_among_what_has_one(client: TestClient) -> None:
    found = layers_of(client, "?datetime=2026-01-01/2026-01-10")
    # The edge bench has no date, the first is of the first of January.
    assert len(found["benches"]["features"]) == 10
    assert len(found["zones"]["features"]) == 3
    bad = client.get(f"/api/tiles/WebMercatorQuad/{TILE}?datetime=yesterday")
    assert (bad.status_code, bad.json()["parameter"]) == (400, "datetime")
