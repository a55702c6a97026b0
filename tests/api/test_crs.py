"""OGC API – Features Part 2: coordinate reference systems (18-058r1)."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.api.conftest import BENCHES
from tests.conftest import Store

# In a process of its own: GDAL keeps Python's lock while it waits for the server in this one.
READ = """
import json, sys, pyogrio, shapely
meta, _, geometries, _ = pyogrio.raw.read("OAPIF:" + sys.argv[1], layer="benches", max_features=10, CRS=sys.argv[2])
points = [[p.x, p.y] for p in shapely.from_wkb(geometries)]
print(json.dumps({"crs": meta["crs"], "points": points}))
"""
ITEMS = "/api/collections/benches/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
NORTH_FIRST = (4326, 6668, 4612, 6677)
SYSTEMS = [CRS84, *(f"{EPSG}{srid}" for srid in (*NORTH_FIRST, 3857))]


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    response = client.get(path, params={name.replace("_", "-"): value for name, value in query.items()})
    assert response.status_code == status, response.text
    return response.json()


def points(document: Any) -> np.ndarray[Any, Any]:
    return np.array([feature["geometry"]["coordinates"] for feature in document["features"]])


def expected(degrees: np.ndarray[Any, Any], srid: int) -> np.ndarray[Any, Any]:
    """What the EPSG register says: the order of axes is the register's own."""
    moved = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{srid}").transform(*degrees.T)
    return np.column_stack(moved)


def test_every_collection_offers_the_same_systems_and_says_how_it_is_stored(client: TestClient) -> None:
    for collection in get(client, "/api/collections")["collections"]:
        assert (collection["crs"], collection["storageCrs"]) == (SYSTEMS, CRS84)
        assert "storageCrsCoordinateEpoch" not in collection
    assert (
        "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
        in get(client, "/api/conformance")["conformsTo"]
    )


@pytest.mark.parametrize("srid", [*NORTH_FIRST, 3857])
def test_coordinates_come_in_the_system_and_order_of_axes_asked_for(client: TestClient, srid: int) -> None:
    uri = f"{EPSG}{srid}"
    degrees = points(get(client, ITEMS, limit=50))
    response = client.get(ITEMS, params={"limit": 50, "crs": uri})
    assert response.headers["content-crs"] == f"<{uri}>"
    assert np.abs(points(response.json()) - expected(degrees, srid)).max() < (
        2e-3 if srid in (3857, 6677) else 2e-7
    )
    assert (points(response.json())[0][0] < points(response.json())[0][1]) == (srid in (4326, 6668, 4612))
    assert "crs=" in next(link["href"] for link in response.json()["links"] if link["rel"] == "next")
    assert "crs" not in response.json()["features"][0]["geometry"]


