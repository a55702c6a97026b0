"""The side table of a large layer's tiles, and the plan by which it was made.

`tile.<id>` holds the features that planned zooms show: `id`, `tile__level`, `geom` (EPSG:3857, simplified to half a
pixel of the last planned zoom) and the kept attributes. Nothing maintains it: readers leave out what changed
since the plan's revision and take that from the layer itself, so it may be made again at leisure. The plan is
the table's comment: the two are replaced, and vanish, together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from psycopg import sql

from gis_core.definition import Field, LayerDefinition
from gis_core.tiles import EXTENT, HALF_WORLD_M
from layers import grants
from layers.history import history_table
from layers.merge import large_work
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.tables import table
from layers.tile_plans import (
    COMPLETE_FROM,
    DETAIL,
    LARGE_CELLS,
    SMALL,
    TOP_LEVEL,
    TilePlan,
    Weight,
    choose_levels,
    dimension,
    kept_fields,
)

SCHEMA = "tile"

# A plan is made anew when so much of the layer has changed since: until then changed features are thinned out
# as they are read.
DRIFT_SHARE = 0.05
DRIFT_FEATURES = 500
# Half a pixel, in units of a tile that is drawn 512 pixels wide.
TOLERANCE_UNITS = 4
# What simplification leaves of a feature at the zooms where it is one of many, about.
SIMPLIFIED_POINTS = 8
# A level with fewer features is read through the index of the next.
INDEX_FROM = 500


def tile_table(layer_id: str) -> sql.Identifier:
    """Return the quoted, schema-qualified name of the side table of a layer's tiles."""
    return sql.Identifier(SCHEMA, layer_id)


def stored_plan(layer_id: sql.Composable) -> sql.Composable:
    """Return the expression of a layer's stored plan, NULL without one."""
    return sql.SQL("""
        (SELECT obj_description(c.oid, 'pg_class')::json FROM pg_class AS c JOIN pg_namespace AS n
         ON n.oid = c.relnamespace WHERE n.nspname = {} AND c.relname = {}::name)""").format(
        sql.Literal(SCHEMA), layer_id
    )


def layers_due(cursor: Any) -> list[str]:
    """Return the ids of the layers whose plan is missing or was made of other data."""
    cursor.execute(
        sql.SQL("""
            SELECT id
            FROM (SELECT l.*, ({plan} ->> 'revision')::bigint AS planned FROM layers_layer AS l
                  WHERE kind = 'vector' AND retired_at IS NULL) AS layer
            WHERE CASE WHEN planned IS NULL THEN feature_count > {small} ELSE (
                SELECT sum(added + changed + removed) FROM layers_revision AS r
                WHERE r.layer_id = layer.id AND r.revision > planned
                ) > greatest({features}, {share} * feature_count) END
            ORDER BY id""").format(
            plan=stored_plan(sql.SQL("l.id")),
            small=sql.Literal(SMALL),
            features=sql.Literal(DRIFT_FEATURES),
            share=sql.Literal(DRIFT_SHARE),
        )
    )
    return [layer_id for (layer_id,) in cursor.fetchall()]


def drop(cursor: Any, layer_id: str) -> None:
    """Drop a layer's side table and plan, if there are any."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(tile_table(layer_id)))


def make(cursor: Any, definition: LayerDefinition) -> TilePlan:
    """Make the layer's plan and side table anew, in the caller's transaction."""
    # Read first: what is committed meanwhile counts as changed since, wherever it is found.
    cursor.execute("SELECT revision FROM layers_layer WHERE id = %s", [definition.id])
    (revision,) = cursor.fetchone()
    with large_work(cursor):
        cursor.execute(_levels(definition))
        levels = choose_levels(_weights(cursor), DETAIL[dimension(definition)])
        plan = TilePlan(revision, levels, kept_fields(definition))
        _make_schema(cursor)
        fresh = tile_table(f"{definition.id}~new")
        cursor.execute(_contents(fresh, definition, plan))
        _index(cursor, fresh, levels)
    comment = sql.SQL("COMMENT ON TABLE {} IS {}")
    cursor.execute(comment.format(fresh, sql.Literal(json.dumps(asdict(plan)))))
    grants.grant_tiles(cursor, fresh, definition, plan.fields)
    # At last, since readers of the old one have to wait from here to the commit.
    drop(cursor, definition.id)
    rename = sql.SQL("ALTER TABLE {} RENAME TO {}; DROP TABLE machizu_levels")
    cursor.execute(rename.format(fresh, sql.Identifier(definition.id)))
    return plan


def _make_schema(cursor: Any) -> None:
    schema = sql.Identifier(SCHEMA)
    readers = sql.SQL(", ").join(map(sql.Identifier, (PUBLIC_ROLE, STAFF_ROLE)))
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, readers))


def _levels(definition: LayerDefinition) -> sql.Composable:
    """The temporary table of all features with their level and weights: one pass, then ever fewer winners."""
    halved = [
        sql.SQL("""
            level_{level} AS (SELECT DISTINCT ON (col >> {shift}, row >> {shift}) * FROM level_{finer}
                              ORDER BY col >> {shift}, row >> {shift}, size DESC, id)""").format(
            level=sql.SQL(str(level)), finer=sql.SQL(str(level + 1)), shift=sql.Literal(TOP_LEVEL - level)
        )
        for level in range(TOP_LEVEL - 1, -1, -1)
    ]
    points = sql.SQL("ST_NPoints(geom_3857)")
    kept = [f for f in definition.fields if f.name in kept_fields(definition)]
    won = [
        sql.SQL("SELECT id, {} AS level FROM {}").format(sql.Literal(n), sql.Identifier(f"level_{n}"))
        for n in range(TOP_LEVEL, -1, -1)
    ]
    return sql.SQL("""
        CREATE TEMPORARY TABLE machizu_levels ON COMMIT DROP AS
        WITH {top} AS MATERIALIZED (
            SELECT id, size, whole, kept, {large} AS large,
                   floor((x + {half}) / {side} * {cells})::int AS col,
                   floor(({half} - y) / {side} * {cells})::int AS row
            FROM (SELECT id, {whole} AS whole, {kept} AS kept,
                         (ST_XMin(geom_3857) + ST_XMax(geom_3857)) / 2 AS x,
                         (ST_YMin(geom_3857) + ST_YMax(geom_3857)) / 2 AS y, {size} AS size
                  FROM {layer}) AS feature),
        {halved}
        SELECT id, col AS tile__col, row AS tile__row, whole AS tile__whole, kept AS tile__kept,
               least(won.level, large)::int AS tile__level
        FROM {top} JOIN (SELECT id, min(level) AS level FROM ({won}) AS each GROUP BY id) AS won USING (id)
        """).format(
        top=sql.Identifier(f"level_{TOP_LEVEL}"),
        half=sql.Literal(HALF_WORLD_M),
        side=sql.Literal(2 * HALF_WORLD_M),
        cells=sql.Literal(2**TOP_LEVEL),
        whole=_bytes(definition.fields, points),
        kept=_bytes(kept, sql.SQL("least({}, {})").format(points, sql.Literal(SIMPLIFIED_POINTS))),
        large=_large_level(definition),
        size=size(sql.SQL("geom_3857")),
        layer=table(definition.id),
        halved=sql.SQL(",").join(halved),
        won=sql.SQL(" UNION ALL ").join(won),
    )


def size(geometry: sql.Composable) -> sql.Composable:
    """Return the expression of a geometry's size: the longer side of its box."""
    return sql.SQL("greatest(ST_XMax({0}) - ST_XMin({0}), ST_YMax({0}) - ST_YMin({0}))").format(geometry)


