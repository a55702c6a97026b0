"""Features Part 4: create, replace, update and delete, by those who may, all or none, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import TILE, bench_fields, definition
from tests.api.test_keys import by_cookie
from tests.conftest import Store

ITEMS = "/api/collections/benches/items"
GEOJSON = {"content-type": "application/geo+json"}
PATCH = {"content-type": "application/merge-patch+json"}


@pytest.fixture
def api(publish: Callable[[int], None], clients: Any, store: Store) -> TestClient:
    from layers.services.registry import register_layer
    from machizu.behind import Store as Behind

    publish(3)
    register_layer(definition("guarded", [], approval={"second_person": True}))
    client: TestClient = clients(store, behind=Behind(), body_bytes=200_000, body_features=100)
    return client


@pytest.fixture
def editor(key: Any) -> dict[str, str]:
    """A key that may write the layers of the planning department."""
    made: dict[str, str] = key("editor", department="planning")
    return made


def feature(place: tuple[float, float] = (140.02, 36.88), **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(place)}
    return {"type": "Feature", "geometry": geometry, "properties": {"name": "新しいベンチ", **properties}}


def post(api: TestClient, content: Any, *headers: dict[str, str], path: str = ITEMS) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return api.post(path, content=body, headers=GEOJSON | {k: v for h in headers for k, v in h.items()})


def test_options_tell_what_may_be_done(api: TestClient) -> None:
    items, item = api.options(ITEMS), api.options(f"{ITEMS}/1")
    assert items.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert items.headers["accept-post"] == "application/geo+json, application/json"
    assert item.headers["allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    assert item.headers["accept-patch"] == "application/merge-patch+json"
    assert api.options("/api/collections").headers["allow"] == "GET, HEAD, OPTIONS"
    refused = api.delete(ITEMS)
    assert (refused.status_code, refused.headers["allow"]) == (405, items.headers["allow"])


def test_the_classes_of_part_4_are_named(api: TestClient) -> None:
    part = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
    classes = {c for c in api.get("/api/conformance").json()["conformsTo"] if c.startswith(part)}
    names = {"create-replace-delete", "update", "features", "optimistic-locking-etags"}
    assert classes == {part + name for name in names}


def test_a_created_feature_is_where_location_says_and_counted_at_once(api: TestClient, editor: Any) -> None:
    before = api.get(f"{ITEMS}?limit=1").json()["numberMatched"]
    made = post(api, feature(seats=3, inspector="佐藤"), editor)
    assert (made.status_code, made.json()["warnings"]) == (201, [])
    found = api.get(made.headers["location"], headers=editor)
    assert found.headers["etag"] == made.headers["etag"]
    assert found.json()["id"] == made.json()["ids"][0]
    assert found.json()["geometry"]["coordinates"] == [140.02, 36.88]
    assert (found.json()["properties"]["seats"], found.json()["properties"]["inspector"]) == (3, "佐藤")
    assert api.get(f"{ITEMS}?limit=1").json()["numberMatched"] == before + 1
    assert api.get("/api/collections/benches").json()["itemCount"] == before + 1


def test_what_was_read_can_be_sent_back_and_changes_nothing(api: TestClient, editor: Any) -> None:
    for system in ("CRS84", "EPSG/0/6677", "EPSG/0/4326", "EPSG/0/6668", "EPSG/0/3857"):
        uri = f"http://www.opengis.net/def/crs/{'OGC/1.3/' if system == 'CRS84' else ''}{system}"
        read = api.get(f"{ITEMS}/2", params={"crs": uri}, headers=editor)
        assert read.status_code == 200, read.text
        headers = GEOJSON | editor | {"content-crs": f"<{uri}>", "if-match": read.headers["etag"]}
        sent = api.put(f"{ITEMS}/2", content=read.content, headers=headers)
        assert (sent.status_code, sent.json()["revision"]) == (200, 1), (system, sent.text)


def test_a_feature_is_replaced_patched_and_deleted(api: TestClient, editor: Any) -> None:
    path = f"{ITEMS}/1"
    replaced = api.put(path, json=feature(name="置き換え"), headers=editor | GEOJSON)
    assert (replaced.status_code, replaced.json()["ids"]) == (200, [1])
    assert api.get(path).json()["properties"]["seats"] is None
    patch = {"properties": {"seats": 4}, "geometry": {"coordinates": [140.03, 36.89]}}
    patched = api.patch(path, content=json.dumps(patch), headers=editor | PATCH)
    assert patched.status_code == 200
    assert patched.headers["etag"] == api.get(path, headers=editor).headers["etag"]
    found = api.get(path).json()
    assert (found["properties"]["name"], found["properties"]["seats"]) == ("置き換え", 4)
    assert found["geometry"]["coordinates"] == [140.03, 36.89]
    deleted = api.delete(path, headers=editor)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.delete(path, headers=editor).status_code == 404
    assert api.put(path, json=feature(), headers=editor | GEOJSON).status_code == 404


def test_an_id_in_the_body_is_not_the_features(api: TestClient, editor: Any) -> None:
    assert post(api, feature() | {"id": 1}, editor).json()["ids"] != [1]
    assert api.put(f"{ITEMS}/2", json=feature() | {"id": 1}, headers=editor | GEOJSON).json()["ids"] == [2]


def test_a_change_of_what_has_changed_meanwhile_is_refused(api: TestClient, editor: Any) -> None:
    path = f"{ITEMS}/1"
    held = {"if-match": api.get(path, headers=editor | {"accept-encoding": "gzip"}).headers["etag"]}
    assert (
        api.patch(path, content=b'{"properties": {"seats": 4}}', headers=editor | PATCH | held).status_code
        == 200
    )
    for send in (
        lambda: api.put(path, json=feature(), headers=editor | GEOJSON | held),
        lambda: api.patch(path, content=b"{}", headers=editor | PATCH | held),
        lambda: api.delete(path, headers=editor | held),
    ):
        assert send().status_code == 412
    assert api.delete(path, headers=editor | {"if-match": '"x"'}).json()["parameter"] == "If-Match"
    assert api.delete(path, headers=editor | {"if-match": '"999999", W/"2-a"'}).status_code == 204


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"", "application/geo+json"),
        (b"{", "application/geo+json"),
        (b"\xff", "application/geo+json"),
        (b"[]", "application/geo+json"),
        (b"null", "application/geo+json"),
        (b'{"type": "Point", "coordinates": [140, 36]}', "application/geo+json"),
        (b'{"type": "FeatureCollection"}', "application/geo+json"),
        (b'{"type": "FeatureCollection", "features": []}', "application/geo+json"),
        (b'{"type": "Feature", "geometry": null, "properties": []}', "application/json"),
        (b"[" * 5000, "application/geo+json"),
        (
            b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [NaN, 1]}}',
            "application/geo+json",
        ),
        (
            b'{"type": "Feature", "geometry": {"type": "Circle", "coordinates": [140, 36]}, "properties": {}}',
            "application/json",
        ),
        (
            b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [140]}, "properties": {}}',
            "application/json",
        ),
        (
            b'{"type": "Feature", "geometry": {"type": "Point"}, "properties": {"name": "a"}}',
            "application/json",
        ),
    ],
)
def test_a_bad_body_is_a_bad_request_and_leaves_nothing(
    api: TestClient, editor: Any, body: bytes, media: str
) -> None:
    answer = api.post(ITEMS, content=body, headers=editor | {"content-type": media})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert api.get(f"{ITEMS}?limit=1").json()["numberMatched"] == 3


@pytest.mark.parametrize(
    "media", ["text/plain", "application/xml", "", "application/geo+json; charset=shift_jis"]
)
def test_another_type_of_body_is_refused(api: TestClient, editor: Any, media: str) -> None:
    sent = json.dumps(feature())
    assert api.post(ITEMS, content=sent, headers=editor | {"content-type": media}).status_code == 415
    assert api.patch(f"{ITEMS}/1", content=b"{}", headers=editor | GEOJSON).status_code == 415


def test_each_fault_is_told_by_place_field_and_remedy_in_two_languages(api: TestClient, editor: Any) -> None:
    several = [feature(), feature(seats="三", colour="赤"), feature((36.88, 140.02))]
    answer = post(api, {"type": "FeatureCollection", "features": several}, editor)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert [(e["index"], e["field"], e["rule"]) for e in errors] == [
        (1, "seats", "value.type"),
        (1, "colour", "field.unknown"),
        (2, "geom", "coordinates.swapped"),
    ]
    assert all(e["message"]["ja"] and e["message"]["en"] for e in errors)
    assert api.get(f"{ITEMS}?limit=1").json()["numberMatched"] == 3


def test_many_features_are_written_in_one_revision(api: TestClient, editor: Any) -> None:
    features = [feature(seats=n % 5) for n in range(100)]
    answer = post(api, {"type": "FeatureCollection", "features": features}, editor)
    assert (answer.status_code, len(answer.json()["ids"]), answer.json()["revision"]) == (201, 100, 2)
    assert "location" not in answer.headers
    changes = api.get("/api/collections/benches/changes?since=1").json()
    assert [c["id"] for c in changes["changes"]] == answer.json()["ids"]


def test_too_much_at_a_time_is_refused(api: TestClient, editor: Any) -> None:
    features = {"type": "FeatureCollection", "features": [feature()] * 101}
    assert post(api, features, editor).status_code == 413
    assert post(api, feature(name="あ" * 200_000), editor).status_code == 413
    assert api.post(ITEMS, content=iter([b" " * 100_000] * 3), headers=editor | GEOJSON).status_code == 413


def test_who_shows_no_key_is_asked_for_one_before_his_body_is_read(api: TestClient) -> None:
    answer = post(api, b" " * 1_000_000)
    assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)
    assert api.delete(f"{ITEMS}/1").status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"role": "viewer", "department": "planning"}, 403),
        ({"role": "editor", "department": "fire"}, 403),
        ({"role": "system", "department": "planning", "layers": ["guarded"]}, 403),
        ({"role": "system", "department": "planning", "layers": ["benches"]}, 201),
        ({"role": "administrator"}, 201),
    ],
)
def test_who_may_write(
    api: TestClient,
    key: Any,
    given: dict[str, Any],
    status: int,
) -> None:
    from layers.services.registry import register_departments

    register_departments({"fire": {"ja": "消防"}})
    assert post(api, feature(), key(**given)).status_code == status


def test_a_layer_that_needs_a_second_person_is_not_written_directly(api: TestClient, editor: Any) -> None:
    answer = post(api, feature(), editor, path="/api/collections/guarded/items")
    assert answer.status_code == 409
    assert "/collections/guarded/items" in api.get("/api/openapi").json()["paths"]
    assert "post" not in api.get("/api/openapi").json()["paths"]["/collections/guarded/items"]


def test_history_and_audit_name_the_key(api: TestClient, editor: Any) -> None:
    from layers.models import Revision
    from layers.selectors import audit_entries

    post(api, feature(), editor)
    assert Revision.objects.get(layer_id="benches", revision=2).actor == "key:booking"
    assert audit_entries(actor="key:booking")[0]["action"] == "feature.create"


def test_an_unknown_system_of_coordinates_is_named(api: TestClient, editor: Any) -> None:
    for system in ("http://www.opengis.net/def/crs/EPSG/0/25832", "abc", "<http://example.org>"):
        answer = post(api, feature(), editor, {"content-crs": f"<{system}>"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "Content-Crs")


def test_a_repeated_request_is_answered_alike_and_written_once(api: TestClient, editor: Any) -> None:
    once = {"idempotency-key": "3f8e1c52"}
    first, again = (post(api, feature(), editor, once) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["location"] == again.headers["location"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert post(api, feature(seats=1), editor, once).status_code == 422
    assert post(api, feature(), editor, {"idempotency-key": "x" * 300}).status_code == 400
    assert api.get(f"{ITEMS}?limit=1").json()["numberMatched"] == 4


def test_of_requests_that_come_together_under_one_key_one_is_written(api: TestClient, editor: Any) -> None:
    once = {"idempotency-key": "together"}
    with ThreadPoolExecutor(6) as pool:
        answers = [*pool.map(lambda _: post(api, feature(), editor, once), range(6))]
    assert {a.status_code for a in answers} == {201}
    assert len({a.headers["location"] for a in answers}) == 1
    assert api.get(f"{ITEMS}?limit=1").json()["numberMatched"] == 4


def test_a_login_writes_only_with_its_token_from_a_page_of_this_site(api: TestClient, login: Any) -> None:
    from django.middleware.csrf import get_token
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    token = get_token(request)
    cookies = by_cookie(login() | {"csrftoken": request.META["CSRF_COOKIE"]}) | {"host": "127.0.0.1:8000"}
    for missing in (
        {},
        {"x-csrftoken": "A" * 64},
        {"x-csrftoken": token, "origin": "https://evil.example"},
        {"x-csrftoken": token, "sec-fetch-site": "cross-site"},
        {"x-csrftoken": token, "host": "evil.example"},
    ):
        assert post(api, feature(), cookies, missing).status_code == 403, missing
    origin = {"x-csrftoken": token, "origin": "http://127.0.0.1:8000"}
    assert post(api, feature(), cookies, origin).status_code == 201
    assert post(api, feature(), cookies, {"x-csrftoken": request.META["CSRF_COOKIE"]}).status_code == 201
    secure = "https://127.0.0.1:8000" + ITEMS
    shown = {"x-csrftoken": token}
    for proof, status in (
        ({"origin": "https://127.0.0.1:8000"}, 201),
        ({"referer": "https://127.0.0.1:8000/staff/"}, 201),
        ({"origin": "http://127.0.0.1:8000"}, 403),
        ({"referer": "https://evil.example/"}, 403),
        ({}, 403),
    ):
        assert post(api, feature(), cookies, shown, proof, path=secure).status_code == status, proof
    from layers.models import Revision

    assert Revision.objects.filter(layer_id="benches", actor="suzuki").count() == 4


def test_an_edit_shows_at_once_in_tile_list_search_and_document(api: TestClient, editor: Any) -> None:
    tile = "/api/collections/benches/tiles/WebMercatorQuad/" + "/".join(map(str, TILE))
    before = api.get(tile)
    assert post(api, feature((140.016, 36.87), name="水車前のベンチ"), editor).status_code == 201
    assert api.get(tile, headers={"if-none-match": before.headers.get("etag", "")}).status_code == 200
    assert "水車前".encode() in api.get(tile, headers={"accept-encoding": "identity"}).content
    assert api.get("/api/search?q=水車前").json()["numberReturned"] == 1


def test_the_document_declares_writing_without_what_the_api_gives(api: TestClient) -> None:
    document = api.get("/api/openapi").json()
    post_ = document["paths"]["/collections/benches/items"]["post"]
    assert post_["security"] == [{"apiKey": []}, {"bearer": []}, {"session": []}]
    assert {"201", "400", "401", "403", "409", "413", "415", "422", "429"} <= set(post_["responses"])
    one, many = post_["requestBody"]["content"]["application/geo+json"]["schema"]["oneOf"]
    assert "id" not in one["properties"] and many["properties"]["features"]["items"] == one
    names = {f["name"] for f in bench_fields() if f.get("visibility", "public") == "public"} | {"name"}
    assert set(one["properties"]["properties"]["properties"]) == names
    item = document["paths"]["/collections/{collectionId}/items/{featureId}"]
    assert {"get", "put", "patch", "delete"} == set(item)
    assert "412" in item["delete"]["responses"]
    assert {p["name"] for p in item["put"]["parameters"] if "name" in p} >= {"If-Match", "Content-Crs"}


def test_without_a_store_behind_it_the_api_only_reads(clients: Any, store: Store) -> None:
    client: TestClient = clients(store)
    assert client.options("/api/collections/facilities/items").headers["allow"] == "GET, HEAD, OPTIONS"
    assert post(client, feature(), path="/api/collections/facilities/items").status_code == 405
    assert "features-4" not in client.get("/api/conformance").text
    paths = client.get("/api/openapi").json()["paths"]
    # What is posted there is a question.
    assert [path for path, methods in paths.items() if "post" in methods] == ["/exposure"]
