"""The SQL of the nearest features: found by the index in degrees, ordered by metres on the ellipsoid.

Degrees mislead: one of longitude is shorter than one of latitude. So those nearest in degrees only tell how far
to look; whatever may lie within that many metres is then measured.
"""

from __future__ import annotations

from psycopg import sql

from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery, Shape, shape_of, values_of, where
from layers.reads import Statement, kept_if_short
from layers.tables import table
from layers.writing import WHOLE, feature

# A degree is never shorter than this on WGS84 (metres): of latitude at the equator, of longitude at the equator,
# to be multiplied by the cosine of the latitude.
LATITUDE_DEGREE_M = 110_574.0
LONGITUDE_DEGREE_M = 111_319.4
# `geography` draws the shortest line between two vertices, which strays from the straight one in degrees, and
# so from the feature's box: by less than this where an edge is at most a degree long.
STRAY_M = 200.0

_HERE = sql.SQL("ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)")


def nearest_statement(
    info: LayerInfo, query: ItemsQuery, lon: float, lat: float, max_m: float | None = None
) -> Statement:
    """One row: the nearest `query.limit` features that match (bytes, comma-joined GeoJSON features), and their number.

    From a point in degrees (EPSG:4326), at most `max_m` metres away, nearest first, each with the property
    `distance_m`: 0 inside an area.
    """
    values = values_of(query) | {"lon": lon, "lat": lat, "metres": max_m}
    return Statement(_nearest_text(info, shape_of(query)), values)


@kept_if_short
def _nearest_text(info: LayerInfo, shape: Shape) -> str:
    text = sql.SQL("""
        WITH near AS MATERIALIZED (
            SELECT geom FROM {table} WHERE true {where} ORDER BY geom <-> {here} LIMIT %(limit)s),
        reach AS (
            SELECT least(max(ST_Distance(geom::geography, {here}::geography)), %(metres)s::float8) + {stray} AS metres
            FROM near),
        band AS (SELECT metres, metres / {latitude} AS high, abs(%(lat)s::float8) + metres / {latitude} AS pole FROM reach),
        sides AS MATERIALIZED (SELECT high, CASE WHEN pole >= 89.9 THEN 180 ELSE least(180, metres / ({longitude} * cosd(pole))) END AS wide
                  FROM band WHERE metres IS NOT NULL),
        box AS (
            SELECT ST_MakeEnvelope(%(lon)s + turn - wide, %(lat)s - high, %(lon)s + turn + wide, %(lat)s + high, 4326) AS area
            FROM sides CROSS JOIN unnest(ARRAY[0, 360, -360]) AS turn
            WHERE %(lon)s + turn - wide <= 180 AND %(lon)s + turn + wide >= -180),
        found AS (
            SELECT DISTINCT hit.id
            FROM box CROSS JOIN LATERAL (SELECT id FROM {table} WHERE geom && box.area {where}) AS hit)
        SELECT convert_to(coalesce(string_agg(left({feature}, -2) || {comma} || '"distance_m":' || round({distance}::numeric, 2) || '}}}}',
                                              ',' ORDER BY {distance}, id), ''), 'UTF8'), count(*)
        FROM (SELECT * FROM (SELECT id, geom {columns}, ST_Distance(geom::geography, {here}::geography) AS {distance}
                             FROM {table} WHERE id IN (SELECT id FROM found)) AS measured
              WHERE %(metres)s::float8 IS NULL OR {distance} <= %(metres)s
              ORDER BY {distance}, id LIMIT %(limit)s) AS nearest""").format(
        table=table(info.id),
        where=where(info, shape),
        here=_HERE,
        stray=sql.Literal(0.0 if info.definition.geometry in ("Point", "MultiPoint") else STRAY_M),
        latitude=sql.Literal(LATITUDE_DEGREE_M),
        longitude=sql.Literal(LONGITUDE_DEGREE_M),
        columns=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(f.name)) for f in info.fields),
        feature=feature(info, WHOLE),
        comma=sql.Literal("," if info.fields else ""),
        # No field has a blank in its name.
        distance=sql.Identifier("distance in metres"),
    )
    return text.as_string(None)
