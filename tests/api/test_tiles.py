"""OGC API – Tiles (20-057): tilesets, vector tiles, caching by revision."""

from __future__ import annotations

import gzip
import json
from typing import Any

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from api.encoding import CODINGS, Packed
from gis_core.tiles import tile_at
from tests.api.conftest import BENCHES, EDGE_BENCH, TILE

QUAD = "/api/collections/benches/tiles/WebMercatorQuad"


def decoded(client: TestClient, zoom: int, row: int, column: int) -> Any:
    response = client.get(f"{QUAD}/{zoom}/{row}/{column}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers = mapbox_vector_tile.decode(response.content)
    assert list(layers) == ["benches"]
    return layers["benches"]


def test_a_tile_holds_every_feature_with_id_and_visible_properties(client: TestClient) -> None:
    layer = decoded(client, 8, *tile_at(140.0, 36.85, 8))
    assert layer["extent"] == 4096
    ids = [f["id"] for f in layer["features"]]
    assert len(ids) == len(set(ids)) == BENCHES
    properties = layer["features"][6]["properties"]
    assert properties["name"].startswith("ベンチ")
    assert "inspector" not in properties


def test_a_feature_just_outside_is_in_the_buffer(client: TestClient) -> None:
    zoom, row, column = TILE
    beside = [f for f in decoded(client, *TILE)["features"] if f["properties"]["name"] == EDGE_BENCH]
    inside = [
        f for f in decoded(client, zoom, row, column + 1)["features"] if f["properties"]["name"] == EDGE_BENCH
    ]
    assert beside[0]["geometry"]["coordinates"][0] == 4098
    assert inside[0]["geometry"]["coordinates"][0] == 2
    assert beside[0]["id"] == inside[0]["id"]


def test_a_tiles_address_may_carry_what_gdal_adds_to_it(client: TestClient) -> None:
    assert client.get("{}/{}/{}/{}?gdal".format(QUAD, *TILE)).status_code == 200


def test_an_empty_tile_is_no_content(client: TestClient) -> None:
    response = client.get(f"{QUAD}/14/0/0")
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    "place", ["3/8/0", "3/0/8", "25/0/0", "-1/0/0", "a/b/c", "3/0/1.5", "99999999999999999999/0/0"]
)
def test_a_tile_outside_the_matrix_is_not_found(client: TestClient, place: str) -> None:
    assert client.get(f"{QUAD}/{place}").status_code == 404


def test_an_unknown_tile_matrix_set_is_not_found(client: TestClient) -> None:
    assert client.get("/api/collections/benches/tiles/JGD/0/0/0").status_code == 404
    assert client.get("/api/tileMatrixSets/JGD").status_code == 404


def test_a_tile_that_names_its_revision_is_kept_for_ever(client: TestClient) -> None:
    revision = client.get("/api/collections/benches").json()["revision"]
    place = "/8/{}/{}".format(*tile_at(140.0, 36.85, 8))
    for query, caching in (
        ({"rev": revision}, "public, max-age=31536000, immutable"),
        ({"rev": revision + 1}, "public, no-cache"),
        ({}, "public, no-cache"),
    ):
        assert client.get(QUAD + place, params=query).headers["cache-control"] == caching
    assert client.get(QUAD + place, params={"rev": "new"}).json()["parameter"] == "rev"


