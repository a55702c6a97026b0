"""Names found as one types, and the town at a point, as SQL for the API's pool and for `selectors` alike.

Each statement has one row and one column: JSON, as the reader gets it.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.addresses import kanji_chome, parse_address, town_key
from gis_core.text import katakana
from layers.gazetteer.areas import Areas
from layers.gazetteer.home import Home, home_parameters
from layers.gazetteer.sources import AREAS
from layers.gazetteer.statements import address_parameters, located, towns
from layers.reads import Statement

# A town is named for a point outside all areas if it is at most so far away (metres).
NEAREST_TOWN_M = 2000


def search_statement(
    text: str, limit: int, *, home: Home | None = None, areas: Areas | None = None
) -> Statement:
    """Return the places that a text may mean, best first, as a JSON array.

    First the place that the text names as an address; then towns of whose name or reading it is the beginning, then a
    part, and those whose name it begins with before its number. Members: `label`, `level`, `municipality`, `town`, `town_id`, `kana`, `source`,
    `longitude`, `latitude` (degrees, EPSG:4326).
    `areas`: the city's layer of areas, as the asker may see it; its names are found as they are written.
    """
    address = parse_address(text)
    wanted = address.form.rstrip("-=") or town_key(text)
    parameters: dict[str, Any] = {
        **address_parameters([address]),
        **home_parameters(home),
        "wanted": wanted,
        "stem": _without_home(address.form[: address.names], home),
        "names": _names(address.form, home),
        "opening": kanji_chome(_without_home(address.form, home)) or text,
        "reading": katakana(text),
        "limit": limit,
    }
    composed = sql.SQL("""
        WITH place AS (
            SELECT 0 AS turn, prefecture || county || municipality AS municipality, town || koaza AS town, town_id,
                   '' AS kana, source, level, coalesce(number, '') AS number, lon, lat
            FROM ({located}) AS place WHERE NOT ambiguous AND level <> 'city'),
        named AS (
            SELECT DISTINCT ON (prefecture, municipality_key, key)
                   CASE WHEN starts_with(key, %(wanted)s) THEN 1 WHEN starts_with(kana_key, %(wanted)s) THEN 2
                        WHEN strpos(key, %(wanted)s) > 0 THEN 3 ELSE 4 END AS turn,
                   prefecture || county || municipality AS municipality, town || koaza AS town, town_id, kana, source,
                   level, '' AS number, ST_X(point) AS lon, ST_Y(point) AS lat
            FROM ({towns}) AS town
            WHERE strpos(key, %(wanted)s) > 0 OR starts_with(kana_key, %(wanted)s)
                  OR starts_with(municipality_key || key, %(wanted)s)
                  OR starts_with(prefecture || county || municipality_key || key, %(wanted)s)
                  OR (%(stem)s <> '' AND starts_with(key, %(stem)s))
            ORDER BY prefecture, municipality_key, key, rank),
        hits AS (SELECT * FROM place UNION ALL SELECT * FROM named {areas})
        SELECT coalesce(json_agg(json_build_object(
                   'label', municipality || town || number, 'level', level, 'municipality', municipality, 'town', town,
                   'town_id', town_id, 'kana', kana, 'source', source,
                   'longitude', round(lon::numeric, 7), 'latitude', round(lat::numeric, 7)) ORDER BY turn, length(town), town), '[]')
        FROM (SELECT * FROM (SELECT DISTINCT ON (municipality, town, number) * FROM hits
                             ORDER BY municipality, town, number, turn) AS different
              ORDER BY turn, length(town), town LIMIT %(limit)s) AS hits""").format(
        located=located(None),
        towns=towns(None),
        areas=sql.SQL("") if areas is None else _area_hits(areas, home),
    )
    return Statement(composed.as_string(None), parameters)


def at_statement(lon: float, lat: float, *, areas: Areas | None = None) -> Statement:
    """Return the town at a point (degrees, EPSG:4326) as a JSON object, or null.

    The area that holds the point; where there is none, the nearest town of the gazetteer within `NEAREST_TOWN_M`.
    Members: `municipality`, `town`, `town_id`, `source`, `distance_m` (0 inside an area).
    """
    holding = sql.SQL("") if areas is None else sql.SQL("{} UNION ALL").format(_holding(areas))
    composed = sql.SQL("""
        WITH here AS (SELECT ST_SetSRID(ST_Point(%(lon)s::float8, %(lat)s::float8), 4326) AS point),
        found AS ({holding} (
            SELECT prefecture || county || municipality, town || koaza, town_id, source,
                   ST_Distance(near.point::geography, here.point::geography)
            FROM here CROSS JOIN LATERAL (
                SELECT * FROM layers_gazetteertown ORDER BY layers_gazetteertown.point <-> here.point LIMIT 20) AS near
            WHERE ST_DWithin(near.point::geography, here.point::geography, %(metres)s)))
        SELECT (SELECT json_build_object('municipality', municipality, 'town', town, 'town_id', town_id,
                                         'source', source, 'distance_m', round(distance))
                FROM found AS found (municipality, town, town_id, source, distance) ORDER BY distance LIMIT 1)""").format(
        holding=holding
    )
    return Statement(composed.as_string(None), {"lon": lon, "lat": lat, "metres": NEAREST_TOWN_M})


def _names(form: str, home: Home | None) -> list[str]:
    """Return the names of towns with which the address may begin, with 丁目 in kanji as layers write them."""
    town = _without_home(form, home)
    return sorted({kanji_chome(town[:letters]) for letters in range(1, len(town) + 1)})


def _without_home(form: str, home: Home | None) -> str:
    return form.removeprefix(home.prefecture).removeprefix(home.key) if home else form


def _area_hits(areas: Areas, home: Home | None) -> sql.Composable:
    own = sql.Literal(home.prefecture + home.municipality if home else "")
    return sql.SQL("""
        UNION ALL
        SELECT CASE WHEN {name} = ANY(%(names)s) OR starts_with({name}, %(opening)s) THEN 1 ELSE 2 END,
               coalesce(nullif({prefecture} || {municipality}, ''), {own}), {name}, {town_id}, {kana}, {source},
               CASE WHEN {name} LIKE '%%丁目' THEN 'town_chome' ELSE 'oaza' END, '',
               ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom))
        FROM {table} WHERE {name} = ANY(%(names)s) OR starts_with({name}, %(opening)s) OR starts_with({kana}, %(reading)s)""").format(
        name=sql.Identifier(areas.name),
        prefecture=areas.column(areas.prefecture),
        municipality=areas.column(areas.municipality),
        own=own,
        town_id=areas.column(areas.town_id),
        kana=areas.column(areas.kana),
        source=sql.Literal(AREAS),
        table=areas.table,
    )


def _holding(areas: Areas) -> sql.Composable:
    return sql.SQL("""
        (SELECT {prefecture} || {municipality}, {name}, {town_id}, {source}, 0::float8
         FROM here JOIN {table} AS area ON ST_Intersects(area.geom, here.point) LIMIT 1)""").format(
        prefecture=areas.column(areas.prefecture),
        municipality=areas.column(areas.municipality),
        name=sql.Identifier(areas.name),
        town_id=areas.column(areas.town_id),
        source=sql.Literal(AREAS),
        table=areas.table,
    )
