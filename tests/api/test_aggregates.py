"""Counts and sums are those of the features; what could point at a person is hidden so that no total tells it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gis_core import mesh
from layers.aggregates import LEAST, hidden
from tests.api.conftest import REGISTERED, Clients, definition
from tests.conftest import Store

AGGREGATE = "/api/collections/benches/aggregate"


def ask(client: TestClient, query: str = "") -> dict[str, Any]:
    response = client.get(f"{AGGREGATE}?{query}")
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    return content


@pytest.fixture(scope="module")
def features(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/collections/benches/items?limit=1000").json()["features"]
    return found


def counted(answer: dict[str, Any]) -> dict[Any, int]:
    return {group["value"]: group["count"] for group in answer["groups"]}


def test_without_a_grouping_there_is_the_total(client: TestClient, features: list[dict[str, Any]]) -> None:
    answer = ask(client, "count&sum=seats,height")
    assert answer["groups"] == []
    assert answer["total"]["count"] == len(features)
    seats = sum(f["properties"]["seats"] or 0 for f in features)
    assert answer["total"]["sum"]["seats"] == seats
    assert isinstance(answer["total"]["sum"]["seats"], int)


def test_groups_by_property_with_conditions(client: TestClient, features: list[dict[str, Any]]) -> None:
    answer = ask(client, "by=seats&sum=height&covered=true")
    covered = [f["properties"] for f in features if f["properties"]["covered"]]
    assert counted(answer) == Counter(p["seats"] for p in covered)
    for group in answer["groups"]:
        heights = [p["height"] for p in covered if p["seats"] == group["value"]]
        assert group["sum"]["height"] == pytest.approx(sum(heights))
    narrowed = ask(client, "by=seats&filter=height%20%3E%2050")
    assert sum(counted(narrowed).values()) == sum(
        1 for f in features if (f["properties"]["height"] or 0) > 50
    )


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, 6])
def test_groups_by_grid_square(client: TestClient, features: list[dict[str, Any]], level: Any) -> None:
    codes = [mesh.encode(*f["geometry"]["coordinates"], level) for f in features]
    assert counted(ask(client, f"by=mesh:{level}")) == Counter(codes)


def test_grid_squares_come_with_their_polygons(client: TestClient) -> None:
    found = ask(client, "by=mesh:3&f=geojson")["features"]
    for feature in found:
        cell = shapely.geometry.shape(feature["geometry"])
        assert cell.bounds == pytest.approx(mesh.decode(feature["properties"]["value"]).as_tuple())


def test_groups_by_the_area_in_which_features_lie(client: TestClient, features: list[dict[str, Any]]) -> None:
    zones = client.get("/api/collections/zones/items").json()["features"]
    shapes = {z["properties"]["name"]: shapely.geometry.shape(z["geometry"]) for z in zones}

    points = [shapely.geometry.shape(f["geometry"]) for f in features]
    found = counted(ask(client, "by=area:zones.name"))
    assert sum(found.values()) == len(points)
    for name, shape in shapes.items():
        # Coordinates are answered rounded, so a bench on an edge may seem to be on either side.
        inside, about = (sum(shape.buffer(by).intersects(p) for p in points) for by in (-1e-6, 1e-6))
        assert inside <= found[name] <= about
    assert any(found[name] for name in shapes)
    titled = client.get("/api/collections/zones/aggregate?by=kind").json()["groups"]
    assert [(g["value"], g["title"], g["count"]) for g in titled] == [("1", "第一種", 3)]


def test_groups_by_year_and_month(client: TestClient, features: list[dict[str, Any]]) -> None:
    days = [f["properties"]["placed"] for f in features]
    assert counted(ask(client, "by=month")) == Counter(d and d[:7] for d in days)
    assert counted(ask(client, "by=year:placed")) == Counter(d and d[:4] for d in days)


def test_csv_is_for_spreadsheets_and_harmless(client: TestClient) -> None:
    response = client.get(f"{AGGREGATE}?by=name&sum=seats&f=csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0] == ["value", "title", "count", "sum_seats", "suppressed"]
    assert len(lines) == 251
    total = client.get(f"{AGGREGATE}?f=csv").content.decode("utf-8-sig").splitlines()
    assert total[1].split(",")[2] == "250"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("by=nothing", "by"),
        ("by=inspector", "by"),
        ("by=mesh:7", "by"),
        ("by=mesh:x", "by"),
        ("by=area:staff_only.name", "by"),
        ("by=area:zones.nothing", "by"),
        ("by=area:benches.name", "by"),
        ("by=year:name", "by"),
        ("by=", "by"),
        ("sum=name", "sum"),
        ("sum=seats,seats", "sum"),
        ("sum=inspector", "sum"),
        ("limit=3", "limit"),
        ("filter=nothing%20%3D%201", "filter"),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, query: str, named: str) -> None:
    response = client.get(f"{AGGREGATE}?{query}")
    assert (response.status_code, response.json()["parameter"]) == (400, named)


def test_small_counts_of_personal_layers_are_hidden_with_one_more(store: Store, clients: Clients) -> None:
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    fields: list[dict[str, Any]] = [
        {"name": "district", "type": "string", "title": {"ja": "地区"}},
        {"name": "people", "type": "integer", "title": {"ja": "人数"}},
        {
            "name": "reporter",
            "type": "string",
            "title": {"ja": "連絡者"},
            "personal": True,
            "visibility": "internal",
        },
    ]
    personal = {"contained": True, "reason": {"ja": "連絡者の名前"}}
    registration = REGISTERED["registration"] | {"personal_data": personal}
    register_layer(definition("reports", fields, registration=registration))
    sizes = {"東": 2, "西": 7, "南": 20}
    rows = [
        (f"{district}{n}", district, 3, "山田", shapely.Point(140 + n / 1000, 36.9).wkb)
        for district, size in sizes.items()
        for n in range(size)
    ]
    names = ("name", "district", "people", "reporter")
    load_rows("reports", Delivery.whole("r.csv", names, (), rows, {}), actor="tests", mode="publish")
    client = clients(store)
    answer = client.get("/api/collections/reports/aggregate?by=district&sum=people").json()
    groups = {g["value"]: g for g in answer["groups"]}
    assert (groups["南"]["count"], groups["南"]["sum"]["people"]) == (20, 60)
    for district in ("東", "西"):
        assert groups[district] == {
            "value": district,
            "count": None,
            "sum": {"people": None},
            "suppressed": True,
        }
    assert answer["total"]["count"] == 29
    alone = client.get("/api/collections/reports/aggregate?district=東").json()["total"]
    assert alone == {"count": None, "sum": {}, "suppressed": True}
    lines = (
        client.get("/api/collections/reports/aggregate?by=district&f=csv")
        .content.decode("utf-8-sig")
        .splitlines()
    )
    assert "東,,,true" in lines


@given(st.lists(st.integers(0, 30), max_size=12))
def test_no_total_tells_what_is_hidden(counts: list[int]) -> None:
    places, total_too = hidden(counts)
    assert all(place in places for place, count in enumerate(counts) if 0 < count < LEAST)
    if places and not total_too:
        assert len(places) >= 2
        assert sum(counts[place] for place in places) >= LEAST
    if not any(0 < count < LEAST for count in counts):
        assert (places, total_too) == (frozenset(), False)
