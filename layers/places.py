"""The SQL of one place: all that vector layers say of a point in one round trip, and of each evacuation site beforehand.

Like `layers.reads`, every function returns text or a `Statement` and nothing here talks to the database. Whoever asks
gets only what his catalogue holds: every layer comes from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from gis_core.definition import Field
from gis_core.hazards import KINDS
from layers.catalogue import Catalogue, LayerInfo
from layers.gazetteer.searching import NEAREST_TOWN_M
from layers.gazetteer.sources import AREAS
from layers.hazards import Hazard, class_fields, hazards_of
from layers.reads import Statement
from layers.status import source
from layers.tables import table

BOUNDARY, SITES, SHELTERS, ELEVATION = "city_boundary", "evacuation_sites", "evacuation_shelters", "elevation"
# What is said of a site, by its field: of the standard layers' fields those that the viewer may see.
SITE_FIELDS = ("name", "name_kana", "name_en", "address", "phone", "capacity", "url")
AREA_FIELDS = ("name", "town_code", "address_prefecture", "address_city", "population", "households")

_HERE = sql.SQL("ST_SetSRID(ST_Point(%(lon)s::float8, %(lat)s::float8), 4326)")
_NONE = sql.SQL("NULL::json")
# By degrees the nearest are among the first few.
_NEAREST_TOWN = sql.SQL("""
    (SELECT json_build_object('name', town || koaza, 'address_prefecture', prefecture, 'address_city', county || municipality,
                              'approximate', true)
     FROM (SELECT * FROM layers_gazetteertown ORDER BY point <-> {here} LIMIT 20) AS near
     WHERE ST_DWithin(point::geography, {here}::geography, {metres})
     ORDER BY ST_Distance(point::geography, {here}::geography) LIMIT 1)""")


@dataclass(frozen=True)
class PlaceLayers:
    """The layers that know something of a place, None where the viewer has none such."""

    boundary: LayerInfo | None
    areas: LayerInfo | None
    sites: LayerInfo | None
    shelters: LayerInfo | None
    hazards: tuple[Hazard, ...]

    @property
    def zones(self) -> tuple[tuple[Hazard, LayerInfo], ...]:
        """The hazards that are zones."""
        return tuple((h, h.info) for h in self.hazards if isinstance(h.info, LayerInfo))


def place_layers(catalogue: Catalogue) -> PlaceLayers:
    """Return what a viewer's catalogue has of them."""
    layers = catalogue.layers
    return PlaceLayers(
        layers.get(BOUNDARY),
        layers.get(AREAS),
        layers.get(SITES),
        layers.get(SHELTERS),
        hazards_of(catalogue),
    )


def place_text(layers: PlaceLayers) -> str:
    """One row: in the city (null: unknown), district, zones, newest states of sites, and of shelters.

    Placeholders: `lon`, `lat` (degrees), `sites` and `shelters` (ids). The district is an object of `AREA_FIELDS`, or of fewer and `approximate`;
    zones are an array of arrays, one for each of `layers.zones`, of different objects `id`, `name` and the class
    fields; states are arrays of objects `id`, `state`, `at`.
    """
    zones = sql.SQL(", ").join([_zones_here(info) for _, info in layers.zones])
    return (
        sql.SQL("SELECT {inside}, {district}, json_build_array({zones}), {sites}, {shelters}")
        .format(
            inside=_inside(layers.boundary),
            district=_district(layers.areas),
            zones=zones,
            sites=_states(layers.sites, "sites"),
            shelters=_states(layers.shelters, "shelters"),
        )
        .as_string(None)
    )


