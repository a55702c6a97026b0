"""Rules between a row's position and the published features of another layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from gis_core.definition import Rule
from gis_core.errors import Message
from layers.rules.stage import Breach, Stage, fetch, position, reach, within
from layers.tables import table

CITY_LAYER = "city_boundary"

_STAGED = sql.Identifier("staged", "geom")
_OTHER = sql.Identifier("other", "geom")
# Nearly every point touches what it should be near: to ask that first spares the distances of most.
_TOUCHED = sql.SQL("ST_Intersects({}, {})").format(_OTHER, _STAGED)


def within_city(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows that the city's boundary, grown by `buffer_m` metres, does not cover."""
    metres = rule.options.get("buffer_m", 0)
    ja = f"市域から {metres:g} m" if metres else "市域"
    en = f"farther than {metres:g} m from the city" if metres else "outside the city"
    return [
        Breach(
            row,
            "coordinates.outside_city",
            "geom",
            value,
            Message(
                ja=f"位置（{value}）が{ja}の外です。座標を確かめて直してください。",
                en=f"The position ({value}) is {en}. Check it and mend it.",
            ),
        )
        for row, value in _uncovered(cursor, stage, CITY_LAYER, metres)
    ]


def inside(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows that the layer's areas together, grown by `buffer_m` metres, do not cover."""
    layer, metres = rule.options["layer"], rule.options.get("buffer_m", 0)
    ja = f"区域から {metres:g} m" if metres else "区域"
    en = f"farther than {metres:g} m from the areas" if metres else "outside the areas"
    return [
        Breach(
            row,
            "place.outside",
            "geom",
            value,
            Message(
                ja=f"位置（{value}）がレイヤ「{layer}」の{ja}の外です。位置を直すか、そのレイヤの区域を確かめてください。",
                en=f"The position ({value}) is {en} of the layer “{layer}”. Mend it, or check the areas of that layer.",
            ),
        )
        for row, value in _uncovered(cursor, stage, layer, metres)
    ]


def near(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows farther than `within_m` metres from every feature of the layer."""
    layer, metres = rule.options["layer"], rule.options["within_m"]
    return [
        Breach(
            row,
            "place.far",
            "geom",
            value,
            Message(
                ja=f"位置（{value}）から {metres:g} m 以内にレイヤ「{layer}」の地物がありません。位置を確かめて直してください。",
                en=f"No feature of the layer “{layer}” lies within {metres:g} m of the position ({value}). Check it and mend it.",
            ),
        )
        for row, value in _without(cursor, stage, layer, metres, within(_OTHER, _STAGED))
    ]


def _uncovered(cursor: Any, stage: Stage, layer: str, metres: float) -> Iterable[tuple[int, str]]:
    if stage.definition.geometry == "Point":
        return _without(cursor, stage, layer, metres, within(_OTHER, _STAGED) if metres else _TOUCHED)
    covered = sql.SQL("ST_Covers({}, {})").format(_OTHER, _STAGED)
    left = [row for row, _ in _without(cursor, stage, layer, metres, covered)]
    return _not_covered_together(cursor, stage, layer, metres, left) if left else []


def _without(
    cursor: Any, stage: Stage, layer: str, metres: float, condition: sql.Composable
) -> list[tuple[int, str]]:
    """Return the rows, with their positions, for which no feature of the layer meets the condition."""
    return fetch(
        cursor,
        """
        WITH apart AS MATERIALIZED (
            SELECT stage_order, geom FROM {stage} AS staged
            WHERE NOT EXISTS (SELECT FROM {layer} AS other WHERE {plain}))
        SELECT stage_order, {position} FROM apart AS staged
        WHERE NOT EXISTS (SELECT FROM {layer} AS other WHERE {condition})
        ORDER BY stage_order""",
        {"metres": metres},
        position=position(_STAGED),
        stage=stage.table,
        layer=table(layer),
        plain=_TOUCHED if stage.definition.geometry == "Point" else condition,
        condition=condition,
    )


def _not_covered_together(
    cursor: Any, stage: Stage, layer: str, metres: float, rows: list[int]
) -> list[tuple[int, str]]:
    """Return those of the rows that not even the union of the areas, grown by the metres, covers."""
    return fetch(
        cursor,
        """
        WITH asked AS MATERIALIZED (
            SELECT staged.* FROM {stage} AS staged JOIN unnest(%(rows)s::bigint[]) AS asked (stage_order) USING (stage_order)),
        extent AS (SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) AS box FROM asked),
        allowed AS (SELECT ST_Union(other.geom) AS area FROM {layer} AS other, extent WHERE other.geom && {reach}),
        grown AS MATERIALIZED (
            SELECT CASE WHEN %(metres)s > 0 THEN ST_Buffer(area::geography, %(metres)s, 32)::geometry ELSE area END
                   AS area FROM allowed)
        SELECT stage_order, {position} FROM asked AS staged
        WHERE ST_Covers((SELECT area FROM grown), geom) IS NOT TRUE
        ORDER BY stage_order""",
        {"metres": metres, "rows": rows},
        position=position(_STAGED),
        reach=reach(sql.Identifier("extent", "box")),
        stage=stage.table,
        layer=table(layer),
    )
