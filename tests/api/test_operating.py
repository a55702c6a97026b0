"""What the server tells of itself: names of requests, numbers for Prometheus, lines of its log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from machizu.logs import JsonLines
from tests.api.conftest import TILE

TILE_PATH = "/api/collections/benches/tiles/WebMercatorQuad/{}/{}/{}".format(*TILE)
ITEMS = "/api/collections/benches/items"


@pytest.fixture
def here(client: TestClient) -> TestClient:
    """The client of the small world, asking from the server's own machine."""
    return TestClient(client.app, client=("127.0.0.1", 50000), raise_server_exceptions=False)


def numbers(client: TestClient, headers: dict[str, str] | None = None) -> dict[tuple[str, ...], float]:
    """All numbers, by name and the values of their labels in the order of their names."""
    answer = client.get("/api/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (s.name, *(s.labels[name] for name in sorted(s.labels))): s.value
        for family in families
        for s in family.samples
    }


def test_a_request_keeps_the_name_it_is_given_and_gets_one_otherwise(client: TestClient) -> None:
    for path in (TILE_PATH, TILE_PATH, ITEMS, "/api/nowhere", "/elsewhere"):
        given = client.get(path, headers={"X-Request-Id": "6f1c-9:b"})
        assert given.headers.get_list("x-request-id") == ["6f1c-9:b"], path
        made = {client.get(path).headers["x-request-id"] for _ in range(3)}
        assert len(made) == 3, path
    for bad in ("", "a b", 'a"b', "a" * 129, "名".encode()):
        assert client.get(ITEMS, headers={"X-Request-Id": bad}).headers["x-request-id"] != bad


def test_a_problem_names_its_request(client: TestClient) -> None:
    problem = client.get(f"{ITEMS}?limit=0", headers={"X-Request-Id": "abc"})
    assert problem.json()["requestId"] == "abc"
    listed = client.get(ITEMS).headers["access-control-expose-headers"]
    assert "X-Request-Id" in listed


def test_answers_are_counted_by_operation_layer_and_status(here: TestClient) -> None:
    count = "machizu_request_seconds_count"
    before = numbers(here)
    for _ in range(3):
        here.get(TILE_PATH)
    here.get(TILE_PATH, headers={"if-none-match": here.get(TILE_PATH).headers["etag"]})
    here.get(f"{ITEMS}?limit=2")
    here.get(f"{ITEMS}?limit=0")
    here.get("/api/collections/no_such_layer/items")
    after = numbers(here)

    def more(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert more(count, "benches", "getTile", "2xx") == 4
    assert more(count, "benches", "getTile", "3xx") == 1
    assert more(count, "benches", "getFeatures", "2xx") == 1
    assert more(count, "benches", "getFeatures", "4xx") == 1
    assert more(count, "", "getFeatures", "4xx") == 1
    assert more("machizu_sql_seconds_count", "benches", "getFeatures") == 1
    assert more("machizu_tile_cache_hits_total") >= 3
    assert after["machizu_tile_cache_bytes",] > 0
    assert after["machizu_database_up",] == 1
    assert ("machizu_pool_connections", "public", "idle") in after
    assert ("machizu_waiting", "connection public") in after


def test_paths_that_are_tried_make_no_new_labels(here: TestClient) -> None:
    before = {key for key in numbers(here) if key[0] == "machizu_request_seconds_count"}
    for number in range(20):
        here.get(f"/api/collections/guess{number}/items")
        here.get(f"/api/guess{number}")
        here.get(f"/guess{number}")
    after = {key for key in numbers(here) if key[0] == "machizu_request_seconds_count"}
    assert {key[1] for key in after - before} <= {""}
    assert len(after - before) <= 4


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_the_numbers_are_for_this_machine_only(client: TestClient, here: TestClient, header: str) -> None:
    assert client.get("/api/metrics").status_code == 401
    assert here.get("/api/metrics", headers={header: "127.0.0.1"}).status_code == 401
    answer = here.get("/api/metrics")
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_a_key_may_read_the_numbers_by_its_role(store: Any, clients: Any, key: Any) -> None:
    from procrastinate.contrib.django import app

    from machizu.behind import Store as Behind

    app.configure_task("some.task", allow_unknown=True, queue="store").defer()
    client: TestClient = clients(store, behind=Behind())
    assert client.get("/api/metrics", headers=key("viewer", "looks")).status_code == 403
    told = numbers(client, key("system", "prometheus"))
    assert told["machizu_jobs", "store", "todo"] == 1


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged of requests, as the server writes it."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record))

    logger, handler = logging.getLogger("machizu"), Kept()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.setLevel(before)
    logger.removeHandler(handler)


def test_a_request_is_a_line_of_json_that_says_nothing_of_what_was_looked_for(
    client: TestClient, lines: list[str]
) -> None:
    client.get(f"{ITEMS}?q=ひみつ", headers={"X-Request-Id": "abc"})
    (line,) = lines
    told = json.loads(line)
    assert told["level"] == "INFO" and told["time"].endswith("Z")
    request = told["request"]
    assert request["id"] == "abc" and request["path"] == ITEMS and request["status"] == 200
    assert (request["route"], request["layer"]) == ("getFeatures", "benches")
    assert 0 < request["sqlMs"] < request["ms"]
    assert "ひみつ" not in line and "%E3" not in line


def test_a_failure_is_told_with_its_request_and_its_traceback(
    client: TestClient, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.catalogue import Catalogues

    def fail(*_: object) -> None:
        raise RuntimeError("改行\nを含む")

    monkeypatch.setattr(Catalogues, "of", fail)
    assert client.get(ITEMS, headers={"X-Request-Id": "abc"}).json()["requestId"] == "abc"
    failure, request = map(json.loads, lines)
    assert failure["request"] == {"id": "abc"} and "RuntimeError" in failure["traceback"]
    assert (request["level"], request["request"]["status"]) == ("WARNING", 500)