def sites_statement(info: LayerInfo, zones: Sequence[tuple[Hazard, LayerInfo]]) -> Statement:
    """Rows of a layer of sites: id, longitude, latitude, an object of `SITE_FIELDS`, the kinds (array) for which it is
    designated, and those of the zones in which it lies.
    """
    visible = {f.name for f in info.fields if f.type == "boolean"}
    flags = [kind for kind in KINDS if kind in visible]
    designated = sql.SQL(", ").join(
        sql.SQL("CASE WHEN {} THEN {} END").format(sql.Identifier(kind), sql.Literal(kind)) for kind in flags
    )
    inside = sql.SQL(", ").join(_site_in(hazard, zone) for hazard, zone in zones if hazard.kind)
    text = sql.SQL("""
        SELECT id, ST_X(point), ST_Y(point), said, designated, inside
        FROM (SELECT id, ST_PointOnSurface(geom) AS point, {said} AS said,
                     array_remove(ARRAY[{designated}]::text[], NULL) AS designated,
                     array_remove(ARRAY[{inside}]::text[], NULL) AS inside
              FROM {table} AS site) AS sites
        ORDER BY id""").format(
        said=_object(info.fields, SITE_FIELDS),
        designated=designated,
        inside=inside,
        table=table(info.id),
    )
    return Statement(text.as_string(None), {})


def _site_in(hazard: Hazard, zone: LayerInfo) -> sql.Composable:
    return sql.SQL(
        "CASE WHEN EXISTS (SELECT FROM {} AS zone WHERE ST_Intersects(zone.geom, site.geom)) THEN {} END"
    ).format(table(zone.id), sql.Literal(hazard.kind))


def _inside(info: LayerInfo | None) -> sql.Composable:
    """Without a boundary nobody knows what lies in the city."""
    if info is None or not info.feature_count:
        return sql.SQL("NULL::boolean")
    return sql.SQL("EXISTS (SELECT FROM {} WHERE ST_Intersects(geom, {}))").format(table(info.id), _HERE)


def _district(info: LayerInfo | None) -> sql.Composable:
    """The area that holds the point; where there is none, the nearest town of the gazetteer."""
    nearest = _NEAREST_TOWN.format(here=_HERE, metres=sql.Literal(NEAREST_TOWN_M))
    if info is None:
        return nearest
    area = sql.SQL("(SELECT {} FROM {} WHERE ST_Intersects(geom, {}) ORDER BY id LIMIT 1)").format(
        _object(info.fields, AREA_FIELDS), table(info.id), _HERE
    )
    return sql.SQL("coalesce({}, {})").format(area, nearest)


def _zones_here(info: LayerInfo) -> sql.Composable:
    """Zones of one class tell the same, so each class is told once, whatever number of zones overlap."""
    names = [*class_fields(info), *(f.name for f in info.fields if f.role == "name")]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL("""
        (SELECT coalesce(json_agg(zone), '[]') FROM (
             SELECT min(id) AS id {comma} {columns} FROM {table} WHERE ST_Intersects(geom, {here}) {grouped}) AS zone
         WHERE id IS NOT NULL)""").format(
        comma=sql.SQL(", " if names else ""),
        columns=columns,
        table=table(info.id),
        here=_HERE,
        grouped=sql.SQL("GROUP BY {}").format(columns) if names else sql.SQL(""),
    )


def _states(info: LayerInfo | None, chosen: str) -> sql.Composable:
    if info is None:
        return _NONE
    return sql.SQL("""
        (SELECT json_agg(newest) FROM (
             SELECT DISTINCT ON (feature_id) feature_id AS id, state, at FROM {source} AS entry
             WHERE layer = {layer} AND feature_id = ANY ({chosen}::bigint[]) AND at <= now()
             ORDER BY feature_id, entry.at DESC, entry.id DESC) AS newest)
        """).format(chosen=sql.Placeholder(chosen), source=source(info), layer=sql.Literal(info.id))


def _object(fields: Sequence[Field], wanted: Sequence[str]) -> sql.Composable:
    visible = {f.name for f in fields}
    pairs = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier(name) if name in visible else sql.NULL)
        for name in wanted
    )
    return sql.SQL("json_build_object({})").format(pairs)
