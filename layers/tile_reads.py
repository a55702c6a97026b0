"""The SQL of vector tiles: the database writes the bytes, Python passes them through."""

from __future__ import annotations

from psycopg import sql

from gis_core import tiles
from layers.catalogue import LayerInfo
from layers.forms import once_a_form
from layers.reads import Statement
from layers.tables import table
from layers.writing import tile_value


def tile_statement(info: LayerInfo, zoom: int, row: int, column: int) -> Statement:
    """One row: the layer's Mapbox Vector Tile (bytes, empty when nothing falls in it), WebMercatorQuad.

    The filter box is the tile grown by the buffer, so that nothing is lost at the edges; `&&` is enough
    because ST_AsMVTGeom clips.
    """
    box = tiles.mercator_box(zoom, row, column)
    reach = tiles.mercator_box(zoom, row, column, margin=tiles.BUFFER / tiles.EXTENT)
    names = ("west", "south", "east", "north")
    parameters = dict(zip(names, box.as_tuple(), strict=True))
    parameters |= {f"reach_{n}": v for n, v in zip(names, reach.as_tuple(), strict=True)}
    return Statement(_tile_text(info), parameters)


@once_a_form
def _tile_text(info: LayerInfo) -> str:
    properties = [sql.SQL("{} AS {}").format(tile_value(f), sql.Identifier(f.name)) for f in info.fields]
    text = sql.SQL("""
        SELECT ST_AsMVT(tile, {name}, {extent}, 'mvt_geom', 'id')
        FROM (SELECT id, {properties},
                     ST_AsMVTGeom(geom_3857, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857),
                                  {extent}, {buffer}, true) AS mvt_geom
              FROM {table}
              WHERE geom_3857 && ST_MakeEnvelope(%(reach_west)s, %(reach_south)s, %(reach_east)s, %(reach_north)s, 3857)
              ORDER BY id) AS tile
        WHERE mvt_geom IS NOT NULL""")
    return text.format(
        name=sql.Literal(info.id),
        extent=sql.Literal(tiles.EXTENT),
        buffer=sql.Literal(tiles.BUFFER),
        properties=sql.SQL(", ").join(properties),
        table=table(info.id),
    ).as_string(None)
