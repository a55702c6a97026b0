"""The network that people walk on: `way.edge`, made of the layer of roads, parted wherever roads meet.

`way.<hazard>~danger` says for each hazard which edges lie in areas of which of its classes. Of which version of the
layer, and of the hazards' areas, all this was made is the table's comment: they are replaced together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from layers.catalogue import LayerInfo
from layers.exposure_areas import AreaList, area_table
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.tables import table

EDGE_TABLE = "edge"
EDGES = sql.Identifier("way", EDGE_TABLE)
# About a decimetre: roads that end so near to each other meet there, and one that ends on another joins it.
GRID_DEGREES = 1e-6
ROAD_CLASS, NOT_FOR_WALKERS = "road_class", "expressway"


def danger_table(hazard: str) -> sql.Identifier:
    """Return the quoted, schema-qualified name of the table of a hazard's dangerous edges: `edge`, `place`."""
    return sql.Identifier("way", f"{hazard}~danger")


def version_of(roads: LayerInfo, areas: Mapping[str, AreaList]) -> dict[str, Any]:
    """Return what tells whether the network is still that of the layer, and its dangers those of the hazards."""
    hazards = {name: [found.version, found.revision, found.public] for name, found in areas.items()}
    return {
        "revision": roads.revision,
        "public": roads.definition.visibility == "public",
        "hazards": hazards,
    }


def made_version(cursor: Any) -> dict[str, Any] | None:
    """Return of which version of the layer the network was made; None for the empty one of the beginning."""
    cursor.execute("SELECT obj_description('way.edge'::regclass, 'pg_class')::json")
    found: dict[str, Any] | None = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


def make(cursor: Any, roads: LayerInfo, areas: Mapping[str, AreaList]) -> None:
    """Make the network and its dangers anew, in the caller's transaction."""
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
    version = version_of(roads, areas)
    comment = json.dumps(version)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(fresh, sql.Literal(comment)))
    _open(cursor, fresh, public=version["public"])
    # At last, since readers of the old one have to wait from here to the commit.
    cursor.execute(sql.SQL("DROP TABLE {}").format(EDGES))
    cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO edge").format(fresh))
    cursor.execute(sql.SQL("ANALYZE {}").format(EDGES))
    _drop_dangers(cursor)
    for hazard, found in areas.items():
        _make_dangers(cursor, hazard, public=found.public)


def _drop_dangers(cursor: Any) -> None:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'way' AND tablename <> %s", [EDGE_TABLE]
    )
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("way", name)))


def _make_dangers(cursor: Any, hazard: str, *, public: bool) -> None:
    cursor.execute(
        sql.SQL("""
            CREATE TABLE {dangers} AS
            SELECT DISTINCT edge.id AS edge, piece.place
            FROM {pieces} AS piece JOIN {edges} AS edge ON ST_Intersects(piece.geom, edge.geom)""").format(
            dangers=danger_table(hazard), pieces=area_table(hazard), edges=EDGES
        )
    )
    _open(cursor, danger_table(hazard), public=public)


def _open(cursor: Any, target: sql.Identifier, *, public: bool) -> None:
    """Let those read it who may see what it was made of."""
    readers = (STAFF_ROLE, PUBLIC_ROLE) if public else (STAFF_ROLE,)
    roles = sql.SQL(", ").join(map(sql.Identifier, readers))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(target, roles))


def _walked(roads: LayerInfo) -> sql.Composable:
    if all(field.name != ROAD_CLASS for field in roads.definition.fields):
        return sql.SQL("true")
    return sql.SQL("{} IS DISTINCT FROM {}").format(sql.Identifier(ROAD_CLASS), sql.Literal(NOT_FOR_WALKERS))