@pytest.mark.parametrize(
    "path",
    [
        QUAD + "/8/{}/{}".format(*tile_at(140.0, 36.85, 8)),
        "/api/collections/benches/items?limit=5",
        "/api/collections/benches/items/1",
        "/api/collections",
        "/api/openapi",
        "/api/rasters/depth/value?lon=140&lat=36.88",
        "/api/rasters/depth/tiles/WebMercatorQuad/12/1598/3641.png",
    ],
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_did_not_change_is_not_sent_again(client: TestClient, path: str, encoding: str) -> None:
    tag = client.get(path, headers={"accept-encoding": encoding}).headers["etag"]
    again = client.get(path, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag.removeprefix("W/")
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_different_requests_have_different_tags(client: TestClient) -> None:
    paths = (
        "items?limit=1",
        "items?limit=2",
        "items?f=html",
        "items?limit=1&lang=en",
        "tiles/WebMercatorQuad/0/0/0",
    )
    tags = [client.get(f"/api/collections/benches/{p}").headers["etag"] for p in paths]
    assert len(set(tags)) == len(tags)


def test_gzip_is_for_those_who_can_read_it(client: TestClient) -> None:
    path = QUAD + "/8/{}/{}".format(*tile_at(140.0, 36.85, 8))
    plain = client.get(path, headers={"accept-encoding": "identity"})
    refused = client.get(path, headers={"accept-encoding": "gzip;q=0, br"})
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] == "W/" + plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content == refused.content


@pytest.mark.parametrize("coding", [*CODINGS])
def test_a_tile_is_kept_in_the_coding_it_is_sent_in_and_not_packed_again(
    clients: Any, world: Any, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, headers = clients(world), {"accept-encoding": coding}
    path = "{}/8/{}/{}".format(QUAD, *tile_at(140.0, 36.85, 8))
    with fresh.stream("GET", path, headers=headers) as first:
        body = b"".join(first.iter_raw())
    plain = fresh.get(path, headers={"accept-encoding": "identity"})
    assert CODINGS[coding].decode(body) == plain.content
    monkeypatch.setattr(Packed, "of", None)
    for _ in range(2):
        with fresh.stream("GET", path, headers=headers) as again:
            assert b"".join(again.iter_raw()) == body
        assert again.headers["content-encoding"] == coding
        assert again.headers["etag"] == "W/" + plain.headers["etag"]


@pytest.mark.parametrize("held", [None, "the tag", '"other"', '"a", "b"'])
@pytest.mark.parametrize("place", ["8/99/227", "14/0/0"])
def test_the_second_answer_is_as_the_first(clients: Any, world: Any, place: str, held: str | None) -> None:
    fresh = clients(world)
    path = f"{QUAD}/{place}"
    tag = fresh.get(path, headers={"accept-encoding": "br;q=0.1"}).headers["etag"]
    headers = {"if-none-match": tag if held == "the tag" else held} if held else {}
    headers["x-request-id"] = "one-and-the-same"
    first, second = (fresh.get(path, headers=headers) for _ in range(2))
    assert (first.status_code, first.content, first.headers) == (
        second.status_code,
        second.content,
        second.headers,
    )
    assert (first.status_code == 304) is (held == "the tag")


def test_a_kept_tile_is_no_way_around_a_bad_key(client: TestClient) -> None:
    path = f"{QUAD}/8/99/227"
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    assert client.get(path, headers={"x-api-key": "wrong"}).status_code == 401
    assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401


def test_tilesets_lead_to_tiles(client: TestClient) -> None:
    listed = client.get("/api/collections/benches/tiles").json()["tilesets"][0]
    own = next(link["href"] for link in listed["links"] if link["rel"] == "self")
    tileset = client.get(own).json()
    template = next(link["href"] for link in tileset["links"] if link["rel"] == "item")
    zoom, row, column = TILE
    href = template.format(tileMatrix=zoom, tileRow=row, tileCol=column)
    assert client.get(href).status_code == 200
    assert tileset["layers"][0]["id"] == "benches"
    scheme = next(x["href"] for x in tileset["links"] if x["rel"].endswith("/tiling-scheme"))
    assert client.get(scheme).json()["id"] == "WebMercatorQuad"


def test_tilejson_names_the_revision_in_its_tiles(client: TestClient) -> None:
    found = client.get(f"{QUAD}/tilejson.json").json()
    zoom, row, column = TILE
    tile = client.get(found["tiles"][0].format(z=zoom, y=row, x=column))
    assert "immutable" in tile.headers["cache-control"]
    assert found["vector_layers"][0]["fields"]["name"] == "名称"


def test_the_tile_matrix_set_is_the_standards(client: TestClient) -> None:
    found = client.get("/api/tileMatrixSets/WebMercatorQuad").json()
    first = found["tileMatrices"][0]
    assert found["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert first["cellSize"] == pytest.approx(156543.03392804097)
    assert first["pointOfOrigin"] == pytest.approx([-20037508.342789, 20037508.342789])
    assert (first["tileWidth"], first["matrixWidth"]) == (256, 1)


def test_addresses_follow_the_public_base_url(clients: Any, world: Any) -> None:
    behind = clients(world, public_base_url="https://gis.example.lg.jp/map/")
    links = json.loads(behind.get("/api/").text)["links"]
    assert all(link["href"].startswith("https://gis.example.lg.jp/map/api/") for link in links)


def test_a_hostile_host_is_not_put_into_links(client: TestClient) -> None:
    text = client.get("/api/", headers={"host": 'evil"><script>'}).text
    assert "evil" not in text
