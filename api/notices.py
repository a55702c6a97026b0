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

    Where a step fails, in whatever way, those after it wait: all are told again, that some may have been missed.
    """
    notices: Notices = None
    failing = False
    while True:
        try:
            for step in steps:
                await step(notices)
            failing = False
        except Exception as error:
            # Once, not each second until it is mended.
            if not failing:
                log.error("Notices cannot be followed; this is tried again until they can", exc_info=error)
            failing = True
        patience = LONGEST_DELAY_S if failing else None
        async with contextlib.aclosing(connection.notifies(timeout=patience, stop_after=1)) as burst:
            notices = [Notice(notice.channel, _payload(notice.payload)) async for notice in burst]
        if failing:
            notices = None


def _payload(text: str) -> dict[str, Any]:
    try:
        payload = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}
