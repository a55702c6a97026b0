"""What the public role may select: the public columns of public layers, now and in the past, nothing else."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.definition import LayerDefinition
from layers.history import history_table
from layers.roles import PUBLIC_ROLE
from layers.tables import table
from layers.visibility import PUBLIC, may_see_layer, visible_fields


def grant_public(cursor: Any, definition: LayerDefinition) -> None:
    """Make the public role's rights on the layer's table and history equal to today's visibility."""
    fields = (
        [f.name for f in visible_fields(PUBLIC, definition)] if may_see_layer(PUBLIC, definition) else None
    )
    _regrant(cursor, table(definition.id), fields, ("id", "geom", "geom_3857", "version"))
    _regrant(cursor, history_table(definition.id), fields, ("id", "geom", "version", "version_end"))


def revoke_public(cursor: Any, layer_id: str) -> None:
    """Take every right on the layer from the public role."""
    _regrant(cursor, table(layer_id), None, ())
    _regrant(cursor, history_table(layer_id), None, ())


def _regrant(cursor: Any, target: sql.Identifier, fields: list[str] | None, own: tuple[str, ...]) -> None:
    role = sql.Identifier(PUBLIC_ROLE)
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(target, role))
    if fields is not None:
        names = sql.SQL(", ").join(map(sql.Identifier, (*own, *fields)))
        cursor.execute(sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(names, target, role))
