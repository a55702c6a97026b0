"""Rules of areas and lines: no overlaps, no gaps, nothing too small. Sizes are measured on the ellipsoid."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.definition import Rule
from gis_core.errors import Message
from layers.rules.stage import Breach, Stage, fetch, position

# Slivers below this come from rounded coordinates, not from a drawn overlap or gap.
DEFAULT_TOLERANCE_M2 = 1.0

_GEOM = sql.Identifier("geom")


def no_overlap(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find areas that overlap an earlier one by more than the tolerance; the widest overlap is told."""
    _collect(cursor, stage)
    found = fetch(
        cursor,
        """
        SELECT DISTINCT ON (later.stage_order) later.stage_order, earlier.stage_order, shared.area, {position}
        FROM machizu_areas AS later
        JOIN machizu_areas AS earlier ON earlier.geom && later.geom AND earlier.stage_order < later.stage_order
        CROSS JOIN LATERAL (
            SELECT ST_CollectionExtract(ST_Intersection(earlier.geom, later.geom), 3) AS geom
            WHERE ST_Relate(earlier.geom, later.geom, '2********')) AS common
        CROSS JOIN LATERAL (SELECT ST_Area(common.geom::geography) AS area) AS shared
        WHERE shared.area > %(tolerance)s
        ORDER BY later.stage_order, shared.area DESC, earlier.stage_order""",
        {"tolerance": rule.options.get("tolerance_m2", DEFAULT_TOLERANCE_M2)},
        position=position(sql.Identifier("common", "geom")),
    )
    return [_overlap(*row) for row in found]


def _collect(cursor: Any, stage: Stage) -> None:
    """Gather the areas in one temporary table with an index: the parts of a staging table have none together."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.machizu_areas")
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE machizu_areas ON COMMIT DROP AS SELECT stage_order, geom FROM {}"
        ).format(stage.table)
    )
    cursor.execute("CREATE INDEX ON pg_temp.machizu_areas USING gist (geom)")
    cursor.execute("ANALYZE pg_temp.machizu_areas")


def _overlap(row: int, other: int, area: float, place: str) -> Breach:
    message = Message(
        ja=f"{other} 行目の区域と {area:,.0f} m² 重なっています（{place}）。境界を合わせて、どちらかを直してください。",
        en=f"The area overlaps that of row {other} by {area:,.0f} m² (at {place}). Fit their borders and mend one of them.",
    )
    return Breach(row, "geometry.overlap", "geom", place, message)


def no_gaps(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find holes among the areas that are larger than the tolerance; they belong to no row."""
    found = fetch(
        cursor,
        """
        WITH parts AS MATERIALIZED (SELECT (ST_Dump(ST_Union(geom))).geom FROM {stage}),
        gaps AS (
            SELECT (ST_Dump(ST_Difference(ST_Union(ST_MakePolygon(ST_ExteriorRing(geom))), ST_Union(geom)))).geom
            FROM parts)
        SELECT {position}, ST_Area(geom::geography) AS area,
               ARRAY(SELECT stage_order FROM {stage} AS staged
                     WHERE staged.geom && gaps.geom AND ST_Intersects(staged.geom, gaps.geom)
                     ORDER BY stage_order LIMIT 3)
        FROM gaps WHERE ST_Area(geom::geography) > %(tolerance)s ORDER BY area DESC""",
        {"tolerance": rule.options.get("tolerance_m2", DEFAULT_TOLERANCE_M2)},
        position=position(_GEOM),
        stage=stage.table,
    )
    return [_gap(*row) for row in found]


def _gap(place: str, area: float, rows: list[int]) -> Breach:
    ja, en = "・".join(map(str, rows)), ", ".join(map(str, rows))
    message = Message(
        ja=f"区域の間に {area:,.0f} m² の隙間があります（{place}、{ja} 行目の間）。境界を合わせるか、足りない区域を加えてください。",
        en=f"There is a gap of {area:,.0f} m² among the areas (at {place}, between rows {en}). Fit the borders, or add the missing area.",
    )
    return Breach(None, "geometry.gap", "geom", place, message)


def minimum_size(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find areas below `m2` square metres and lines below `m` metres."""
    lines = stage.definition.geometry.endswith("LineString")
    least = rule.options.get("m" if lines else "m2")
    if least is None:
        return []
    found = fetch(
        cursor,
        """
        SELECT stage_order, size FROM (SELECT stage_order, {measure}(geom::geography) AS size FROM {stage}) AS sized
        WHERE size < %(least)s ORDER BY stage_order""",
        {"least": least},
        measure=sql.SQL("ST_Length" if lines else "ST_Area"),
        stage=stage.table,
    )
    return [_small(row, size, least, "m" if lines else "m²") for row, size in found]


def _small(row: int, size: float, least: float, unit: str) -> Breach:
    value = f"{size:,.2f} {unit}"
    message = Message(
        ja=f"図形が小さすぎます（{value}、最小 {least:g} {unit}）。描き直すか、不要なら削除してください。",
        en=f"The geometry is too small ({value}, least {least:g} {unit}). Draw it anew, or delete it if it is not needed.",
    )
    return Breach(row, "geometry.small", "geom", value, message)
