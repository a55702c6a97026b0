"""What OGC's suites ask of Features Part 1 and of its GeoJSON beyond what single features of the API are tested for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import shapely
from starlette.testclient import TestClient

from tests.api.conftest import BENCHES, definition
from tests.conftest import Store

ITEMS = "/api/collections/benches/items"
GEOJSON = "application/geo+json"


def get(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=refused)


def refused(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def of_rel(document: Any, rel: str) -> list[dict[str, Any]]:
    return [link for link in document["links"] if link["rel"] == rel]


def every_link(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("links", [])
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from every_link(child)


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/collections",
        "/api/collections/benches",
        f"{ITEMS}?limit=2&seats=1",
        f"{ITEMS}/2",
        "/api/collections/benches/tiles",
        "/api/collections/benches/tiles/WebMercatorQuad",
        "/api/tileMatrixSets",
        "/api/functions",
    ],
)
def test_a_document_names_itself_and_every_link_its_relation_and_type(client: TestClient, path: str) -> None:
    found = get(client, path)
    links = [*every_link(found)]
    assert links
    assert all(link["href"].startswith("http") and link["rel"] and link["type"] for link in links)
    itself = of_rel(found, "self")
    assert [link["href"] for link in itself] == [f"http://testserver{path}"]
    assert client.get(path).headers["content-type"].split(";")[0] == itself[0]["type"].split(";")[0]


@pytest.mark.parametrize(
    "path", ["/api/collections", "/api/conformance", f"{ITEMS}?limit=2&seats=1", f"{ITEMS}/2"]
)
def test_every_link_of_a_page_leads_to_what_it_says(client: TestClient, path: str) -> None:
    links = {
        link["href"]: link["type"] for link in every_link(get(client, path)) if not link.get("templated")
    }
    for href, media in links.items():
        response = client.get(href)
        assert response.status_code in (200, 204), href
        assert response.headers["content-type"].split("; charset")[0] == media.split("; charset")[0], href


def test_the_list_says_of_every_collection_what_the_collection_says_of_itself(client: TestClient) -> None:
    listed = get(client, "/api/collections")["collections"]
    for entry in listed:
        own = get(client, f"/api/collections/{entry['id']}")
        assert {**entry, "links": 0} == {**own, "links": 0}
        rels = {(link["rel"].rpartition("/")[2], link["type"]) for link in entry["links"]}
        schema = "application/schema+json"
        assert {
            ("items", GEOJSON),
            ("queryables", schema),
            ("sortables", schema),
            ("describedby", schema),
        } <= rels
        assert of_rel(entry, "self")[0]["href"].endswith(f"/collections/{entry['id']}")


@pytest.mark.parametrize("layer", ["benches", "zones"])
def test_the_extent_holds_every_feature(client: TestClient, layer: str) -> None:
    extent = shapely.box(*get(client, f"/api/collections/{layer}")["extent"]["spatial"]["bbox"][0])
    features = get(client, f"/api/collections/{layer}/items", limit=1000)["features"]
    assert all(extent.contains(shapely.geometry.shape(feature["geometry"])) for feature in features)


@pytest.mark.parametrize("limit", [BENCHES, BENCHES // 2])
@pytest.mark.parametrize("query", [{}, {"sortby": "-height"}, {"bbox": "139,36,141,38"}])
def test_a_last_page_that_is_full_has_no_next(client: TestClient, limit: int, query: dict[str, str]) -> None:
    page = get(client, ITEMS, limit=limit, **query)
    for _ in range(BENCHES // limit - 1):
        page = get(client, of_rel(page, "next")[0]["href"])
    assert (page["numberReturned"], of_rel(page, "next")) == (limit, [])


def test_the_time_stamp_is_when_the_answer_was_made(client: TestClient) -> None:
    stamp = datetime.fromisoformat(get(client, ITEMS, limit=1)["timeStamp"])
    assert timedelta() <= datetime.now(UTC) - stamp < timedelta(hours=1)


def test_features_alone_and_together_are_geojson_by_type(client: TestClient) -> None:
    for path, kind in ((ITEMS, "FeatureCollection"), (f"{ITEMS}/1", "Feature")):
        assert client.get(path).headers["content-type"] == GEOJSON
        assert get(client, path)["type"] == kind


@pytest.mark.parametrize(
    "accept", ["application/x-unknown", "image/png", "text/html;q=0", "*/*;q=0", "", ";;,", "a" * 4000]
)
def test_who_accepts_nothing_that_there_is_gets_the_default(client: TestClient, accept: str) -> None:
    for path in (ITEMS, f"{ITEMS}/1"):
        response = client.get(path, headers={"accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, GEOJSON)


def rings(geometry: Any) -> Iterator[tuple[bool, list[list[float]]]]:
    """Each ring, and whether it is an outer one."""
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    for polygon in polygons.get(geometry["type"], []):
        yield from ((place == 0, ring) for place, ring in enumerate(polygon))


def test_areas_are_closed_finite_and_right_handed_however_they_were_drawn(
    store: Store, clients: Callable[..., TestClient]
) -> None:
    from layers.services.registry import register_layer

    register_layer(definition("zones", [], geometry="MultiPolygon"))
    left = shapely.box(140, 36.8, 140.1, 36.9, ccw=False)
    holed = shapely.Polygon(left.exterior, [shapely.box(140.02, 36.82, 140.08, 36.88, ccw=True).exterior])
    several = shapely.MultiPolygon([holed, shapely.box(140.2, 36.8, 140.3, 36.9, ccw=False)])
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO layer.zones (name, geom) VALUES ('左', ST_GeomFromText(%s, 4326))", [several.wkt]
        )
    client = clients(store)
    (feature,) = get(client, "/api/collections/zones/items")["features"]
    found = [*rings(feature["geometry"])]
    assert len(found) == 3
    for outer, ring in found:
        assert ring[0] == ring[-1]
        assert all(math.isfinite(number) for position in ring for number in position)
        assert shapely.is_ccw(shapely.LinearRing(ring)) == outer


@pytest.mark.parametrize(
    "place",
    [
        "ST_SetSRID(ST_MakePoint('NaN', 36.8), 4326)",
        "ST_SetSRID(ST_MakePoint(140, 'Infinity'), 4326)",
        "ST_Point(200, 36.8, 4326)",
        "ST_GeomFromText('POINT EMPTY', 4326)",
    ],
)
def test_what_is_nowhere_is_not_stored(
    publish: Callable[[int], None], clients: Callable[..., TestClient], store: Store, place: str
) -> None:
    publish(2)
    with psycopg.connect(store.url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="EPSG:4326"):
            connection.execute(f"UPDATE layer.benches SET geom = {place} WHERE id = 1")
        connection.execute("UPDATE layer.benches SET name = '後' WHERE id = 1")
    assert get(clients(store), f"{ITEMS}/1")["properties"]["name"] == "後"


def test_an_area_that_is_nowhere_at_one_corner_is_not_stored(store: Store) -> None:
    from layers.services.registry import register_layer

    register_layer(definition("zones", [], geometry="Polygon"))
    corners = "140 36.8, 140.1 36.8, 140.1 NaN, 140 36.8"
    with (
        psycopg.connect(store.url) as connection,
        pytest.raises(psycopg.errors.InvalidParameterValue, match="EPSG:4326"),
    ):
        connection.execute(
            "INSERT INTO layer.zones (name, geom) VALUES ('角', ST_GeomFromText(%s, 4326))",
            [f"POLYGON(({corners}))"],
        )
