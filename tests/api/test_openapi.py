"""The OpenAPI document says what the API does, and the answers are as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft4Validator
from starlette.testclient import TestClient

from api.routes import OPERATIONS
from tests.api.conftest import TILE

PLACES = {
    "collectionId": "benches",
    "rasterId": "depth",
    "featureId": "1",
    "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrix": str(TILE[0]),
    "tileRow": str(TILE[1]),
    "tileCol": str(TILE[2]),
}
QUERIES = {
    "search": "?q=ベンチ",
    "getNearest": "?lon=140&lat=36.88",
    "getPlace": "?lon=140&lat=36.88",
    "getWay": "?from=140,36.88&to=140.01,36.88",
    "getReach": "?lon=140&lat=36.88",
    "getRasterValue": "?lon=140&lat=36.88",
    "getRasterProfile": "?coords=140,36.88;140.01,36.88",
    "getRasterStatistics": "?polygon=140,36.88;140.01,36.88;140.01,36.89",
}

# What an API without a store behind it has; what is without end, for some only, or about what this world lacks, is tested elsewhere.
ELSEWHERE = {
    "getStream",
    "getAlert",
    "getImage",
    "getWebhooks",
    "getMetrics",
    "getExposure",
    "getAlertExposure",
}
READING = [o for o in OPERATIONS if o.reads]
ANSWERING = [o for o in READING if o.method == "GET" and o.id not in ELSEWHERE]


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    response = client.get("/api/openapi")
    assert response.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    return response.json()


def test_the_document_is_3_0_and_self_contained(document: Any) -> None:
    assert document["openapi"] == "3.0.3"
    for reference in references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [r for child in node for r in references(child)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [r for child in node.values() for r in references(child)]


def test_operation_ids_are_unique_and_every_operation_is_there(document: Any) -> None:
    ids = [o["operationId"] for methods in document["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids))
    assert {i.split(".")[0] for i in ids} == {o.id for o in READING}


def test_every_visible_property_is_a_parameter_of_items(document: Any) -> None:
    declared = document["paths"]["/collections/benches/items"]["get"]["parameters"]
    names = {p.get("name") or p["$ref"].rsplit(".")[-1].rsplit("/")[-1] for p in declared}
    assert {"limit", "bbox", "datetime", "name", "seats", "covered"} <= names
    assert "inspector" not in names
    assert "/collections/staff_only/items" not in document["paths"]


def test_limit_bbox_and_datetime_are_declared_as_the_standard_asks(document: Any) -> None:
    shared = document["components"]["parameters"]
    limit = shared["getFeatures.limit"]
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["explode"]) == (1, 10_000, False)
    assert shared["bbox"]["schema"] == {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "items": {"type": "number"},
    }
    assert (shared["datetime"]["schema"], shared["datetime"]["style"]) == ({"type": "string"}, "form")


def test_the_document_keeps_the_rules_of_openapi(document: Any) -> None:
    tags, shared = {tag["name"] for tag in document["tags"]}, document["components"]["parameters"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            given = [shared[p["$ref"].rsplit("/")[-1]] if "$ref" in p else p for p in operation["parameters"]]
            names = [(p["in"], p["name"]) for p in given]
            assert len(names) == len(set(names)), path
            assert {p["name"] for p in given if p["in"] == "path" and p["required"]} == set(
                re.findall(r"{(\w+)}", path)
            )
            assert set(operation["tags"]) <= tags
            replies = operation["responses"]
            assert all(reply["description"] for reply in replies.values())
            assert any(status < "300" for status in replies), (method, path)
            assert {"400", "404", "429", "500", "503"} <= replies.keys()
            assert all(
                [*r["content"]] == ["application/problem+json"] for s, r in replies.items() if s >= "400"
            )
            for parameter in given:
                Draft4Validator.check_schema(without_nullable(parameter["schema"]))
    for schema in document["components"]["schemas"].values():
        Draft4Validator.check_schema(without_nullable(schema))


def test_features_are_declared_as_geojson(document: Any) -> None:
    for path, name in (
        ("benches/items", "featureCollectionGeoJSON"),
        ("{collectionId}/items/{featureId}", "featureGeoJSON"),
    ):
        content = document["paths"][f"/collections/{path}"]["get"]["responses"]["200"]["content"]
        assert content["application/geo+json"]["schema"] == {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize("operation", ANSWERING, ids=lambda o: o.id)
def test_answers_are_as_declared(client: TestClient, document: Any, operation: Any) -> None:
    response = client.get("/api" + operation.path.format(**PLACES) + QUERIES.get(operation.id, ""))
    assert response.status_code == 200, response.text
    media = response.headers["content-type"].split("; charset")[0]
    path = operation.path.replace("{collectionId}", "benches") if operation.by_property else operation.path
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    assert media in content
    if operation.schema:
        schema = without_nullable(content[media]["schema"] | {"components": document["components"]})
        Draft4Validator(schema).validate(response.json())


def without_nullable(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(node, list):
        return [without_nullable(child) for child in node]
    if not isinstance(node, dict):
        return node
    plain = {k: without_nullable(v) for k, v in node.items() if k != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def test_errors_are_as_declared(client: TestClient, document: Any) -> None:
    schema = document["components"]["schemas"]["problem"]
    for path in ("/api/nowhere", "/api/collections/benches/items?limit=0"):
        Draft4Validator(schema).validate(client.get(path).json())


def test_the_documentation_lists_every_operation_without_script(client: TestClient) -> None:
    text = client.get("/api/docs").text
    assert "<script" not in text
    assert all(f'id="{o.id}"' in text for o in READING if not (o.by_property or o.by_layer))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_search_finds_by_name_kana_and_address(client: TestClient, language: str) -> None:
    for text in ("ベンチ7", "ﾍﾞﾝﾁ7", "本町7丁目"):
        found = client.get("/api/search", params={"q": text, "lang": language, "limit": 100}).json()
        assert any(f["properties"]["name"] == "ベンチ7" for f in found["features"])
        first = found["features"][0]
        assert client.get(first["links"][0]["href"]).json()["id"] == first["properties"]["feature"]
    assert client.get("/api/search", params={"q": "べんち"}).json()["numberReturned"] == 20


def test_search_does_not_find_what_is_for_staff(client: TestClient) -> None:
    assert client.get("/api/search", params={"q": "秘密"}).json()["features"] == []


@pytest.mark.parametrize("text", ["", " ", "x" * 101])
def test_search_needs_a_text(client: TestClient, text: str) -> None:
    assert client.get("/api/search", params={"q": text}).json()["parameter"] == "q"
