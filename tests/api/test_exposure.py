"""What lies in hazard areas, as the API tells it of the sample city."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
import shapely
from jsonschema import Draft4Validator
from starlette.testclient import TestClient

from gis_core.city import City
from tests.api.conftest import Clients
from tests.api.test_openapi import without_nullable
from tests.conftest import Store, _connect_django

FLOOD = "/api/exposure/flood_depth"
# A square in the middle of the sample city.
SQUARE = shapely.box(140.0, 36.85, 140.04, 36.88)
GEOJSON = {"content-type": "application/geo+json"}


@pytest.fixture(scope="module")
def client(loaded_store: Store, city: City) -> Iterator[TestClient]:
    from layers.services.exposure import renew

    _connect_django("samples")
    renew()
    _connect_django("postgres")
    made = Clients(city, [])
    yield made(loaded_store)
    made.opened[0].__exit__(None, None, None)


def get(client: TestClient, path: str = FLOOD, **query: Any) -> Any:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


def table(client: TestClient, part: str) -> list[dict[str, str]]:
    response = client.get(FLOOD, params={"f": "csv", "part": part, "lang": "ja"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_each_class_has_its_sites_roads_and_people_and_all_add_up(client: TestClient) -> None:
    found = get(client)
    ids = [kind["id"] for kind in found["classes"]]
    assert ids == ["0.01-0.5", "0.5-3", "3-5", "5-10", "10-20", "20-"]
    assert (found["kind"], found["current"], found["stale"]) == ("flood", True, [])
    assert [count["collection"] for count in found["counts"]] == [
        "evacuation_sites", "evacuation_shelters", "medical_institutions", "facilities", "aed", "wifi_hotspots",
    ]  # fmt: skip
    for count in found["counts"]:
        assert count["total"]["count"] == sum(c["count"] for c in count["byClass"].values()) > 0
    for sums in (found["roads"], found["area"]):
        assert sums["total"] == pytest.approx(sum(sums["byClass"].values()), abs=1)
    assert found["people"]["total"] == pytest.approx(sum(found["people"]["byClass"].values()), abs=6)
    assert found["people"]["total"] > 1000
    assert found["counts"][1]["total"]["capacity"] > 0


def test_the_answer_is_as_declared(client: TestClient) -> None:
    document = client.get("/api/openapi").json()
    schema = {"$ref": "#/components/schemas/exposure", "components": document["components"]}
    validator = Draft4Validator(without_nullable(schema))
    validator.validate(get(client))
    posted = client.post("/api/exposure", content=shapely.to_geojson(SQUARE), headers=GEOJSON)
    validator.validate(posted.json())
    asked = document["paths"]["/exposure"]["post"]
    assert "security" not in asked
    assert {"200", "413", "415"} <= asked["responses"].keys()
    assert not {"201", "403"} & asked["responses"].keys()


def test_one_class_is_told_alone(client: TestClient) -> None:
    whole, one = get(client), get(client, **{"class": "3-5"})
    assert [kind["id"] for kind in one["classes"]] == ["3-5"]
    assert one["roads"]["total"] == one["roads"]["byClass"]["3-5"] == whole["roads"]["byClass"]["3-5"]
    assert {tuple(site["classes"]) for site in one["sites"]} == {("3-5",)}
    response = client.get(FLOOD, params={"class": "x"})
    assert (response.status_code, response.json()["parameter"]) == (400, "class")


def test_sites_to_go_to_that_lie_in_the_water_are_named(client: TestClient) -> None:
    found = get(client)
    names = {site["collection"] for site in found["unusable"]}
    assert names == {"evacuation_sites", "evacuation_shelters"}
    wet = [site for site in found["unusable"] if site["collection"] == "evacuation_sites"]
    assert len(wet) == found["counts"][0]["total"]["count"]
    for site in wet[:3]:
        value = get(client, "/api/rasters/flood_depth/value", lon=site["longitude"], lat=site["latitude"])[
            "class"
        ]
        assert [f"{value['minimum']:g}-{value['maximum']:g}"] == site["classes"]
        item = get(client, f"/api/collections/evacuation_sites/items/{site['id']}")["properties"]
        assert (site["name"], site["designated"]) == (item["name"], item["flood"])


def test_zones_are_told_by_their_official_classes(client: TestClient) -> None:
    found = get(client, "/api/exposure/landslide_zones")
    assert {"1-1", "1-2"} <= {kind["id"] for kind in found["classes"]}
    assert found["area"]["total"] < sum(found["area"]["byClass"].values())
    one = get(client, "/api/exposure/landslide_zones", **{"class": "1-2"})
    assert one["area"]["total"] == found["area"]["byClass"]["1-2"]


def test_small_numbers_of_people_are_not_told(client: TestClient) -> None:
    found = get(client)
    for line in (*found["towns"], *found["mesh"]):
        numbers = [*line["byClass"].values(), line["total"]]
        assert all(n is None or n == 0 or n >= 5 for n in numbers)
        assert ("suppressed" in line) == (None in numbers)
    assert any("suppressed" in line for line in found["mesh"])


def test_the_map_gets_points_towns_and_squares(client: TestClient) -> None:
    found = get(client)
    sites = get(client, f="geojson")["features"]
    assert len(sites) == len(found["sites"])
    assert {f["geometry"]["type"] for f in sites} == {"Point"}
    assert any(f["properties"]["unusable"] for f in sites)
    towns = get(client, f="geojson", part="towns")["features"]
    assert {f["geometry"]["type"] for f in towns} == {"MultiPolygon"}
    assert [f["properties"]["name"] for f in towns] == [town["name"] for town in found["towns"]]
    squares = get(client, f="geojson", part="mesh")["features"]
    assert [f["properties"]["code"] for f in squares] == [cell["code"] for cell in found["mesh"]]


def test_tables_hold_what_the_answer_holds(client: TestClient) -> None:
    found = get(client)
    rows = table(client, "summary")
    roads = [row for row in rows if row["項目"] == "道路" and row["区分"] == "計"]
    assert float(roads[0]["延長（m）"]) == found["roads"]["total"]
    assert len(table(client, "sites")) == len(found["sites"])
    assert [row["名称"] for row in table(client, "towns")] == [town["name"] for town in found["towns"]]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(FLOOD, params={"f": "xlsx", "lang": "ja"}).content), read_only=True
    )
    assert book.sheetnames == ["概要", "施設", "町丁・字別人口", "メッシュ別人口"]
    assert sum(1 for _ in book["施設"].rows) == len(found["sites"]) + 1
    book.close()


def test_a_drawn_area_is_answered_for_everybody(client: TestClient) -> None:
    response = client.post("/api/exposure", content=shapely.to_geojson(SQUARE), headers=GEOJSON)
    assert response.status_code == 200, response.text
    found = response.json()
    assert found["area"]["total"] == pytest.approx(11_866_000, rel=0.01)
    bbox = ",".join(map(str, SQUARE.bounds))
    for count in found["counts"]:
        items = get(client, f"/api/collections/{count['collection']}/items", bbox=bbox, limit=1000, f="json")
        assert count["total"]["count"] == items["numberReturned"]
    assert found["people"]["total"] > 0
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(SQUARE)}
    again = client.post("/api/exposure?lang=ja&f=csv&part=sites", json=feature)
    assert len(again.text.splitlines()) == len(found["sites"]) + 1


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"type":"Point","coordinates":[140,36]}',
        '{"type":"Polygon","coordinates":[[[140,36],[140,36],[140,36],[140,36]]]}',
        '{"type":"Polygon","coordinates":[[[1400,36],[1401,36],[1401,37],[1400,36]]]}',
        "[1]",
        "no",
    ],
)
def test_what_is_no_area_is_refused(client: TestClient, body: str) -> None:
    response = client.post("/api/exposure", content=body, headers=GEOJSON)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


def test_too_many_vertices_and_other_hazards_and_alerts_are_refused(client: TestClient) -> None:
    round_ = shapely.to_geojson(shapely.Point(140, 36.9).buffer(0.1, quad_segs=4000))
    assert client.post("/api/exposure", content=round_, headers=GEOJSON).status_code == 413
    assert client.post("/api/exposure", content="{}").status_code == 415
    for path in ("/api/exposure/roads", "/api/exposure/none", "/api/exposure?alert=999999"):
        assert client.get(path).status_code == 404
    assert client.get("/api/exposure").status_code == 400
