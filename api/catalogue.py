"""The registry in memory, for each audience, kept fresh by the database's own notices."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Set
from typing import Any

import orjson
import psycopg

from api.database import BUSY, Database
from gis_core.errors import MachizuError, Unavailable
from layers.catalogue import Catalogue, Viewer, parse_catalogue
from layers.reads import catalogue_statement, listen_statement

log = logging.getLogger("machizu.api")

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0


class Catalogues:
    """The catalogue of each viewer, parsed once for each state of the registry.

    `generation` counts those states within this process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._document: Any = None
        self._parsed: dict[Viewer, Catalogue] = {}
        self.generation = 0

    def of(self, viewer: Viewer) -> Catalogue:
        """Return what the viewer may see. Raises `Unavailable` until the registry was read once."""
        found = self._parsed.get(viewer)
        if found is None:
            if self._document is None:
                raise Unavailable(BUSY, "the registry was not read yet")
            found = self._parsed[viewer] = parse_catalogue(self._document, viewer)
        return found

    async def reload(self, changed: Set[str] | None = None) -> None:
        """Read the registry, or of one that was read before the layers that `changed`.

        What was there stays when that fails. Raises `Unavailable`, `BadInput`.
        """
        document = await self._renewed(changed) if changed and self._document else None
        if document is None:
            document = await self._read(None)
        parsed = {
            viewer: await asyncio.to_thread(parse_catalogue, document, viewer, before)
            for viewer, before in [*self._parsed.items()]
        }
        self._document, self._parsed = document, parsed
        self.generation += 1

    async def _renewed(self, changed: Set[str]) -> list[Any] | None:
        """Return the document with these entries read again; None when some have come or gone."""
        fresh = {entry["id"]: entry for entry in await self._read(changed)}
        known = {entry["id"] for entry in self._document}
        if not changed == fresh.keys() <= known:
            return None
        return [fresh.get(entry["id"], entry) for entry in self._document]

    async def _read(self, only: Set[str] | None) -> list[Any]:
        row = await self._database.row(catalogue_statement(only))
        return (row[0] if row else None) or []


async def follow_changes(conninfo: str, catalogues: Catalogues) -> None:
    """Reload on every notice, for ever; after a lost connection wait (ever longer), reconnect and reload.

    A connection of its own, because LISTEN belongs to the session.
    """
    delay = FIRST_DELAY_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(listen_statement().text)
                delay = FIRST_DELAY_S
                await _reload_on_notices(connection, catalogues)
        except psycopg.Error as error:
            log.warning("The change listener lost the database; next attempt in %.1f s: %s", delay, error)
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY_S)


async def _reload_on_notices(connection: psycopg.AsyncConnection[Any], catalogues: Catalogues) -> None:
    """Reload now and after each burst of notices; those that come during a reload wait in the connection."""
    changed: set[str] | None = None
    while True:
        patience = None
        try:
            await catalogues.reload(changed)
        except MachizuError as error:
            log.error("The registry cannot be read, the last one stays: %s %s", error, error.detail or "")
            patience = LONGEST_DELAY_S
        async with contextlib.aclosing(connection.notifies(timeout=patience, stop_after=1)) as notices:
            named = [_layer_of(notice.payload) async for notice in notices]
        # After a failure nobody knows any more what else has changed.
        changed = None if patience or None in named else {name for name in named if name}


def _layer_of(payload: str) -> str | None:
    """Return the layer that a notice names; None for one that is not the product's own."""
    try:
        return str(orjson.loads(payload)["layer"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
