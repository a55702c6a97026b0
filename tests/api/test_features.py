"""OGC API – Features Part 1: core, GeoJSON, HTML (17-069r4)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from api import conformance
from api.routes import OPERATIONS
from tests.api.conftest import BENCHES, bench

ITEMS = "/api/collections/benches/items"


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    response = client.get(path, params=query)
    assert response.status_code == status, response.text
    return response.json()


def links(document: Any) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in reversed(document["links"])}


def test_the_landing_page_links_to_what_the_standard_asks_for(client: TestClient) -> None:
    found = get(client, "/api/")
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(links(found))
    assert get(client, "/api")["title"] == found["title"]


def test_every_link_of_the_landing_page_and_a_collection_resolves(client: TestClient) -> None:
    for path in ("/api/", "/api/collections/benches", "/api/collections/benches/tiles/WebMercatorQuad"):
        for link in get(client, path)["links"]:
            if not link.get("templated"):
                response = client.get(link["href"])
                assert response.status_code == 200, link
                assert response.headers["content-type"].split("; charset")[0] == link["type"], link


def test_the_conformance_names_no_class_that_is_not_there(client: TestClient) -> None:
    classes = get(client, "/api/conformance")["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    assert not any("features-9" in uri or uri.endswith("gmlsf0") for uri in classes)
    # This API only reads.
    needs = {uri for uri in conformance.NEEDS if "features-4" not in uri}
    assert set(classes) == needs
    without = [operation for operation in OPERATIONS if operation.id != "getQueryables"]
    assert {c for c in needs if "/ogcapi-features-3/" in c} - set(conformance.conformance_classes(without))


def test_collections_show_only_what_the_public_may_see(client: TestClient) -> None:
    ids = [c["id"] for c in get(client, "/api/collections")["collections"]]
    assert {"benches", "zones", "nothing"} <= set(ids)
    assert "staff_only" not in ids
    assert get(client, "/api/collections/staff_only", 404)["status"] == 404
    assert get(client, "/api/collections/staff_only/items", 404)["status"] == 404


def test_a_collection_says_its_size_freshness_owner_and_extent(client: TestClient) -> None:
    found = get(client, "/api/collections/benches")
    assert found["itemCount"] == BENCHES
    assert found["department"] == "都市計画課"
    assert datetime.fromisoformat(found["updated"]).tzinfo is not None
    west, south, east, north = found["extent"]["spatial"]["bbox"][0]
    assert west < 139.95 < east
    assert south < 36.80 < north
    assert found["crs"][0] == found["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def test_the_items_link_has_no_query_because_gdal_appends_to_it(client: TestClient) -> None:
    items = [x for x in get(client, "/api/collections/benches")["links"] if x["rel"] == "items"]
    assert {"application/geo+json", "text/html"} == {x["type"] for x in items}
    assert all("?" not in x["href"] for x in items if x["type"] == "application/geo+json")


def test_items_are_geojson_with_counts_time_and_links(client: TestClient) -> None:
    response = client.get(ITEMS)
    found = response.json()
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert (found["numberMatched"], found["numberReturned"], len(found["features"])) == (BENCHES, 100, 100)
    assert found["timeStamp"].endswith("Z")
    assert {"self", "alternate", "next", "collection"} <= set(links(found))
    assert "ベンチ1" in response.text


def test_fields_for_staff_are_in_no_answer(client: TestClient) -> None:
    for path in (ITEMS, ITEMS + "/1", "/api/collections/benches/schema", "/api/openapi"):
        text = client.get(path).text
        assert "inspector" not in text
        assert "山田" not in text


def test_pages_hold_every_feature_once_and_the_last_has_no_next(client: TestClient) -> None:
    url, seen = f"{ITEMS}?limit=60&bbox=139,36,141,38", []
    while url:
        page = client.get(url).json()
        assert page["numberMatched"] == BENCHES
        seen += [feature["id"] for feature in page["features"]]
        url = links(page).get("next", "")
    assert len(seen) == len(set(seen)) == BENCHES


def test_more_than_the_maximum_is_the_maximum(client: TestClient) -> None:
    assert get(client, ITEMS, limit=100_000)["numberReturned"] == BENCHES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", v) for v in ("0", "-1", "abc", "1.5", "", "1_0")),
        *(("bbox", v) for v in ("abc", "1,2,3", "1,2,3,4,5", "1,2,3,x", "nan,0,1,1", "0,5,1,-5", "")),
        *(
            ("datetime", v)
            for v in ("yesterday", "2020-13-45", "2020-01-01T00:00:00Z/2019", "", "../..", "a/b/c")
        ),
        ("datetime", "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"),
        ("cursor", "***"),
        ("f", "dwg"),
        ("lang", "xx"),
        ("seats", "many"),
        ("seats", "99999999999999999999"),
        ("height", "nan"),
        ("covered", "maybe"),
        ("placed", "2026-02-30"),
        ("name", "a\x00b"),
        ("inspector", "山田"),
        ("unknown", "1"),
        ("crs", "http://www.opengis.net/def/crs/EPSG/0/4301"),
        ("bbox-crs", "abc"),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, name: str, value: str) -> None:
    response = client.get(ITEMS, params={name: value})
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["parameter"] == name
    assert {"type", "title", "status", "detail"} <= set(response.json())


def test_the_same_parameter_twice_is_refused(client: TestClient) -> None:
    assert client.get(f"{ITEMS}?limit=1&limit=2").json()["parameter"] == "limit"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/conformance", "/api/collections", "/api/status", f"{ITEMS}/1"]
)
def test_unknown_parameters_are_refused_everywhere(client: TestClient, path: str) -> None:
    assert get(client, path, 400, unknown="1")["parameter"] == "unknown"


def test_bbox_keeps_what_meets_it(client: TestClient) -> None:
    inside = get(client, ITEMS, bbox="139.94,36.79,140.0,36.81", limit=1000)
    assert 0 < inside["numberMatched"] < BENCHES
    for feature in inside["features"]:
        assert 139.94 <= feature["geometry"]["coordinates"][0] <= 140.0
    assert (
        get(client, ITEMS, bbox="139.94,36.79,-5,140.0,36.81,900")["numberMatched"] == inside["numberMatched"]
    )
    assert get(client, ITEMS, bbox="0,0,1,1")["numberMatched"] == 0


def test_a_bbox_across_the_180th_meridian_keeps_its_near_half(client: TestClient) -> None:
    assert get(client, ITEMS, bbox="139,36,-170,38")["numberMatched"] == BENCHES
    assert get(client, ITEMS, bbox="179,36,-170,38")["numberMatched"] == 0


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-01-05", 1),
        ("2026-01-01/2026-01-10", 10),
        ("../2026-01-10T00:00:00+09:00", 10),
        ("2026-01-10T00:00:00Z/", BENCHES - 10),
        ("2020-01-01T00:00:00Z", 0),
    ],
)
def test_datetime_keeps_what_meets_the_interval(client: TestClient, when: str, expected: int) -> None:
    assert get(client, ITEMS, datetime=when)["numberMatched"] == expected


def test_a_layer_without_time_is_not_filtered_by_it(client: TestClient) -> None:
    assert get(client, "/api/collections/zones/items", datetime="1990-01-01")["numberMatched"] == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "ベンチ7"}, 1),
        ({"seats": "3"}, 50),
        ({"height": "3.5"}, 1),
        ({"covered": "true"}, 125),
        ({"placed": "2026-01-03"}, 1),
        ({"seats": "3", "covered": "false", "limit": "2"}, 25),
        ({"name": "' OR true --"}, 0),
    ],
)
def test_properties_are_filters(client: TestClient, query: dict[str, str], expected: int) -> None:
    assert get(client, ITEMS, **query)["numberMatched"] == expected


def test_the_next_link_keeps_the_filters(client: TestClient) -> None:
    page = get(client, ITEMS, covered="true", limit=100)
    assert client.get(links(page)["next"]).json()["numberReturned"] == 25


def test_a_feature_has_its_id_links_and_version(client: TestClient) -> None:
    listed = get(client, ITEMS, limit=1)["features"][0]
    response = client.get(f"{ITEMS}/{listed['id']}")
    found = response.json()
    assert {k: found[k] for k in listed} == listed
    assert {"self", "alternate", "collection"} <= set(links(found))
    assert json.loads(response.headers["etag"]) == "1"


@pytest.mark.parametrize("number", ["999999", "-1", "abc", "1.5", "9" * 30, "%00", "１"])
def test_a_feature_that_is_not_there_is_not_found(client: TestClient, number: str) -> None:
    assert get(client, f"{ITEMS}/{number}", 404)["status"] == 404


def test_an_empty_layer_answers_an_empty_collection(client: TestClient) -> None:
    found = get(client, "/api/collections/nothing/items")
    assert (found["numberMatched"], found["features"]) == (0, [])
    assert "extent" not in get(client, "/api/collections/nothing")


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/conformance",
        "/api/collections",
        "/api/collections/benches",
        ITEMS,
        f"{ITEMS}/1",
        "/api/docs",
    ],
)
def test_pages_are_html_in_the_readers_language(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"accept": "text/html,*/*;q=0.8", "accept-language": "en-GB"})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in response.text
    assert "style-src 'sha256-" in response.headers["content-security-policy"]
    assert '<html lang="ja">' in client.get(path, params={"f": "html", "lang": "ja-easy"}).text


def test_what_the_data_holds_is_text_in_a_page(client: TestClient) -> None:
    text = client.get(ITEMS, params={"f": "html", "limit": 3}).text
    assert "&lt;b&gt;危険&lt;/b&gt; &amp;" in text
    assert bench(0)[0] not in text


@pytest.mark.parametrize("name", ["queryables", "schema", "sortables"])
def test_schemas_describe_the_visible_fields(client: TestClient, name: str) -> None:
    response = client.get(f"/api/collections/benches/{name}")
    found = response.json()
    assert response.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(found)
    assert found["$id"].endswith(f"/collections/benches/{name}")
    assert found["properties"]["seats"].items() >= {"title": "席数", "type": "integer"}.items()
    assert found["properties"]["placed"]["x-ogc-role"] == "primary-instant"
    assert found["properties"]["height"]["x-ogc-unit"] == "m"
    assert ("geom" in found["properties"]) == (name != "sortables")
    places = [schema["x-ogc-propertySeq"] for schema in found["properties"].values()]
    assert places == sorted(set(places))


def test_the_schema_names_roles_and_code_lists_with_their_titles(client: TestClient) -> None:
    found = get(client, "/api/collections/zones/schema")["properties"]
    assert found["geom"].items() >= {"format": "geometry-polygon", "x-ogc-role": "primary-geometry"}.items()
    assert found["id"].items() >= {"type": "integer", "x-ogc-role": "id", "readOnly": True}.items()
    assert (found["kind"]["enum"], found["kind"]["oneOf"]) == (["1"], [{"const": "1", "title": "第一種"}])


def test_every_feature_is_as_the_schema_says(client: TestClient) -> None:
    schema = get(client, "/api/collections/benches/schema")
    for feature in get(client, ITEMS, limit=1000)["features"]:
        values = {k: v for k, v in feature["properties"].items() if v is not None}
        Draft202012Validator(schema).validate({"id": feature["id"], "geom": feature["geometry"], **values})


def test_an_error_speaks_the_askers_language(client: TestClient) -> None:
    english = get(client, "/api/collections/none", 404, lang="en")
    assert english["title"] == "Not found"
    assert "レイヤ" in get(client, "/api/collections/none", 404)["detail"]


def test_unknown_addresses_and_methods_are_problems(client: TestClient) -> None:
    assert get(client, "/api/nowhere", 404)["status"] == 404
    refused = client.post(ITEMS, json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_and_options_work_and_other_sites_may_read(client: TestClient) -> None:
    head, full = client.head(ITEMS), client.get(ITEMS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == full.headers["etag"]
    preflight = client.options(ITEMS, headers={"origin": "https://example.org"})
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert full.headers["access-control-allow-origin"] == "*"
    assert client.get("/api/nowhere").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}?bbox=%ff",
        f"{ITEMS}?name=%ff%fe",
        f"{ITEMS}?bbox=-1e308,-1e308,1e308,1e308",
        f"{ITEMS}?datetime=0001-01-01T00:00:00%2B09:00/..",
        f"{ITEMS}?datetime=0001-01-01/9999-12-31",
        f"{ITEMS}?height=1e300",
        f"{ITEMS}?limit={'9' * 30}",
        f"{ITEMS}?placed=0001-01-01",
        f"{ITEMS}/9223372036854775807",
        "/api/collections/%ff/items",
        "/api/search?q=%25_%5C",
        "/api/rasters/depth/tiles/WebMercatorQuad/24/6546000/14913000.png",
        "/api//",
    ],
)
def test_strange_requests_never_break_the_server(client: TestClient, path: str) -> None:
    assert client.get(path).status_code < 500


def test_a_number_is_written_with_a_fraction_and_shown_without(client: TestClient) -> None:
    assert b'"height":1.0,' in client.get(f"{ITEMS}?name=ベンチ2").content
    assert "<td>1</td>" in client.get(f"{ITEMS}?name=ベンチ2&f=html").text
    assert "1.0" not in client.get(f"{ITEMS}/3?f=html").text
