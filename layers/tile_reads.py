"""The SQL of vector tiles: the database writes the bytes, Python passes them through.

Where a layer's plan shows everything, a tile is read from the layer's table. Below that it is read from the
layer's side table; what changed since that was made comes from the layer, thinned out as it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import sql

from gis_core.definition import Field
from gis_core.tiles import BUFFER, EXTENT, HALF_WORLD_M, MERCATOR, Grid, degrees, reach
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery, Shape, shape_of, values_of, where
from layers.forms import once_a_form
from layers.reads import Statement
from layers.tables import table
from layers.tile_plans import LARGE_CELLS, dimension
from layers.tile_store import changed_since, size, tile_table
from layers.writing import tile_value

Interval = tuple[datetime | None, datetime | None]

EVERYTHING = shape_of(ItemsQuery(limit=0))
# What the queries name themselves begins like this, so that no field of a layer is taken for it.
SHAPE = sql.Identifier("tile__shape")
# An area of so few tile units (two pixels of a tile drawn 512 pixels wide) is drawn as its box: the eye sees no
# difference, and clipping and repairing such a polygon costs six times as much.
BOX_UNITS = 16

# In a layer's table (EPSG:4326), and in its side table (EPSG:3857).
_AROUND = sql.SQL(
    "geom && ST_MakeEnvelope(%(around_west)s, %(around_south)s, %(around_east)s, %(around_north)s, 4326)"
)
_REACH = sql.SQL(
    "geom && ST_MakeEnvelope(%(reach_west)s, %(reach_south)s, %(reach_east)s, %(reach_north)s, 3857)"
)


class _Cut(NamedTuple):
    """How a planned zoom thins a layer out: see `TilePlan`."""

    level: int
    revision: int
    fields: tuple[str, ...]


def tile_statement(
    info: LayerInfo, grid: Grid, zoom: int, row: int, column: int, interval: Interval | None = None
) -> Statement:
    """One row: the layer's Mapbox Vector Tile (bytes, empty when nothing falls in it).

    `interval` keeps what is of that time (see `ItemsQuery`). The filter box is the tile grown by the buffer, so
    that nothing is lost at the edges; `&&` is enough because ST_AsMVTGeom clips. A layer is looked up in degrees,
    by the one index it has; a box in Mercator is a box there.
    """
    box, held = grid.box(zoom, row, column), reach(grid, zoom, row, column)
    around = degrees(held)
    parameters: dict[str, Any] = {
        "tile_west": box.west,
        "tile_south": box.south,
        "tile_east": box.east,
        "tile_north": box.north,
        "reach_west": held.west,
        "reach_south": held.south,
        "reach_east": held.east,
        "reach_north": held.north,
        "around_west": around.west,
        "around_south": around.south,
        "around_east": around.east,
        "around_north": around.north,
    }
    shape = EVERYTHING
    if interval:
        query = ItemsQuery(limit=0, interval=interval)
        shape = shape_of(query)
        parameters |= values_of(query)
    level = info.plan.level(zoom + grid.behind)
    if level is None:
        return Statement(_whole_text(info, grid, shape), parameters)
    # What the side table shows was chosen among all times, so a filter by time goes past it.
    cut = _Cut(level, -1 if interval else info.plan.revision, info.plan.fields)
    parameters["unit"] = (box.east - box.west) / EXTENT
    return Statement(_cut_text(info, grid, shape, cut, dimension(info.definition)), parameters)


@once_a_form
def _whole_text(info: LayerInfo, grid: Grid, shape: Shape) -> str:
    features = sql.SQL(
        "SELECT id {columns}, {drawn} AS tile__shape FROM {layer} WHERE {here} {where}"
    ).format(
        columns=_columns(info.fields),
        drawn=sql.SQL("geom_3857") if grid is MERCATOR else _projected(sql.SQL("geom"), grid),
        layer=table(info.id),
        here=_AROUND,
        where=where(info, shape),
    )
    return _tile(info, grid, info.fields, features, _clipped(grid), sql.SQL("id"))


@once_a_form
def _cut_text(info: LayerInfo, grid: Grid, shape: Shape, cut: _Cut, kind: str) -> str:
    fields = [f for f in info.fields if f.name in cut.fields]
    shown = _thinned(info, fields, shape, cut, kind)
    if cut.revision >= 0:
        planned = sql.SQL("""
            SELECT id {columns}, tile__level, geom AS tile__shape FROM {target}
            WHERE tile__level <= {level} AND {here} AND id NOT IN ({changed})""").format(
            columns=_columns(fields),
            target=tile_table(info.id),
            level=sql.Literal(cut.level),
            here=_REACH,
            changed=changed_since(info.id, cut.revision),
        )
        shown = sql.SQL("{} UNION ALL ({})").format(planned, shown)
    if grid is not MERCATOR:
        # OFFSET 0: projected once, however often the outer query names the shape.
        shown = sql.SQL(
            "SELECT id {columns}, tile__level, {projected} AS tile__shape FROM ({shown}) AS shown OFFSET 0"
        ).format(columns=_columns(fields), projected=_projected(SHAPE, grid), shown=shown)
    drawn = _boxed(_clipped(grid)) if kind == "Polygon" else _clipped(grid)
    # The most important first: areas then lie on the larger ones below them.
    return _tile(info, grid, fields, shown, drawn, sql.SQL("tile__level, id"))


def _thinned(info: LayerInfo, fields: Iterable[Field], shape: Shape, cut: _Cut, kind: str) -> sql.Composable:
    """What the plan does not know, thinned out as a plan would: of each cell's features the largest, and the large."""
    cells = 2**cut.level
    large = LARGE_CELLS.get(kind)
    return sql.SQL("""
        SELECT DISTINCT ON (tile__large, tile__col, tile__row)
               id {columns}, 0 AS tile__level, geom_3857 AS tile__shape
        FROM (SELECT id {columns}, geom_3857, tile__size, {large} AS tile__large,
                     floor((ST_XMin(geom_3857) + ST_XMax(geom_3857)) / 2 / {side}) AS tile__col,
                     floor((ST_YMin(geom_3857) + ST_YMax(geom_3857)) / 2 / {side}) AS tile__row
              FROM (SELECT id {columns}, geom_3857, {size} AS tile__size FROM {layer}
                    WHERE {since} {here} {where}) AS sized) AS placed
        ORDER BY tile__large, tile__col, tile__row, tile__size DESC, id""").format(
        columns=_columns(fields),
        large=sql.SQL("CASE WHEN tile__size >= {} THEN id END").format(
            sql.Literal(large * 2 * HALF_WORLD_M / cells)
        )
        if large
        else sql.SQL("NULL::bigint"),
        side=sql.Literal(2 * HALF_WORLD_M / cells),
        size=size(sql.SQL("geom_3857")),
        layer=table(info.id),
        since=sql.SQL("version > {} AND").format(sql.Literal(cut.revision))
        if cut.revision >= 0
        else sql.SQL(""),
        here=_AROUND,
        where=where(info, shape),
    )


