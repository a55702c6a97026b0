"""The database's notices: one connection a process listens, and all who want to know are told in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from psycopg import sql

from gis_core.errors import MachizuError

log = logging.getLogger("machizu.api")

FIRST_DELAY_S = 0.2
# What is edited is to be seen within a second, also just after the database came back or was too busy to answer.
LONGEST_DELAY_S = 1.0


@dataclass(frozen=True)
class Notice:
    """What the database told; the payload is empty for one that is not the product's own."""

    channel: str
    payload: dict[str, Any]


# None: some may have been missed, whatever they said.
Notices = Sequence[Notice] | None
Step = Callable[[Notices], Awaitable[None]]


async def follow_notices(conninfo: str, channels: Sequence[str], steps: Sequence[Step]) -> None:
    """Tell each burst of notices to the steps, one after the other, for ever.

    After a lost connection wait (ever longer), reconnect, and tell that some may have been missed. The connection
    is of its own, because LISTEN belongs to the session.
    """
    delay = FIRST_DELAY_S
    listen = sql.SQL("; ").join(sql.SQL("LISTEN {}").format(sql.Identifier(channel)) for channel in channels)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(listen)
                delay = FIRST_DELAY_S
                await _tell(connection, steps)
        except psycopg.Error as error:
            log.warning("The listener lost the database; next attempt in %.1f s: %s", delay, error)
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY_S)


async def _tell(connection: psycopg.AsyncConnection[Any], steps: Sequence[Step]) -> None:
    """Tell now, and after each burst; notices that come meanwhile wait in the connection.

    Where a step fails, those after it wait: all are told again, that some may have been missed.
    """
    notices: Notices = None
    while True:
        patience = None
        try:
            for step in steps:
                await step(notices)
        except MachizuError as error:
            log.error("A notice could not be followed: %s %s", error, error.detail or "")
            patience = LONGEST_DELAY_S
        async with contextlib.aclosing(connection.notifies(timeout=patience, stop_after=1)) as burst:
            notices = [Notice(notice.channel, _payload(notice.payload)) async for notice in burst]
        if patience is not None:
            notices = None


def _payload(text: str) -> dict[str, Any]:
    try:
        payload = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}
