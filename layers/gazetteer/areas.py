"""The city's layer of towns' areas as a source of the gazetteer: which of its columns say what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from gis_core.definition import Field
from layers.gazetteer.sources import AREAS
from layers.tables import table


@dataclass(frozen=True)
class Areas:
    """The columns of the layer that the gazetteer reads, None where the layer has no such field."""

    name: str
    kana: str | None
    prefecture: str | None
    municipality: str | None
    town_id: str | None

    @property
    def table(self) -> sql.Identifier:
        """The layer's table."""
        return table(AREAS)

    def column(self, name: str | None) -> sql.Composable:
        """Return a column's text, "" where it is empty or the layer has none."""
        return sql.SQL("coalesce({}, '')").format(sql.Identifier(name)) if name else sql.SQL("''::text")


def areas_of(fields: Iterable[Field]) -> Areas | None:
    """Return what the layer's fields (those the asker may see) give the gazetteer; None when it has no names."""
    roles = {field.role: field.name for field in fields}
    names = {field.name for field in fields}
    if "name" not in roles:
        return None
    return Areas(
        name=roles["name"],
        kana=roles.get("kana"),
        prefecture="address_prefecture" if "address_prefecture" in names else None,
        municipality="address_city" if "address_city" in names else None,
        town_id="town_id" if "town_id" in names else None,
    )
