"""The SQL of exposure: what of other layers lies in areas, by the areas' classes.

`area` is always an item of FROM with `place` (the class) and `geom` (EPSG:4326), pieces of one class sharing no area
(`exposure_areas`). Like `layers.reads`, nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql

from gis_core.hazards import Kind
from layers.aggregates import MESH_SIZES, MeshLevel
from layers.catalogue import Catalogue, LayerInfo
from layers.exposure_areas import area_table
from layers.gazetteer.sources import AREAS
from layers.reads import Statement
from layers.tables import table

SITES, SHELTERS, ROADS = "evacuation_sites", "evacuation_shelters", "roads"
# Whose features are counted, in the order in which they are told.
COUNTED = (SITES, SHELTERS, "medical_institutions", "facilities", "aed", "wifi_hotspots")
# How many persons a place holds.
CAPACITIES = ("capacity", "beds")
# Half of the third mesh (分割地域メッシュ): about 500 m.
MESH: MeshLevel = 4
_ROWS, _COLUMNS, _WEST = 960, 640, 100


def counted_layers(catalogue: Catalogue) -> list[LayerInfo]:
    """Return the layers of which something is counted and that a viewer may see."""
    return [catalogue.layers[name] for name in (*COUNTED, ROADS, AREAS) if name in catalogue.layers]


def counting_statement(info: LayerInfo, area: sql.Composable, values: dict[str, Any]) -> Statement:
    """One row: what of a layer lies in the areas, as JSON for `layers.exposure_sums`.

    Of roads `[place, metres]`, of town areas `[id, mesh row, mesh column, place, share of its area]`, of others
    `[id, [places]]`.
    """
    make = {ROADS: _lengths, AREAS: _shares}.get(info.id, _met)
    text = sql.SQL("SELECT coalesce(json_agg(found), '[]') FROM ({}) AS counted (found)").format(
        make(table(info.id), area)
    )
    return Statement(text.as_string(None), values)


def size_statement(area: sql.Composable, values: dict[str, Any]) -> Statement:
    """One row: the areas themselves as JSON, `[place, m²]`, on the ellipsoid."""
    text = sql.SQL("""
        SELECT coalesce(json_agg(json_build_array(place, size)), '[]')
        FROM (SELECT place, sum(ST_Area(geom::geography)) AS size FROM {} AS piece GROUP BY place ORDER BY place)
             AS sizes""").format(area)
    return Statement(text.as_string(None), values)


def _met(layer: sql.Composable, area: sql.Composable) -> sql.Composable:
    return sql.SQL("""
        SELECT json_build_array(feature.id, array_agg(DISTINCT piece.place ORDER BY piece.place))
        FROM {area} AS piece JOIN {layer} AS feature ON ST_Intersects(piece.geom, feature.geom)
        GROUP BY feature.id ORDER BY feature.id""").format(area=area, layer=layer)


def _lengths(layer: sql.Composable, area: sql.Composable) -> sql.Composable:
    return sql.SQL("""
        SELECT json_build_array(piece.place, sum(ST_Length(ST_Intersection(piece.geom, feature.geom)::geography)))
        FROM {area} AS piece JOIN {layer} AS feature ON ST_Intersects(piece.geom, feature.geom)
        GROUP BY piece.place ORDER BY piece.place""").format(area=area, layer=layer)


def _shares(layer: sql.Composable, area: sql.Composable) -> sql.Composable:
    """Whole pieces within an area are not cut, which is most of them."""
    return sql.SQL("""
        SELECT json_build_array(id, down, across, place,
                                sum(ST_Area(ST_Intersection(geom, cell)::geography)) / whole)
        FROM (SELECT town.id, town.whole, piece.place,
                     CASE WHEN ST_CoveredBy(piece.geom, town.geom) THEN piece.geom
                          ELSE ST_CollectionExtract(ST_Intersection(piece.geom, town.geom), 3) END AS geom
              FROM (SELECT id, geom, ST_Area(geom::geography) AS whole FROM {layer}) AS town
                   JOIN {area} AS piece ON ST_Intersects(town.geom, piece.geom)
              WHERE town.whole > 0 OFFSET 0) AS part
             CROSS JOIN LATERAL (
                 SELECT down, across, ST_MakeEnvelope(
                     {west} + across * {size} / {columns}, down * {size} / {rows},
                     {west} + (across + 1) * {size} / {columns}, (down + 1) * {size} / {rows}, 4326) AS cell
                 FROM generate_series(floor(ST_YMin(geom) * {rows} / {size})::int,
                                      floor(ST_YMax(geom) * {rows} / {size})::int) AS down,
                      generate_series(floor((ST_XMin(geom) - {west}) * {columns} / {size})::int,
                                      floor((ST_XMax(geom) - {west}) * {columns} / {size})::int) AS across) AS cells
        WHERE NOT ST_IsEmpty(geom) AND ST_Intersects(geom, cell)
        GROUP BY id, down, across, place, whole ORDER BY id, down, across, place""").format(
        layer=layer,
        area=area,
        size=sql.Literal(float(MESH_SIZES[MESH])),
        rows=sql.Literal(float(_ROWS)),
        columns=sql.Literal(float(_COLUMNS)),
        west=sql.Literal(float(_WEST)),
    )


def stored_statement(hazard: str, *, public: bool) -> Statement:
    """Rows of what was counted for the newest revision of a hazard: layer, its revision, found (JSON), when made."""
    source = sql.Identifier("public_exposure" if public else "layers_exposure")
    text = sql.SQL("""
        SELECT counted, counted_revision, content, made_at, revision FROM {source}
        WHERE hazard = %(hazard)s AND revision = (SELECT max(revision) FROM {source} WHERE hazard = %(hazard)s)
        """).format(source=source)
    return Statement(text.as_string(None), {"hazard": hazard})


def list_statement(hazard: str) -> Statement:
    """One row: the list of a hazard's areas as JSON text (`exposure_areas.parse_list`), null where there is none."""
    name = area_table(hazard).as_string(None)
    return Statement("SELECT obj_description(to_regclass(%(name)s), 'pg_class')", {"name": name})


