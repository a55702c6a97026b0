"""The registry in memory, for each audience, kept fresh by the database's own notices."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from typing import Any

from api.database import BUSY, Database
from api.notices import Notices
from gis_core.errors import Unavailable
from layers.catalogue import Catalogue, Viewer, parse_catalogue
from layers.reads import CHANGE_CHANNEL, catalogue_statement


class Catalogues:
    """The catalogue of each viewer, parsed once for each state of the registry.

    `generation` counts those states within this process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._document: Any = None
        self._parsed: dict[Viewer, Catalogue] = {}
        # One reload at a time: what was read first must not come after what was read later.
        self._reloading = asyncio.Lock()
        self.generation = 0

    def of(self, viewer: Viewer) -> Catalogue:
        """Return what the viewer may see. Raises `Unavailable` until the registry was read once."""
        found = self._parsed.get(viewer)
        if found is None:
            if self._document is None:
                raise Unavailable(BUSY, "the registry was not read yet")
            found = self._parsed[viewer] = parse_catalogue(self._document, viewer)
        return found

    async def told(self, notices: Notices) -> None:
        """Read again what the database tells has changed. Raises `Unavailable`, `BadInput`."""
        if notices is None:
            await self.reload()
            return
        named = {n.payload.get("layer") for n in notices if n.channel == CHANGE_CHANNEL}
        if named:
            # A notice that is not the product's own may mean anything.
            await self.reload(None if None in named else {str(layer) for layer in named})

    async def reload(self, changed: Set[str] | None = None) -> None:
        """Read the registry, or of one that was read before the layers that `changed`.

        What was there stays when that fails. Raises `Unavailable`, `BadInput`.
        """
        async with self._reloading:
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