def _large_level(definition: LayerDefinition) -> sql.Composable:
    """The coarsest level at which a feature counts as large; it grows by one as its size halves."""
    cells = LARGE_CELLS.get(dimension(definition))
    if cells is None:
        return sql.Literal(TOP_LEVEL)
    return sql.SQL(
        "CASE WHEN size > 0 THEN least({top}, greatest(0, ceil(log(2, ({world} / size)::numeric)))) ELSE {top} END"
    ).format(top=sql.Literal(TOP_LEVEL), world=sql.Literal(2 * HALF_WORLD_M * cells))


def _bytes(fields: Iterable[Field], points: sql.Composable) -> sql.Composable:
    """The estimate of a feature's bytes in a tile: head, two to four a point, tags, and values not seen before."""
    values = [
        sql.SQL(" + 2 + coalesce(octet_length({}::text), 0)").format(sql.Identifier(field.name))
        for field in fields
        if not field.choices
    ]
    return sql.SQL("(16 + 3 * {}{})::bigint").format(points, sql.SQL("").join(values))


def _weights(cursor: Any) -> list[Weight]:
    cursor.execute(
        sql.SQL("""
            SELECT tile__col >> {shift}, tile__row >> {shift}, tile__level, sum(tile__whole)::bigint, sum(tile__kept)::bigint
            FROM machizu_levels GROUP BY 1, 2, 3""").format(
            shift=sql.Literal(TOP_LEVEL - (COMPLETE_FROM - 1))
        )
    )
    return [Weight(*row) for row in cursor.fetchall()]


def _contents(target: sql.Identifier, definition: LayerDefinition, plan: TilePlan) -> sql.Composable:
    """The side table: in the order of a curve that keeps neighbours together, as tiles read them."""
    tolerance = TOLERANCE_UNITS * 2 * HALF_WORLD_M / 2 ** len(plan.levels) * 2 / EXTENT
    return sql.SQL("""
        CREATE TABLE {target} AS
        SELECT id, tile__level::smallint AS tile__level, {columns}
               ST_Simplify(geom_3857, {tolerance}, true)::geometry(Geometry, 3857) AS geom
        FROM {layer} JOIN machizu_levels USING (id)
        WHERE tile__level <= {last} ORDER BY geom_3857""").format(
        target=target,
        columns=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(f)) for f in plan.fields),
        tolerance=sql.Literal(tolerance),
        layer=table(definition.id),
        last=sql.Literal(max(plan.levels, default=-1)),
    )


def _index(cursor: Any, target: sql.Identifier, levels: Iterable[int]) -> None:
    """Index the side table once for each level at which it is read: a low zoom must not look at all of it."""
    cursor.execute(sql.SQL("ANALYZE {}").format(target))
    cursor.execute(sql.SQL("SELECT tile__level, count(*) FROM {} GROUP BY tile__level").format(target))
    counts = dict(cursor.fetchall())
    for level in sorted(set(levels)):
        if sum(n for at, n in counts.items() if at <= level) >= INDEX_FROM:
            cursor.execute(
                sql.SQL("CREATE INDEX ON {} USING gist (geom) WHERE tile__level <= {}").format(
                    target, sql.Literal(level)
                )
            )


def changed_since(layer_id: str, revision: int) -> sql.Composable:
    """Return the query of the ids whose row in the side table is out of date."""
    return sql.SQL(
        "SELECT id FROM {} WHERE version > {} UNION ALL SELECT id FROM {} WHERE version_end > {}"
    ).format(table(layer_id), sql.Literal(revision), history_table(layer_id), sql.Literal(revision))
