"""What the public role may select: the public columns of public layers, now and in the past, nothing else.

The staff role selects all of every layer by default privileges (`roles`), until the layer is retired.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql

from gis_core.definition import LayerDefinition
from layers.history import history_table
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.tables import table
from layers.visibility import PUBLIC, may_see_layer, visible_fields


def grant_public(cursor: Any, definition: LayerDefinition) -> None:
    """Make the public role's rights on the layer's table and history equal to today's visibility."""
    fields = _public_fields(definition)
    _regrant(cursor, table(definition.id), fields, ("id", "geom", "geom_3857", "version"))
    _regrant(cursor, history_table(definition.id), fields, ("id", "geom", "version", "version_end"))


def grant_tiles(
    cursor: Any, target: sql.Identifier, definition: LayerDefinition, fields: Collection[str]
) -> None:
    """Open the side table of a layer's tiles, which holds these `fields`, to those who may read the layer."""
    public = _public_fields(definition)
    held = None if public is None else [name for name in public if name in fields]
    _regrant(cursor, target, held, ("id", "tile__level", "geom"))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(target, sql.Identifier(STAFF_ROLE)))


def revoke_readers(cursor: Any, layer_id: str) -> None:
    """Take every right on the layer from the roles that read."""
    roles = sql.SQL(", ").join(map(sql.Identifier, (PUBLIC_ROLE, STAFF_ROLE)))
    for target in (table(layer_id), history_table(layer_id)):
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(target, roles))


def _public_fields(definition: LayerDefinition) -> list[str] | None:
    if not may_see_layer(PUBLIC, definition):
        return None
    return [f.name for f in visible_fields(PUBLIC, definition)]


def _regrant(cursor: Any, target: sql.Identifier, fields: list[str] | None, own: tuple[str, ...]) -> None:
    role = sql.Identifier(PUBLIC_ROLE)
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(target, role))
    if fields is not None:
        names = sql.SQL(", ").join(map(sql.Identifier, (*own, *fields)))
        cursor.execute(sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(names, target, role))
