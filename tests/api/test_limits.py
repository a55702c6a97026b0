"""Nobody takes more than his share, and nobody's leaving or dawdling costs the others."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from starlette.testclient import TestClient

from api.limits import REMEMBERED, Lane, Rates, address_of
from gis_core.errors import Unavailable
from tests.api.conftest import eventually
from tests.conftest import Store, _free_port

ITEMS = "/api/collections/benches/items"
TILE = "/api/collections/benches/tiles/WebMercatorQuad/0/0/0"


def test_a_minutes_worth_may_come_at_once_and_then_no_more() -> None:
    from api.errors import TooMany

    rates = Rates()
    left = [dict(rates.admit("a", 5))[b"ratelimit-remaining"] for _ in range(5)]
    assert left == [b"4", b"3", b"2", b"1", b"0"]
    with pytest.raises(TooMany) as refused:
        rates.admit("a", 5)
    assert 1 <= refused.value.retry_s <= 12
    rates.admit("b", 5)


def test_a_flood_of_addresses_fills_no_memory() -> None:
    rates = Rates()
    for number in range(REMEMBERED * 2 + 10):
        rates.admit(str(number), 600)
    assert len(rates._next) <= REMEMBERED


def test_addresses_of_one_household_are_one() -> None:
    assert address_of(("192.0.2.7", 1)) == "192.0.2.7"
    assert address_of(("2001:db8::1", 1)) == address_of(("2001:db8::2%eth0", 1))
    assert address_of(("2001:db8:0:1::1", 1)) != address_of(("2001:db8:0:2::1", 1))
    assert address_of(None) == address_of(("", 0)) == ""
    assert address_of(("x:y", 1)) == "x:y"


def test_a_full_lane_turns_away_and_a_free_place_is_given_again() -> None:
    async def scene() -> list[str]:
        lane, done, told = Lane(1, 1), asyncio.Event(), []

        async def go(name: str) -> None:
            try:
                async with lane.taken():
                    await done.wait()
                    told.append(name)
            except Unavailable:
                told.append(f"{name} turned away")

        going = [asyncio.create_task(go(str(n))) for n in range(4)]
        await asyncio.sleep(0)
        going[1].cancel()
        await asyncio.sleep(0)
        going.append(asyncio.create_task(go("late")))
        done.set()
        await asyncio.gather(*going, return_exceptions=True)
        return told

    assert asyncio.run(scene()) == ["2 turned away", "3 turned away", "0", "late"]


def test_an_address_has_a_rate_and_is_told_of_it(
    publish: Callable[[int], None], clients: Any, store: Store
) -> None:
    publish(1)
    client: TestClient = clients(store, address_rate=5)
    first = client.get(ITEMS)
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("5", "4")
    statuses = [client.get(ITEMS).status_code for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    refused = client.get(ITEMS)
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert refused.headers["ratelimit-remaining"] == "0"
    # Tiles are many by their nature, and a probe must not fail because of them.
    assert client.get(TILE).status_code in (200, 204)
    assert client.get("/api/health/ready").status_code == 200


def test_a_key_has_a_rate_of_its_own(
    publish: Callable[[int], None],
    clients: Any,
    store: Store,
    key: Any,
) -> None:
    publish(1)
    client: TestClient = clients(store, address_rate=1, key_rate=3)
    client.get(ITEMS)
    assert client.get(ITEMS).status_code == 429
    generous, usual = key(name="generous", rate=100), key(name="usual")
    assert [client.get(ITEMS, headers=usual).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get(ITEMS, headers=generous).headers["ratelimit-limit"] == "100"


def test_nobody_may_guess_keys_for_ever(
    publish: Callable[[int], None], clients: Any, store: Store, key: Any
) -> None:
    publish(1)
    client: TestClient = clients(store, address_rate=3)
    guesses = [client.get(TILE, headers={"x-api-key": f"mz_{n}"}).status_code for n in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    # Who shows no key is not held to account for it.
    assert client.get(ITEMS).status_code == 200


def test_a_keys_quota_of_the_day_holds_for_all_processes(
    publish: Callable[[int], None],
    clients: Any,
    store: Store,
    key: Any,
) -> None:
    from machizu.behind import Store as Behind

    publish(1)
    shown = key(quota=5)
    one: TestClient = clients(store, behind=Behind())
    assert [one.get(ITEMS, headers=shown).status_code for _ in range(3)] == [200] * 3
    clients.opened.pop().__exit__(None, None, None)
    another: TestClient = clients(store, behind=Behind())
    assert [another.get(ITEMS, headers=shown).status_code for _ in range(3)] == [200, 200, 429]
    assert int(another.get(ITEMS, headers=shown).headers["retry-after"]) <= 86_400
    assert another.get(TILE, headers=shown).status_code in (200, 204)


def test_too_long_an_address_and_too_many_headers_are_refused(client: TestClient) -> None:
    assert client.get(f"{ITEMS}?name={'x' * 40_000}").status_code == 414
    assert client.get(ITEMS, headers={"x-long": "x" * 70_000}).status_code == 431
    assert client.get(ITEMS, headers={f"x-{n}": "1" for n in range(120)}).status_code == 431


@pytest.fixture
def served(publish: Callable[[int], None], store: Store, city: Any) -> Iterator[str]:
    """The address of an API with few connections on a real server, over a store of the test's own."""
    import uvicorn

    from api.app import create_app
    from api.settings import ApiSettings
    from layers.roles import PUBLIC_ROLE
    from machizu.behind import Store as Behind

    publish(10)
    settings = ApiSettings(
        database_url=store.url, city=city, role=PUBLIC_ROLE, pool_max=4, long_waiting=20, behind=Behind(), body_time_s=1.0
    )  # fmt: skip
    port = _free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@contextlib.contextmanager
