"""The SQL of walking ways: from a point to a point, and how far one comes in some minutes, over `way.edge`.

pgRouting reads the edges by a statement of its own, given as text: everything in it is a literal that psycopg wrote.
Like `layers.reads`, nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from gis_core.boxes import Box
from layers.catalogue import LayerInfo
from layers.reads import Statement
from layers.tables import table
from layers.ways_network import EDGES, danger_table

# 不動産の表示に関する公正競争規約施行規則 第9条(9): 80 m of road a minute.
METRES_A_MINUTE = 80.0
# Farther from any road than this, nothing is known of the way.
NEAR_M = 500.0
# Those nearest in degrees, of which the nearest in metres is taken: a degree of longitude is shorter than one of latitude.
CANDIDATES = 10
# pgRouting finds no way from a point that lies on an edge's very end: it is moved inward by less than a millimetre.
INNER = 1e-6
# A closure is drawn along its road, not always exactly on it.
CLOSURE_M = 10.0
# What a closure covers less of than this only meets the closed road.
COVERED_M = 20.0
# How wide on both sides of a road the area is that is reached by it.
BESIDE_M = 50.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Avoided:
    """What a way must not use: closed roads, the areas of a hazard's classes, roads that cross rivers of these names.

    `closures` and `rivers` are the layers, None where the viewer has none such.
    """

    closures: LayerInfo | None = None
    hazard: str | None = None
    places: tuple[int, ...] = ()
    rivers: LayerInfo | None = None
    names: tuple[str, ...] = ()


def usable(box: Box, avoided: Avoided) -> sql.Composable:
    """Return the edges that may be used as an item of FROM, those that a box (degrees) meets."""
    tests: list[sql.Composable] = [sql.SQL("edge.geom && {}").format(_box(box))]
    if avoided.closures is not None:
        tests.append(_none_of(_closed(avoided.closures)))
    if avoided.hazard is not None:
        dangerous = sql.SQL("SELECT edge FROM {} WHERE place = ANY({}::smallint[])").format(
            danger_table(avoided.hazard), sql.Literal([*avoided.places])
        )
        tests.append(_none_of(dangerous))
    if avoided.rivers is not None and avoided.names:
        crossing = sql.SQL(
            "SELECT crossed.id FROM {} AS river JOIN {} AS crossed ON ST_Intersects(river.geom, crossed.geom)"
            " WHERE river.name = ANY({})"
        ).format(table(avoided.rivers.id), EDGES, sql.Literal([*avoided.names]))
        tests.append(_none_of(crossing))
    return sql.SQL("(SELECT id, source, target, metres, geom FROM {} AS edge WHERE {})").format(
        EDGES, sql.SQL(" AND ").join(tests)
    )


def near_statement(points: Sequence[Point], edges: sql.Composable) -> Statement:
    """Rows, one for each point (degrees): the nearest edge, where on it (0 to 1), how far that is, whether pgRouting is there.

    The edge is null where none is within `NEAR_M`.
    """
    text = sql.SQL("""
        SELECT near.id, near.share, near.away, EXISTS (SELECT FROM pg_extension WHERE extname = 'pgrouting')
        FROM (VALUES {points}) AS asked (turn, point) LEFT JOIN LATERAL (
            SELECT id, least(1 - {inner}, greatest({inner}, ST_LineLocatePoint(geom, point))) AS share,
                   ST_Distance(ST_ClosestPoint(geom, point)::geography, point::geography) AS away
            FROM (SELECT id, geom FROM {edges} AS edge ORDER BY geom <-> point LIMIT {candidates}) AS candidate
            ORDER BY away LIMIT 1) AS near ON near.away <= {most} ORDER BY asked.turn""").format(
        points=sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(turn), _point(point)) for turn, point in enumerate(points)
        ),
        edges=edges,
        candidates=sql.Literal(CANDIDATES),
        inner=sql.Literal(INNER),
        most=sql.Literal(NEAR_M),
    )
    return _literal(text)


def way_statement(edges: sql.Composable, begin: tuple[int, float], end: tuple[int, float]) -> Statement:
    """One row: metres, and the line as GeoJSON text; both null where there is no way.

    From a place on an edge to another: the edge's id, and where on it (0 to 1).
    """
    listed = sql.SQL("SELECT id, source, target, metres AS cost FROM {} AS edge").format(edges)
    places = sql.SQL(
        "SELECT * FROM (VALUES (1, {}::bigint, {}::float8), (2, {}::bigint, {}::float8)) AS place (pid, edge_id, fraction)"
    ).format(*map(sql.Literal, (*begin, *end)))
    text = sql.SQL("""
        WITH step AS (
            SELECT path_seq, node, edge, cost, lead(node) OVER (ORDER BY path_seq) AS next
            FROM pgr_withPoints({listed}, {places}, -1, -2, directed := false)),
        part AS (
            SELECT path_seq, cost, edge.geom, {first} AS first, {last} AS last
            FROM step JOIN {table} AS edge ON edge.id = step.edge WHERE next IS NOT NULL),
        line AS (
            SELECT path_seq, cost, CASE WHEN first <= last THEN ST_LineSubstring(geom, first, last)
                                        ELSE ST_Reverse(ST_LineSubstring(geom, last, first)) END AS geom
            FROM part)
        SELECT sum(cost), ST_AsGeoJSON(ST_RemoveRepeatedPoints(ST_MakeLine(geom ORDER BY path_seq)), 6, 0)
        FROM line""").format(
        listed=sql.Literal(listed.as_string(None)),
        places=sql.Literal(places.as_string(None)),
        table=EDGES,
        first=_share(sql.SQL("node"), begin, end, sql.SQL("next")),
        last=_share(sql.SQL("next"), begin, end, sql.SQL("node")),
    )
    return _literal(text)


def reach_statement(
    edges: sql.Composable, begin: tuple[int, float], away: float, metres: Sequence[float], plane_srid: int
) -> Statement:
    """Rows: metres walked at most, and the area that is reached as GeoJSON text, null where none is.

    From a place on an edge, `away` metres from where one is. The area is what lies within `BESIDE_M` of the roads.
    """
    edge, share = begin
    listed = sql.SQL("""
        SELECT id, source, target, metres AS cost FROM {edges} AS edge
        UNION ALL SELECT -1, 0, source, metres * {share} FROM {table} WHERE id = {edge}
        UNION ALL SELECT -2, 0, target, metres * (1 - {share}) FROM {table} WHERE id = {edge}""").format(
        edges=edges, table=EDGES, edge=sql.Literal(edge), share=sql.Literal(share)
    )
    text = sql.SQL("""
        WITH reached AS MATERIALIZED (
            SELECT node, {away} + agg_cost AS walked
            FROM pgr_drivingDistance({listed}, 0, {most}, directed := false)),
        band AS (SELECT unnest({bands}::float8[]) AS band),
        reach AS (
            SELECT band, geom,
                   greatest(0, least(1, (band - coalesce(one.walked, 'infinity')) / metres)) AS ahead,
                   greatest(0, least(1, (band - coalesce(other.walked, 'infinity')) / metres)) AS back
            FROM {edges} AS edge CROSS JOIN band
                 LEFT JOIN reached AS one ON one.node = edge.source
                 LEFT JOIN reached AS other ON other.node = edge.target
            WHERE one.node IS NOT NULL OR other.node IS NOT NULL),
        walked AS (
            SELECT band, CASE WHEN ahead + back >= 1 THEN geom ELSE ST_LineSubstring(geom, 0, ahead) END AS geom
            FROM reach WHERE ahead > 0
            UNION ALL SELECT band, ST_LineSubstring(geom, 1 - back, 1) FROM reach WHERE back > 0 AND ahead + back < 1
            UNION ALL SELECT band, geom FROM reach WHERE ahead = 0 AND back >= 1
            UNION ALL
            SELECT band, ST_LineSubstring(geom, greatest(0, {share} - (band - {away}) / metres),
                                          least(1, {share} + (band - {away}) / metres))
            FROM {table} CROSS JOIN band WHERE id = {edge} AND band > {away})
        SELECT band.band, ST_AsGeoJSON(ST_Transform(ST_Buffer(ST_Transform(ST_Collect(walked.geom), {plane}), {beside}), 4326), 6, 0)
        FROM band LEFT JOIN walked USING (band) GROUP BY band.band ORDER BY band.band DESC""").format(
        listed=sql.Literal(listed.as_string(None)),
        edges=edges,
        table=EDGES,
        edge=sql.Literal(edge),
        share=sql.Literal(share),
        away=sql.Literal(away),
        most=sql.Literal(max(0.0, max(metres) - away)),
        bands=sql.Literal([*metres]),
        plane=sql.Literal(plane_srid),
        beside=sql.Literal(BESIDE_M),
    )
    return _literal(text)


def site_statement(info: LayerInfo, site: int) -> Statement:
    """No row or one: longitude and latitude of a feature."""
    text = sql.SQL(
        "SELECT ST_X(point), ST_Y(point) FROM (SELECT ST_PointOnSurface(geom) AS point FROM {} WHERE id = %(id)s) AS site"
    ).format(table(info.id))
    return Statement(text.as_string(None), {"id": site})


def _literal(text: sql.Composed) -> Statement:
    """Return a statement without placeholders: a per cent sign in it, as in a river's name, is just that."""
    return Statement(text.as_string(None).replace("%", "%%"), {})


