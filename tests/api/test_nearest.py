"""The nearest features, in the right order anywhere on the earth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from pyproj import Geod
from starlette.testclient import TestClient

from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery
from layers.nearest import nearest_statement
from tests.conftest import Store

NEAREST = "/api/collections/benches/nearest"
GEOD = Geod(ellps="WGS84")


def ask(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    response = client.get(NEAREST, params={"lon": 140.0, "lat": 36.85, **query})
    assert response.status_code == 200, response.text
    features: list[dict[str, Any]] = response.json()["features"]
    return features


def test_the_nearest_come_first_with_metres_on_the_ellipsoid(client: TestClient) -> None:
    features = ask(client, limit=5)
    metres = [f["properties"]["distance_m"] for f in features]
    assert len(features) == 5
    assert metres == sorted(metres)
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]
        assert feature["properties"]["distance_m"] == pytest.approx(
            GEOD.inv(140.0, 36.85, lon, lat)[2], abs=0.02
        )


def test_conditions_and_the_farthest_distance_narrow_the_answer(client: TestClient) -> None:
    assert all(f["properties"]["seats"] == 3 for f in ask(client, seats=3))
    assert all(
        f["properties"]["covered"] for f in ask(client, filter="covered = true AND seats < 3", limit=50)
    )
    near = ask(client, max_m=2000, limit=1000)
    assert 0 < len(near) < 250
    assert all(f["properties"]["distance_m"] <= 2000 for f in near)
    assert ask(client, max_m=0) == []
    assert len(ask(client, limit=1000)) == 250


def test_who_stands_in_an_area_is_no_metre_away(client: TestClient) -> None:
    found = client.get("/api/collections/zones/nearest?lon=140.005&lat=36.855&limit=2").json()["features"]
    assert [f["properties"]["distance_m"] > 0 for f in found] == [False, True]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"lon": "x"}, "lon"),
        ({"lat": 91}, "lat"),
        ({"limit": 0}, "limit"),
        ({"max_m": -1}, "max_m"),
        ({"max_m": "nan"}, "max_m"),
        ({"inspector": "山田"}, "inspector"),
        ({"at": "2026-01-01"}, "at"),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, query: dict[str, Any], named: str) -> None:
    response = client.get(NEAREST, params={"lon": 140.0, "lat": 36.85, **query})
    assert (response.status_code, response.json()["parameter"]) == (400, named)


def test_who_holds_the_answer_is_told_so(client: TestClient) -> None:
    address = f"{NEAREST}?lon=140&lat=36.9"
    tag = client.get(address).headers["etag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304


def test_an_empty_layer_has_none(client: TestClient) -> None:
    found = client.get("/api/collections/nothing/nearest?lon=140&lat=36.9").json()
    assert (found["numberReturned"], found["features"]) == (0, [])


Ask = Callable[[list[tuple[float, float]], tuple[float, float], int], list[tuple[int, float]]]


@pytest.fixture(scope="module")
def nearest_of(world: Store) -> Iterator[Ask]:
    """Put points in a layer, for this connection alone, and ask for the nearest to another."""
    from layers.selectors import catalogue
    from tests.conftest import _connect_django

    _connect_django("api_world")
    info: LayerInfo = catalogue().layer("nothing")
    _connect_django("postgres")
    with psycopg.connect(world.url) as connection:

        def ask(
            points: list[tuple[float, float]], here: tuple[float, float], limit: int
        ) -> list[tuple[int, float]]:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("layer", "nothing")))
                cursor.executemany(
                    sql.SQL(
                        "INSERT INTO {} (id, geom) VALUES (%s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))"
                    ).format(sql.Identifier("layer", "nothing")),
                    [(number, *point) for number, point in enumerate(points)],
                )
                statement = nearest_statement(info, ItemsQuery(limit=limit), *here)
                cursor.execute(statement.text, statement.parameters)  # type: ignore[arg-type]
                row = cursor.fetchone()
            assert row is not None
            found = orjson.loads(b"[" + row[0] + b"]")
            return [(f["id"], f["properties"]["distance_m"]) for f in found]

        yield ask
        connection.rollback()


def near(west: float, south: float, east: float, north: float) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(west, east), st.floats(south, north)).map(
        lambda point: (round(point[0], 7), round(point[1], 7))
    )


# The city; the north, where degrees mislead most; both sides of the 180° meridian; around the pole; all the earth.
WHERE = st.one_of(
    near(139.9, 36.7, 140.3, 37.0),
    near(10.0, 70.0, 40.0, 89.0),
    st.one_of(near(178.0, -20.0, 180.0, 20.0), near(-180.0, -20.0, -178.0, 20.0)),
    near(-180.0, 85.0, 180.0, 90.0),
    near(-180.0, -90.0, 180.0, 90.0),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(WHERE, min_size=1, max_size=25), here=WHERE, limit=st.integers(1, 6))
def test_the_order_is_that_of_measuring_all(
    nearest_of: Ask, points: list[tuple[float, float]], here: tuple[float, float], limit: int
) -> None:
    measured = sorted(GEOD.inv(*here, *point)[2] for point in points)[:limit]
    found = nearest_of(points, here, limit)
    assert [metres for _, metres in found] == pytest.approx(measured, rel=1e-6, abs=0.02)
    for number, metres in found:
        assert GEOD.inv(*here, *points[number])[2] == pytest.approx(metres, rel=1e-6, abs=0.02)
