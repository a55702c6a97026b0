"""The road to PostGIS: a psycopg pool that reads, and its failures in the words of the error tree."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from api.settings import ApiSettings
from api.tracing import CURRENT
from gis_core.errors import BadInput, MachizuError, Message, Unavailable
from layers.reads import Statement

Row = tuple[Any, ...]

BUSY = Message(
    "データベースが混み合っているか、止まっています。数秒おいてやり直してください。",
    "The database is busy or down. Try again in a few seconds.",
)
TOO_LONG = Message(
    "時間内に答えられませんでした。範囲（bbox）や件数（limit）を小さくしてやり直してください。",
    "The answer took too long. Ask for a smaller bbox or limit.",
)
CHANGING = Message(
    "レイヤの定義が変わったところです。数秒おいてやり直してください。",
    "The layer's definition has just changed. Try again in a few seconds.",
)
BAD_VALUE = Message(
    "値が大きすぎるか、項目の型に合いません。スキーマ（…/schema）を見て直してください。",
    "A value is too large or does not fit its field's type. See the schema (…/schema).",
)
BAD_PLACE = Message(
    "ここの図形は、この座標系や計算では表せません。crs、bbox、filter の座標系と図形を見直してください。",
    "The geometries here cannot be told in this reference system or calculation. Check the systems and geometries of crs, bbox and filter.",
)
# PostGIS has no codes for its errors. These are of geometries that were asked for, not of a broken database.
POSTGIS = re.compile(
    r"transform: |Antipodal |.*(?:TopologyException|IllegalArgumentException|Relate Operation)|lwgeom|GEOS|ptarray|Geometry"
)


class Database:
    """Runs one statement at a time on a pooled connection (autocommit, binary results)."""

    def __init__(self, name: str, settings: ApiSettings, role: str | None, *, connected: int) -> None:
        """`role` is what every connection assumes; so many stay `connected` while nobody asks."""
        self.name = name
        self.conninfo = settings.conninfo(role)
        self._pool = AsyncConnectionPool(
            self.conninfo,
            min_size=connected,
            max_size=settings.pool_max,
            max_waiting=settings.pool_waiting,
            timeout=settings.pool_timeout_s,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": 0},
            name="machizu-api",
        )

    async def open(self) -> None:
        """Start to connect, without waiting: the API also starts while the database is down."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def row(self, statement: Statement, *, prepared: bool = True) -> Row | None:
        """Return the first row, if any. Raises `Unavailable` and `BadInput`."""
        rows = await self.rows(statement, prepared=prepared)
        return rows[0] if rows else None

    async def rows(self, statement: Statement, *, prepared: bool = True) -> list[Row]:
        """Return all rows. Raises `Unavailable` and `BadInput`.

        A statement that is not `prepared` is planned for its own values: where these decide how much is read, a plan
        made for any would cost more than planning.
        """
        begun = perf_counter()
        try:
            return await self._fetch(statement, prepared)
        except (PoolTimeout, PoolClosed, TooManyRequests, psycopg.Error) as error:
            raise translated(error) from error
        finally:
            trace = CURRENT.get()
            if trace is not None:
                trace.sql_s += perf_counter() - begun

    def connections(self) -> tuple[int, int, int]:
        """Return how many connections are open, how many of them idle, and how many requests wait for one."""
        numbers = self._pool.get_stats()
        return numbers["pool_size"], numbers["pool_available"], numbers.get("requests_waiting", 0)

    async def _fetch(self, statement: Statement, prepared: bool) -> list[Row]:
        """Ask once more when the connection turned out dead, as all are after the database restarts."""
        for last in (False, True):
            async with self._pool.connection() as connection:
                try:
                    # None leaves it to the threshold, which is the first time.
                    cursor = await connection.execute(
                        statement.text, statement.parameters, prepare=None if prepared else False, binary=True
                    )
                    return await cursor.fetchall()
                except psycopg.OperationalError:
                    if last or not connection.closed:
                        raise
            await self._pool.check()
        raise AssertionError("the second attempt returns or raises")


def translated(error: Exception) -> MachizuError:
    """Return a failure of psycopg in the words of the error tree. Raises the error itself where it is a mistake of ours."""
    if isinstance(error, pg.QueryCanceled):
        return Unavailable(TOO_LONG, str(error))
    if isinstance(error, pg.DataError):
        return BadInput(BAD_VALUE, str(error))
    if isinstance(error, pg.InternalError_) and POSTGIS.match(str(error)):
        return BadInput(BAD_PLACE, str(error))
    if isinstance(error, pg.UndefinedTable | pg.UndefinedColumn):
        return Unavailable(CHANGING, str(error))
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests | psycopg.OperationalError):
        return Unavailable(BUSY, str(error))
    raise error
