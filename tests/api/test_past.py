"""The past: a layer as it was, and the feed of its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.conftest import eventually
from tests.conftest import Store

BENCHES = "/api/collections/benches"
ITEMS = f"{BENCHES}/items"
CHANGES = f"{BENCHES}/changes"
BEFORE_ALL = "2001-01-01T00:00:00Z"
FUTURE = "2999-01-01"

Publish = Callable[[int], None]


@pytest.fixture
def psql(store: Store) -> Iterator[psycopg.Connection]:
    """The database as psql or QGIS uses it; each statement is a transaction."""
    with psycopg.connect(store.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def edited(publish: Publish, psql: psycopg.Connection, clients: Any, store: Store) -> tuple[TestClient, str]:
    """A client of a layer that had 120 benches at an instant, then was edited by SQL; and the instant."""
    publish(120)
    then = psql.execute("SELECT clock_timestamp()").fetchone()[0].isoformat()  # type: ignore[index]
    psql.execute("UPDATE layer.benches SET name = '改名', seats = 40 WHERE id = 7")
    psql.execute("DELETE FROM layer.benches WHERE id = 8")
    psql.execute("INSERT INTO layer.benches (name, geom) VALUES ('新設', ST_Point(140.1, 36.8, 4326))")
    return clients(store), then


def get(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    return response.json()


def links(document: Any) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def pages(client: TestClient, path: str, **query: Any) -> Iterator[Any]:
    page = get(client, path, **query)
    yield page
    while href := links(page).get("next"):
        page = get(client, href)
        yield page


def places(page: Any) -> list[tuple[int, int]]:
    return [(change["revision"], change["id"]) for change in page["changes"]]


def test_a_change_by_sql_is_in_the_feed_the_past_and_the_revision(edited: tuple[TestClient, str]) -> None:
    client, then = edited
    found = get(client, CHANGES, since=1)
    assert [(c["op"], c["id"], c["revision"]) for c in found["changes"]] == [
        ("update", 7, 2),
        ("delete", 8, 3),
        ("create", 121, 4),
    ]
    assert datetime.fromisoformat(found["changes"][0]["at"]) > datetime.fromisoformat(then)
    assert found["revision"] == get(client, BENCHES)["revision"] == 4
    assert get(client, f"{ITEMS}/7")["properties"]["name"] == "改名"
    assert get(client, f"{ITEMS}/7", at=then)["properties"]["name"] == "ベンチ6"
    assert client.get(f"{ITEMS}/8").status_code == 404
    assert get(client, f"{ITEMS}/8", at=then)["properties"]["name"] == "ベンチ7"
    assert client.get(f"{ITEMS}/121", params={"at": then}).status_code == 404


def test_pages_of_the_past_hold_every_feature_once_and_keep_the_instant(
    edited: tuple[TestClient, str],
) -> None:
    client, then = edited
    seen = []
    for page in pages(client, ITEMS, at=then, limit=50):
        assert page["numberMatched"] == 120
        assert all("at=" in link["href"] for link in page["links"] if link["rel"] != "collection")
        seen += [f["id"] for f in page["features"]]
    assert seen == [*range(1, 121)]


@pytest.mark.parametrize(
    ("query", "now", "past"),
    [
        ({"name": "ベンチ6"}, 0, 1),
        ({"seats": "40"}, 1, 0),
        ({"bbox": "140.099,36.799,140.101,36.801"}, 2, 1),
        ({"bbox": "140.099,36.799,140.101,36.801", "name": "新設"}, 1, 0),
        ({"datetime": "2026-01-07/2026-01-08"}, 1, 2),
        ({"limit": "3"}, 120, 120),
    ],
)
def test_filters_hold_in_the_past(
    edited: tuple[TestClient, str], query: dict[str, str], now: int, past: int
) -> None:
    client, then = edited
    assert get(client, ITEMS, **query)["numberMatched"] == now
    assert get(client, ITEMS, at=then, **query)["numberMatched"] == past


def test_before_the_first_revision_there_is_nothing_and_the_future_is_now(
    edited: tuple[TestClient, str],
) -> None:
    client, _ = edited
    found = get(client, ITEMS, at=BEFORE_ALL)
    assert (found["numberMatched"], found["features"]) == (0, [])
    assert client.get(f"{ITEMS}/1", params={"at": BEFORE_ALL}).status_code == 404
    assert get(client, ITEMS, at=FUTURE, limit=1000)["features"] == get(client, ITEMS, limit=1000)["features"]


def test_a_date_is_the_end_of_that_day_in_the_citys_time(edited: tuple[TestClient, str], city: Any) -> None:
    client, _ = edited
    changed = datetime.fromisoformat(get(client, CHANGES, since=3)["changes"][0]["at"])
    today = changed.astimezone(ZoneInfo(city.time_zone)).date()
    assert get(client, ITEMS, at=today, name="新設")["numberMatched"] == 1
    assert get(client, ITEMS, at=today - timedelta(days=1))["numberMatched"] == 0
    assert get(client, CHANGES, since=today)["numberReturned"] == 123
    assert get(client, CHANGES, since=today + timedelta(days=1))["numberReturned"] == 0


def test_a_page_of_the_past_says_so_and_leads_to_the_past(edited: tuple[TestClient, str]) -> None:
    client, _ = edited
    text = client.get(ITEMS, params={"at": "2999-01-01", "f": "html"}).text
    assert "<time>2999-01-01</time>" in text
    assert f"{ITEMS}/1?at=2999-01-01&amp;f=html" in text or f"{ITEMS}/1?f=html&amp;at=2999-01-01" in text
    assert (
        "<time>2999-01-01</time>" in client.get(f"{ITEMS}/1", params={"at": "2999-01-01", "f": "html"}).text
    )
    assert "<time>" not in client.get(ITEMS, params={"f": "html"}).text


def test_the_past_stays_fresh_while_the_present_changes(
    edited: tuple[TestClient, str], psql: psycopg.Connection
) -> None:
    client, then = edited
    paths = [f"{path}?at={then.replace('+', '%2B')}" for path in (ITEMS, f"{ITEMS}/1")] + [ITEMS]
    tags = [client.get(path).headers["etag"] for path in paths]
    psql.execute("UPDATE layer.benches SET seats = 41 WHERE id = 1")
    eventually(lambda: get(client, BENCHES)["revision"] == 5)
    answers = [
        client.get(p, headers={"if-none-match": t}).status_code for p, t in zip(paths, tags, strict=True)
    ]
    assert answers == [304, 304, 200]


def test_what_is_for_staff_is_for_staff_in_the_past_too(edited: tuple[TestClient, str]) -> None:
    client, then = edited
    for path in (ITEMS, f"{ITEMS}/7", f"{ITEMS}/8"):
        for media in ("geojson", "html"):
            text = client.get(path, params={"at": then, "f": media}).text
            assert "山田" not in text
            assert "inspector" not in text
    refused = client.get(ITEMS, params={"at": then, "inspector": "山田"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "inspector")


@pytest.mark.parametrize("path", ["items", "items/1", "changes"])
def test_a_layer_for_staff_has_no_past_for_the_public(client: TestClient, path: str) -> None:
    name = "since" if path == "changes" else "at"
    assert client.get(f"/api/collections/staff_only/{path}", params={name: FUTURE}).status_code == 404


def test_the_public_role_reads_no_field_for_staff_in_history(
    edited: tuple[TestClient, str], psql: psycopg.Connection
) -> None:
    psql.execute("SET ROLE machizu_public")
    assert psql.execute("SELECT count(name) FROM history.benches").fetchone() == (2,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.execute("SELECT inspector FROM history.benches")


@pytest.mark.parametrize("limit", [7, 100, 250, 499, 500, 501, 503])
def test_pages_of_changes_hold_each_change_once_also_within_a_revision(
    publish: Publish, psql: psycopg.Connection, clients: Any, store: Store, limit: int
) -> None:
    publish(500)
    for number in (3, 1, 2):
        psql.execute("UPDATE layer.benches SET seats = 40 WHERE id = %s", [number])
    everything = [*((1, number) for number in range(1, 501)), (2, 3), (3, 1), (4, 2)]
    client = clients(store)
    seen: list[tuple[int, int]] = []
    for page in pages(client, CHANGES, limit=limit):
        assert page["numberReturned"] == len(page["changes"]) <= limit
        seen += places(page)
        # Who goes on from a page's revision, not from its next link, hears some twice but misses none.
        rest = [place for place in everything if place[0] > page["revision"]]
        assert places(get(client, CHANGES, since=page["revision"])) == rest
        assert set(seen) | set(rest) == set(everything)
    assert seen == everything
    assert page["revision"] == 4


def test_changes_during_paging_come_at_the_end(
    publish: Publish, psql: psycopg.Connection, clients: Any, store: Store
) -> None:
    publish(30)
    client, seen = clients(store), []
    for number, page in enumerate(pages(client, CHANGES, limit=10), start=1):
        seen += places(page)
        if number == 1:
            psql.execute("UPDATE layer.benches SET seats = 40 WHERE id IN (2, 25)")
    assert seen == [*((1, n) for n in range(1, 31)), (2, 2), (2, 25)]


def test_a_poll_that_brings_nothing_new_is_not_modified(edited: tuple[TestClient, str]) -> None:
    client, _ = edited
    first = client.get(CHANGES, params={"since": 4})
    assert first.json()["changes"] == []
    again = client.get(CHANGES, params={"since": 4}, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


BAD_INSTANTS = ("yesterday", "", "2026-13-01", "2026-04-01T00:00:00", "2026-04-01T00:00:00 09:00", "9999-99")


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        *((path, "at", value) for path in (ITEMS, f"{ITEMS}/1") for value in (*BAD_INSTANTS, "3")),
        *((CHANGES, "since", value) for value in (*BAD_INSTANTS, "-1", "1.5", "9" * 30, "１")),
        *((CHANGES, "limit", value) for value in ("0", "-1", "x")),
        (CHANGES, "cursor", "***"),
        (CHANGES, "at", FUTURE),
        (CHANGES, "bbox", "1,2,3,4"),
        (BENCHES, "at", FUTURE),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, path: str, name: str, value: str) -> None:
    response = client.get(path, params={name: value})
    assert (response.status_code, response.json()["parameter"]) == (400, name)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "999999999999999999"]
)
def test_the_ends_of_time_never_break_the_server(client: TestClient, text: str) -> None:
    assert client.get(ITEMS, params={"at": text}).status_code in (200, 400)
    assert client.get(CHANGES, params={"since": text}).status_code in (200, 400)


def test_a_collection_leads_to_its_changes(client: TestClient) -> None:
    found = get(client, links(get(client, BENCHES))["version-history"])
    assert found["changes"][0]["op"] == "create"