def _tile(
    info: LayerInfo,
    grid: Grid,
    fields: Iterable[Field],
    features: sql.Composable,
    drawn: sql.Composable,
    order: sql.Composable,
) -> str:
    properties = [sql.SQL(", {} AS {}").format(tile_value(f), sql.Identifier(f.name)) for f in fields]
    # ST_AsMVT leaves out what has no geometry there; asked for in SQL, that would make each geometry twice.
    return (
        sql.SQL("""
        SELECT ST_AsMVT(tile__drawn, {name}, {extent}, 'tile__geom', 'id')
        FROM (SELECT id {properties}, {drawn} AS tile__geom FROM ({features}) AS feature ORDER BY {order}) AS tile__drawn""")
        .format(
            name=sql.Literal(info.id),
            extent=sql.Literal(EXTENT),
            properties=sql.SQL("").join(properties),
            drawn=drawn,
            features=features,
            order=order,
        )
        .as_string(None)
    )


def _columns(fields: Iterable[Field]) -> sql.Composable:
    return sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(f.name)) for f in fields)


def _projected(geometry: sql.Composable, grid: Grid) -> sql.Composable:
    return sql.SQL("ST_Transform({}, {})").format(geometry, sql.Literal(grid.srid))


def _clipped(grid: Grid) -> sql.Composable:
    return sql.SQL(
        "ST_AsMVTGeom(tile__shape, ST_MakeEnvelope(%(tile_west)s, %(tile_south)s, %(tile_east)s, %(tile_north)s, {srid}),"
        " {extent}, {buffer}, true)"
    ).format(srid=sql.Literal(grid.srid), extent=sql.Literal(EXTENT), buffer=sql.Literal(BUFFER))


def _boxed(otherwise: sql.Composable) -> sql.Composable:
    """A small area's box in whole tile units, wound as tiles want it; a larger area `otherwise`."""
    east, west = (
        sql.SQL("floor(({}(tile__shape) - %(tile_west)s) / %(unit)s) + {}").format(
            sql.SQL(edge), sql.Literal(more)
        )
        for edge, more in (("ST_XMax", 1), ("ST_XMin", 0))
    )
    top, bottom = (
        sql.SQL("floor((%(tile_north)s - {}(tile__shape)) / %(unit)s) + {}").format(
            sql.SQL(edge), sql.Literal(more)
        )
        for edge, more in (("ST_YMax", 0), ("ST_YMin", 1))
    )
    return sql.SQL(
        "CASE WHEN {size} < {units} * %(unit)s THEN ST_MakeEnvelope({east}, {top}, {west}, {bottom}) ELSE {otherwise} END"
    ).format(
        size=size(SHAPE),
        units=sql.Literal(BOX_UNITS),
        east=east,
        top=top,
        west=west,
        bottom=bottom,
        otherwise=otherwise,
    )