def test_a_single_feature_comes_in_any_system_with_an_etag_of_its_own(client: TestClient) -> None:
    tags = set()
    for uri in SYSTEMS:
        response = client.get(f"{ITEMS}/7", params={"crs": uri})
        assert response.headers["content-crs"] == f"<{uri}>"
        tags.add(response.headers["etag"])
        assert response.headers["etag"].startswith('"1')
        again = client.get(
            f"{ITEMS}/7", params={"crs": uri}, headers={"if-none-match": response.headers["etag"]}
        )
        assert again.status_code == 304
    assert len(tags) == len(SYSTEMS)
    assert client.get(f"{ITEMS}/7").headers["content-crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize("uri", ["abc", "", f"{EPSG}999999", f"{EPSG}4301", f"{CRS84}x", "EPSG:6677"])
def test_other_systems_are_refused(client: TestClient, name: str, uri: str) -> None:
    assert get(client, ITEMS, 400, **{name: uri, "bbox": "1,2,3,4", "filter": "id=1"})["parameter"] == name


@pytest.mark.parametrize(
    ("srid", "box"),
    [
        (4326, "36.79,139.94,36.83,140.0"),
        (6668, "36.79,139.94,36.83,140.0"),
        (4612, "36.79,139.94,0,36.83,140.0,100"),
    ],
)
def test_a_bbox_in_degrees_has_the_axes_of_its_system(client: TestClient, srid: int, box: str) -> None:
    wanted = get(client, ITEMS, bbox="139.94,36.79,140.0,36.83")["numberMatched"]
    assert 0 < wanted < BENCHES
    assert get(client, ITEMS, bbox=box, bbox_crs=f"{EPSG}{srid}")["numberMatched"] == wanted


@settings(max_examples=60, deadline=None)
@given(srid=st.sampled_from([6677, 3857]), where=st.tuples(*[st.floats(0, 1)] * 4), height=st.booleans())
def test_a_bbox_in_metres_neither_loses_nor_adds_features(
    client: TestClient, srid: int, where: tuple[float, ...], height: bool
) -> None:
    metres = expected(points(get(client, ITEMS, limit=1000)), srid)
    low, high = metres.min(axis=0) - 50, metres.max(axis=0) + 50
    ends = np.sort(low + (high - low) * np.array(where).reshape(2, 2), axis=0)
    truth = ((metres >= ends[0]) & (metres <= ends[1])).all(axis=1).sum()
    numbers = [*ends[0], 0, *ends[1], 9] if height else [*ends[0], *ends[1]]
    box = ",".join(map(repr, map(float, numbers)))
    assert get(client, ITEMS, bbox=box, bbox_crs=f"{EPSG}{srid}")["numberMatched"] == truth


@pytest.mark.parametrize("box", ["-1e7,-1e7,1e7,1e7", "-1e300,-1e300,1e300,1e300", "-4e6,-4e6,4e6,4e6"])
def test_a_bbox_beyond_the_projections_reach_holds_everything(client: TestClient, box: str) -> None:
    assert get(client, ITEMS, bbox=box, bbox_crs=f"{EPSG}6677")["numberMatched"] == BENCHES


def test_areas_are_met_by_boxes_in_metres_as_they_lie(client: TestClient) -> None:
    zones = get(client, "/api/collections/zones/items", crs=f"{EPSG}6677")["features"]
    for zone in zones:
        north, east = np.array(zone["geometry"]["coordinates"][0]).T
        beside = (north.min(), east.max() + 20, north.max(), east.max() + 40)
        within = (north.min(), east.max() - 40, north.max(), east.max() - 20)
        for box, found in ((beside, 0), (within, 1)):
            text = ",".join(map(str, box))
            page = get(client, "/api/collections/zones/items", bbox=text, bbox_crs=f"{EPSG}6677")
            assert page["numberMatched"] == found


def test_a_bbox_across_the_180th_meridian_is_two_boxes(client: TestClient) -> None:
    assert get(client, ITEMS, bbox="139.992,36,139.968,38")["numberMatched"] == sum(
        not 139.968 < x < 139.992 for x, _ in points(get(client, ITEMS, limit=1000))
    )
    assert get(client, ITEMS, bbox="36,179,38,-170", bbox_crs=f"{EPSG}4326")["numberMatched"] == 0
    assert get(client, ITEMS, 400, bbox="5,1,3,2", bbox_crs=f"{EPSG}3857")["parameter"] == "bbox"


@pytest.mark.parametrize("srid", [4326, 6677, 3857])
def test_a_filters_geometry_is_in_its_own_system(client: TestClient, srid: int) -> None:
    ring = np.array([[139.94, 36.79], [140.002, 36.79], [140.002, 36.83], [139.962, 36.84], [139.94, 36.79]])
    moved = expected(ring, srid)
    wkt = shapely.to_wkt(shapely.Polygon(moved), rounding_precision=-1)
    metres = expected(points(get(client, ITEMS, limit=1000)), srid)
    truth = int(shapely.covers(shapely.Polygon(moved), shapely.points(metres)).sum())
    for text in (f"S_INTERSECTS(geom, {wkt})", f"NOT S_DISJOINT({wkt}, geom)", f"S_WITHIN(geom, {wkt})"):
        assert get(client, ITEMS, filter=text, filter_crs=f"{EPSG}{srid}")["numberMatched"] == truth
    assert 0 < truth < BENCHES


def test_distances_are_metres_whatever_the_filters_system(client: TestClient) -> None:
    place = expected(np.array([[139.95, 36.80]]), 6677)[0]
    text = f"distance_m(geom, POINT({place[0]} {place[1]})) < 500"
    found = get(client, ITEMS, filter=text, filter_crs=f"{EPSG}6677")
    assert [feature["id"] for feature in found["features"]] == [1, 2]


def test_pages_of_html_show_rows_whatever_the_system(client: TestClient) -> None:
    response = client.get(
        ITEMS, params={"f": "html", "crs": SYSTEMS[-1], "properties": "name", "skipGeometry": "true"}
    )
    assert response.status_code == 200
    assert "ベンチ1" in response.text


def test_a_place_that_a_projection_cannot_tell_is_refused(
    publish: Callable[[int], None], clients: Any, store: Store
) -> None:
    publish(3)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO layer.benches (name, geom) VALUES ('遠い', ST_Point(-130.1666667, 0, 4326))"
        )
    client = clients(store)
    for query in ({"crs": f"{EPSG}6677"}, {"bbox": "-1e9,-1e9,1e9,1e9", "bbox-crs": f"{EPSG}6677"}):
        assert get(client, ITEMS, 400, **query)["status"] == 400
    near = {"bbox": "-1e5,-1e5,1e5,1e5", "bbox-crs": f"{EPSG}6677", "crs": f"{EPSG}6677"}
    assert get(client, ITEMS, **near)["numberMatched"] == 3


def test_gdal_reads_each_system_in_its_own_axes(address: str) -> None:
    wanted = points(get_json(f"{address}/collections/benches/items?limit=10"))
    for srid in (6677, 6668, 3857):
        done = subprocess.run(
            [sys.executable, "-c", READ, address, f"EPSG:{srid}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert str(srid) in found["crs"]
        moved = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{srid}", always_xy=True).transform(*wanted.T)
        assert np.abs(np.array(found["points"]) - np.column_stack(moved)).max() < 0.01


def get_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)
