"""The pool: only what is prepared stays prepared."""

from __future__ import annotations

import asyncio
from typing import Any

from api.database import Database
from api.settings import ApiSettings
from gis_core.city import City
from layers.reads import Statement
from tests.conftest import Store

PID = Statement("SELECT pg_backend_pid()", {})
PREPARED = Statement("SELECT count(*) FROM pg_prepared_statements", {})


async def answers(settings: ApiSettings) -> list[Any]:
    database = Database("test", settings, None, connected=1)
    await database.open()
    try:
        # Asked before it has one, the pool would make another connection.
        while database.connections()[1] < 1:
            await asyncio.sleep(0.01)
        await database.row(PID)
        return [await database.row(PREPARED, prepared=False) for _ in range(2)]
    finally:
        await database.close()


def test_what_is_not_prepared_keeps_no_plan(store: Store, city: City) -> None:
    prepared = asyncio.run(answers(ApiSettings(database_url=store.url, city=city)))
    assert prepared == [(1,), (1,)]
