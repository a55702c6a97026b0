"""What is published is seen at once; what fails is told without the inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from api.database import BUSY
from api.notices import Notices, follow_notices
from gis_core.errors import Unavailable
from tests.api.conftest import eventually
from tests.conftest import Store

ITEMS = "/api/collections/benches/items"


def test_a_publication_renews_counts_tags_and_tiles(
    publish: Callable[[int], None], clients: Any, store: Store
) -> None:
    publish(3)
    client: TestClient = clients(store)
    tile = "/api/collections/benches/tiles/WebMercatorQuad/0/0/0"
    before, tag = client.get(tile).content, client.get(ITEMS).headers["etag"]
    publish(5)
    eventually(lambda: client.get("/api/collections/benches").json()["itemCount"] == 5)
    assert client.get(ITEMS).json()["numberMatched"] == 5
    assert client.get(ITEMS, headers={"if-none-match": tag}).status_code == 200
    assert client.get(tile).content != before
    counts = {layer["id"]: layer["itemCount"] for layer in client.get("/api/status").json()["layers"]}
    assert counts["benches"] == 5


def test_the_listener_comes_back_after_the_database_cut_it_off(
    publish: Callable[[int], None], clients: Any, store: Store, cluster: Any
) -> None:
    publish(1)
    client: TestClient = clients(store)
    assert client.get(ITEMS).json()["numberMatched"] == 1
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'machizu-api'"
            " AND datname = %s",
            [psycopg.conninfo.conninfo_to_dict(store.url)["dbname"]],
        )
    assert client.get(f"{ITEMS}?bbox=139,36,141,38").status_code == 200
    publish(2)
    eventually(lambda: client.get(ITEMS).json()["numberMatched"] == 2)


@pytest.mark.parametrize("failure", [Unavailable(BUSY), TypeError("a mistake of ours")])
def test_what_could_not_be_followed_is_told_again(store: Store, failure: Exception) -> None:
    told: list[Notices] = []

    async def fail_first(notices: Notices) -> None:
        told.append(notices)
        if len(told) == 1:
            raise failure

    async def follow() -> None:
        task = asyncio.create_task(follow_notices(store.url, ["anything"], [fail_first]))
        while len(told) < 2 and not task.done():
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(follow())
    assert told == [None, None]


def test_connections_are_read_only(clients: Any, publish: Callable[[int], None], store: Store) -> None:
    from api.database import Database

    client: TestClient = clients(store)
    database = next(r.endpoint for r in client.app.routes if r.name == "getTile")._public.database  # type: ignore[attr-defined]
    assert isinstance(database, Database)
    with (
        psycopg.connect(database.conninfo) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("CREATE TABLE public.mine (id int)")


def test_a_query_that_takes_too_long_is_unavailable(
    publish: Callable[[int], None], clients: Any, store: Store
) -> None:
    publish(1)
    client: TestClient = clients(store, statement_timeout_ms=300)
    with psycopg.connect(store.url) as connection:
        connection.execute(
            sql.SQL("LOCK TABLE layer.{} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier("benches"))
        )
        response = client.get(ITEMS)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "bbox" in response.json()["detail"]


def test_an_unexpected_failure_says_nothing_of_the_inside(
    publish: Callable[[int], None], clients: Any, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    publish(1)
    client: TestClient = clients(store)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("REVOKE ALL ON layer.benches FROM machizu_public")
    response = client.get(ITEMS)
    assert response.status_code == 500
    assert "benches" not in response.text
    assert "InsufficientPrivilege" in caplog.text


def test_without_a_database_it_lives_and_is_not_ready(clients: Any, store: Store) -> None:
    nowhere = Store("postgresql://nobody@127.0.0.1:1/none", store.home)
    client: TestClient = clients(nowhere, pool_timeout_s=0.2)
    assert client.get("/api/health/live").json() == {"status": "live"}
    assert client.get("/api/health/ready").status_code == 503
    assert client.get("/api/collections").status_code == 503


def test_with_a_database_it_is_ready(client: TestClient) -> None:
    assert client.get("/api/health/ready").json() == {"status": "ready"}
