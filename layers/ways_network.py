"""The network that people walk on: `way.edge`, made of the layer of roads, parted wherever roads meet.

Which version of the layer it was made of is the table's comment: the two are replaced together.
"""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql

from layers.catalogue import LayerInfo
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.tables import table

EDGES = sql.Identifier("way", "edge")
# About a decimetre: roads that end so near to each other meet there, and one that ends on another joins it.
GRID_DEGREES = 1e-6
ROAD_CLASS, NOT_FOR_WALKERS = "road_class", "expressway"


def version_of(roads: LayerInfo) -> dict[str, Any]:
    """Return what tells whether the network is still that of the layer."""
    return {"revision": roads.revision, "public": roads.definition.visibility == "public"}


def made_version(cursor: Any) -> dict[str, Any] | None:
    """Return of which version of the layer the network was made; None for the empty one of the beginning."""
    cursor.execute("SELECT obj_description('way.edge'::regclass, 'pg_class')::json")
    found: dict[str, Any] | None = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


def make(cursor: Any, roads: LayerInfo) -> None:
    """Make the network anew, in the caller's transaction."""
    fresh = sql.Identifier("way", "edge~new")
    cursor.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(fresh, EDGES))
    cursor.execute(
        sql.SQL("""
            WITH line AS (
                SELECT geom FROM (SELECT (ST_Dump(ST_UnaryUnion(ST_Collect(ST_Force2D(geom)), {grid}))).geom AS geom
                                  FROM {roads} WHERE {walked}) AS part
                WHERE ST_GeometryType(geom) = 'ST_LineString' AND ST_Length(geom) > 0),
            ends AS (SELECT row_number() OVER () AS id, geom, ST_StartPoint(geom) AS first, ST_EndPoint(geom) AS last
                     FROM line),
            node AS (SELECT row_number() OVER () AS id, point
                     FROM (SELECT first AS point FROM ends UNION SELECT last FROM ends) AS points)
            INSERT INTO {fresh} (id, source, target, metres, geom)
            SELECT ends.id, one.id, other.id, ST_Length(geom::geography), geom
            FROM ends JOIN node AS one ON one.point = first JOIN node AS other ON other.point = last""").format(
            fresh=fresh,
            roads=table(roads.id),
            grid=sql.Literal(GRID_DEGREES),
            walked=_walked(roads),
        )
    )
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(fresh))
    version = version_of(roads)
    comment = json.dumps(version)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(fresh, sql.Literal(comment)))
    readers = (STAFF_ROLE, PUBLIC_ROLE) if version["public"] else (STAFF_ROLE,)
    roles = sql.SQL(", ").join(map(sql.Identifier, readers))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(fresh, roles))
    # At last, since readers of the old one have to wait from here to the commit.
    cursor.execute(sql.SQL("DROP TABLE {}").format(EDGES))
    cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO edge").format(fresh))
    cursor.execute(sql.SQL("ANALYZE {}").format(EDGES))


def _walked(roads: LayerInfo) -> sql.Composable:
    if all(field.name != ROAD_CLASS for field in roads.definition.fields):
        return sql.SQL("true")
    return sql.SQL("{} IS DISTINCT FROM {}").format(sql.Identifier(ROAD_CLASS), sql.Literal(NOT_FOR_WALKERS))