def slow_benches(store: Store) -> Iterator[None]:
    """Make every query of the benches wait."""
    with psycopg.connect(store.url) as connection:
        connection.execute("LOCK TABLE layer.benches IN ACCESS EXCLUSIVE MODE")
        yield


def waiting(store: Store) -> int:
    """How many queries wait for the benches."""
    with psycopg.connect(store.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'machizu-api' AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def ask(address: str, path: str) -> socket.socket:
    """Send a request and do not wait for its answer."""
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    return connection


def status(connection: socket.socket) -> int:
    with connection:
        return int(connection.makefile("rb").readline().split()[1])


def test_a_query_ends_when_its_client_leaves(served: str, store: Store) -> None:
    with slow_benches(store):
        client = ask(served, ITEMS)
        eventually(lambda: waiting(store) == 1)
        client.close()
        eventually(lambda: waiting(store) == 0)
    assert status(ask(served, ITEMS)) == 200


def test_64_slow_clients_do_not_stop_others(served: str, store: Store) -> None:
    with slow_benches(store):
        slow = [ask(served, ITEMS) for _ in range(64)]
        # Three are at work and twenty in line; who comes then is told at once to come again.
        eventually(lambda: waiting(store) == 3)
        eventually(lambda: len(select.select(slow, [], [], 0)[0]) == 41)
        # Short answers pass, from memory and from the database.
        assert status(ask(served, "/api/collections")) == 200
        assert status(ask(served, "/api/health/ready")) == 200
        assert status(ask(served, "/api/collections/facilities/items/1")) == 404
    with ThreadPoolExecutor(64) as pool:
        statuses = sorted(pool.map(status, slow))
    assert statuses == [200] * 23 + [503] * 41


def test_a_client_that_never_ends_its_body_is_not_waited_for(served: str, key: Any) -> None:
    shown = key("administrator")["x-api-key"]
    parts = urlsplit(served)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
        head = f"POST {ITEMS} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-API-Key: {shown}\r\n"
        connection.sendall(
            (head + "Content-Type: application/geo+json\r\nContent-Length: 1000\r\n\r\n{").encode()
        )
        assert int(connection.makefile("rb").readline().split()[1]) == 408