def features_statement(info: LayerInfo, ids: Collection[int], kind: Kind | None) -> Statement:
    """Rows of features: id, name, how many it holds, whether designated for the kind, longitude, latitude.

    Null for what the layer does not say, or not to this viewer.
    """
    visible = {field.name: field for field in info.fields}
    capacity = next((name for name in CAPACITIES if name in visible), None)
    flag = visible.get(kind or "")
    name = info.field_with_role("name")
    text = sql.SQL("""
        SELECT id, {name}, {capacity}, {designated}, ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom))
        FROM {layer} WHERE id = ANY(%(ids)s) ORDER BY id""").format(
        name=_column(name.name if name else None, "text"),
        capacity=_column(capacity, "bigint"),
        designated=_column(flag.name if flag and flag.type == "boolean" else None, "boolean"),
        layer=table(info.id),
    )
    return Statement(text.as_string(None), {"ids": [*ids]})


def towns_statement(info: LayerInfo, *, shapes: bool) -> Statement:
    """Rows of town areas: id, name, code, population, and with `shapes` GeoJSON text, else null."""
    visible = {field.name for field in info.fields}
    name = info.field_with_role("name")
    text = sql.SQL("SELECT id, {name}, {code}, {population}, {shape} FROM {layer} ORDER BY id").format(
        name=_column(name.name if name else None, "text"),
        code=_column("town_code" if "town_code" in visible else None, "text"),
        population=_column("population" if "population" in visible else None, "bigint"),
        shape=sql.SQL("ST_AsGeoJSON(geom, 6, 0)" if shapes else "NULL::text"),
        layer=table(info.id),
    )
    return Statement(text.as_string(None), {})


def alert_area_statement(alert_id: int) -> Statement:
    """No row or one: the area of a published alert as GeoJSON text, null for the whole city."""
    return Statement("SELECT ST_AsGeoJSON(area, 7, 0) FROM public_alert WHERE id = %(id)s", {"id": alert_id})


def whole_city_statement(info: LayerInfo) -> Statement:
    """One row: the union of a layer of boundaries as GeoJSON text, null where it is empty."""
    text = sql.SQL("SELECT ST_AsGeoJSON(ST_Union(geom), 7, 0) FROM {}").format(table(info.id))
    return Statement(text.as_string(None), {})


def _column(name: str | None, kind: str) -> sql.Composable:
    return sql.SQL("NULL::{}").format(sql.SQL(kind)) if name is None else sql.Identifier(name)
