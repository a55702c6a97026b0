"""Sorting, with ties and missing values, across pages."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.conftest import BENCHES
from tests.api.test_paging import ITEMS, get, rows
from tests.conftest import Store

VALUES: dict[str, list[Any]] = {
    "seats": [None, 1, 2],
    "height": [None, 0.1, 1e300, -0.5, 0.30000000000000004],
    "covered": [None, True, False],
    "placed": [None, "2026-01-01", "0001-01-01", "9999-12-31"],
    "address": [None, "", "あ" * 150, "あ" * 99 + "い", "z", "Z", "a%'\\\""],
}
SORTED = [
    "seats",
    "-seats",
    "-height,+seats",
    "covered,-placed",
    "address,-id",
    "-address,height",
    "-id",
    "+id",
    "-placed,seats,covered,-height",
]


def expected(features: list[dict[str, Any]], sortby: str) -> list[int]:
    """The same by Python: what has no value comes last, the id decides between equals."""
    parts = [(p.lstrip("+-"), p.startswith("-")) for p in sortby.split(",")]
    if "id" not in [name for name, _ in parts]:
        parts.append(("id", False))

    def compare(one: dict[str, Any], other: dict[str, Any]) -> int:
        for name, falls in parts:
            a, b = one[name], other[name]
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if falls else 1)
        return 0

    flat = [{"id": f["id"], **f["properties"]} for f in features]
    return [f["id"] for f in sorted(flat, key=cmp_to_key(compare))]


@pytest.fixture
def client_of_gaps(publish: Callable[[int], None], clients: Any, store: Store) -> TestClient:
    publish(120)
    chance = random.Random(7)
    names = ", ".join(f"{name} = %s" for name in VALUES)
    with psycopg.connect(store.url, autocommit=True) as connection:
        for number in range(1, 121):
            values = [chance.choice(choices) for choices in VALUES.values()]
            connection.execute(f"UPDATE layer.benches SET {names} WHERE id = %s", (*values, number))
    client: TestClient = clients(store)
    return client


def test_pages_in_any_order_hold_every_feature_once_in_order(client_of_gaps: TestClient) -> None:
    features = rows(client_of_gaps, limit=1000)
    for sortby in SORTED:
        for limit in (1000, 7):
            assert [f["id"] for f in rows(client_of_gaps, sortby=sortby, limit=limit)] == expected(
                features, sortby
            ), sortby
    within = [f for f in features if f["properties"]["seats"] == 1]
    found = rows(client_of_gaps, sortby="-height,address", limit=5, filter="seats = 1", bbox="139,36,141,38")
    assert [f["id"] for f in found] == expected(within, "-height,address")


def test_what_changes_between_two_pages_moves_nothing_else(client_of_gaps: TestClient, store: Store) -> None:
    order = [f["id"] for f in rows(client_of_gaps, sortby="-height", limit=1000)]
    page = get(client_of_gaps, ITEMS, sortby="-height", limit=50)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("DELETE FROM layer.benches WHERE id = ANY(%s)", (order[40:50],))
        connection.execute("UPDATE layer.benches SET height = 2e300 WHERE id = %s", (order[60],))
    href = next(link["href"] for link in page["links"] if link["rel"] == "next")
    rest = get(client_of_gaps, f"{href}".replace("limit=50", "limit=1000"))
    assert [f["id"] for f in rest["features"]] == [n for n in order[50:] if n != order[60]]


def test_a_plus_may_stand_in_the_address_as_it_is(client: TestClient) -> None:
    first = client.get(f"{ITEMS}?limit=1&sortby=+name").json()["features"]
    assert first == client.get(f"{ITEMS}?limit=1&sortby=%2Bname").json()["features"]
    assert first == client.get(f"{ITEMS}?limit=1&sortby=name").json()["features"]


def test_the_past_can_be_sorted(client: TestClient) -> None:
    found = rows(client, sortby="-height", limit=100, at="2999-01-01")
    assert len(found) == BENCHES
    assert [f["properties"]["height"] for f in found[:2]] == [124, 123.5]


@pytest.mark.parametrize("sortby", ["", "-", "+", "nobody", "inspector", "geom", "name,name", "name,,seats", "-name -seats", "a,b,c,d,e",
                                    "name,name_kana,address,seats,height", "name desc", "1"])  # fmt: skip
def test_what_cannot_be_sorted_by_is_refused(client: TestClient, sortby: str) -> None:
    assert get(client, ITEMS, 400, sortby=sortby)["parameter"] == "sortby"


def test_the_sortables_tell_what_can_be_sorted_by(client: TestClient) -> None:
    found = get(client, "/api/collections/benches/sortables")
    assert {"id", "name", "seats", "placed"} <= set(found["properties"])
    assert not {"geom", "inspector"} & set(found["properties"])
    for name in found["properties"]:
        assert get(client, ITEMS, sortby=f"-{name}", limit=1)["numberReturned"] == 1
