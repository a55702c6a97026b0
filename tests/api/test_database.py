"""The pool: who asks next gets the connection that was busy last, and only what is prepared stays prepared."""

from __future__ import annotations

import asyncio
from typing import Any

from api.database import Database
from api.settings import ApiSettings
from gis_core.city import City
from layers.reads import Statement
from tests.conftest import Store

CONNECTED = 3
PID = Statement("SELECT pg_backend_pid()", {})
PREPARED = Statement("SELECT count(*) FROM pg_prepared_statements", {})


async def answers(settings: ApiSettings) -> list[Any]:
    database = Database("test", settings, None, connected=CONNECTED)
    await database.open()
    try:
        while database.connections()[1] < CONNECTED:
            await asyncio.sleep(0.01)
        pids = [await database.row(PID) for _ in range(2 * CONNECTED)]
        return [pids, *[await database.row(PREPARED, prepared=False) for _ in range(2)]]
    finally:
        await database.close()


def test_the_connection_used_last_is_taken_first_and_keeps_what_was_prepared(
    store: Store, city: City
) -> None:
    pids, *prepared = asyncio.run(answers(ApiSettings(database_url=store.url, city=city)))
    assert len(set(pids)) == 1
    assert prepared == [(1,), (1,)]