def _none_of(edges: sql.Composable) -> sql.Composable:
    """An edge is none of these: they are found once, from the side of what is avoided, which is the smaller one."""
    return sql.SQL("edge.id NOT IN ({})").format(edges)


def _closed(closures: LayerInfo) -> sql.Composable:
    """The edges along which a closure in force lies, not those that it only crosses."""
    known = {field.name for field in closures.fields}
    return sql.SQL("""
        SELECT along.id
        FROM (SELECT ST_Buffer(geom::geography, {beside})::geometry AS geom FROM {closures} AS closure
              WHERE coalesce({begin}, '-infinity') <= now() AND coalesce({end}, 'infinity') > now() OFFSET 0) AS zone
             JOIN {edges} AS along ON ST_Intersects(zone.geom, along.geom)
        WHERE ST_Length(ST_Intersection(zone.geom, along.geom)::geography) >= least({covered}, along.metres / 2)""").format(
        closures=table(closures.id),
        edges=EDGES,
        begin=_moment(known, "start_at", "restriction_start_date", "0 days"),
        end=_moment(known, "end_at", "restriction_end_date", "1 day"),
        beside=sql.Literal(CLOSURE_M),
        covered=sql.Literal(COVERED_M),
    )


def _moment(known: set[str], instant: str, day: str, later: str) -> sql.Composable:
    said: list[sql.Composable] = []
    if instant in known:
        said.append(sql.SQL("closure.{}").format(sql.Identifier(instant)))
    if day in known:
        said.append(
            sql.SQL("(closure.{} + {}::interval)::timestamptz").format(
                sql.Identifier(day), sql.Literal(later)
            )
        )
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join([*said, sql.SQL("NULL::timestamptz")]))


def _share(
    node: sql.Composable, begin: tuple[int, float], end: tuple[int, float], other: sql.Composable
) -> sql.Composable:
    """Where on its edge a node of a path lies; of an edge that begins and ends in one node, the other end tells."""
    return sql.SQL("""
        CASE WHEN {node} = -1 THEN {begin} WHEN {node} = -2 THEN {end}
             WHEN edge.source <> edge.target THEN CASE WHEN {node} = edge.source THEN 0 ELSE 1 END
             WHEN {other} IN (-1, -2) THEN
                  CASE WHEN step.cost < edge.metres * CASE WHEN {other} = -1 THEN {begin} ELSE {end} END + 0.001
                       THEN 0 ELSE 1 END
             ELSE 0 END::float8""").format(
        node=node, other=other, begin=sql.Literal(begin[1]), end=sql.Literal(end[1])
    )


def _point(point: Point) -> sql.Composable:
    return sql.SQL("ST_SetSRID(ST_MakePoint({}, {}), 4326)").format(*map(sql.Literal, point))


def _box(box: Box) -> sql.Composable:
    return sql.SQL("ST_MakeEnvelope({}, 4326)").format(sql.SQL(", ").join(map(sql.Literal, box.as_tuple())))
