"""The SQL that finds the places of addresses: for thousands at once, in one statement.

An address's form (`gis_core.addresses`) begins with a municipality in one of the ways to write it, or with none; then
comes a town's key; the longest town wins. Both are looked up by every beginning of what the form opens with, so the
database joins by hash; and addresses of one town mostly open alike, so a town is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from gis_core.addresses import Address
from layers.gazetteer.areas import Areas
from layers.gazetteer.sources import AREAS, NUMBERED, number_rank, town_rank

# The longest municipality with prefecture and 郡, and the longest town with 小字, have fewer characters than these.
_LONGEST_MUNICIPALITY = 40
_LONGEST_TOWN = 60


def towns(areas: Areas | None) -> sql.Composable:
    """Return the select of all towns: those loaded, and those of the layer of areas.

    Its placeholders, with areas: arrays of the layer's different names as `known_columns` has them.
    """
    loaded = sql.SQL("""
        SELECT source, {rank} AS rank, prefecture, county, municipality, town, koaza, town_id, kana, level,
               municipality_key, town_key, koaza_key, town_key || koaza_key AS key, kana_key, point
        FROM layers_gazetteertown""").format(rank=town_rank(sql.SQL("source")))
    return loaded if areas is None else sql.SQL("{} UNION ALL {}").format(loaded, _area_towns(areas))


def _area_towns(areas: Areas) -> sql.Composable:
    # A name may stand for several detached areas: the point lies in the largest.
    return sql.SQL("""
        SELECT {source}, {rank}, known.prefecture, known.county, known.municipality, known.name, '', area.town_id, '',
               CASE WHEN known.key LIKE '%%-' THEN 'town_chome' ELSE 'oaza' END,
               known.municipality_key, known.key, '', known.key, '', ST_PointOnSurface(area.geom)
        FROM {known} CROSS JOIN LATERAL (
            SELECT {town_id} AS town_id, geom FROM {table}
            WHERE {name} = known.name AND {municipality} = known.written_municipality
            ORDER BY ST_Area(geom) DESC LIMIT 1) AS area""").format(
        source=sql.Literal(AREAS),
        rank=town_rank(sql.Literal(AREAS)),
        known=_KNOWN,
        town_id=areas.column(areas.town_id),
        table=areas.table,
        name=sql.Identifier(areas.name),
        municipality=areas.column(areas.municipality),
    )


_KNOWN = sql.SQL("""
    unnest(%(area_names)s::text[], %(area_municipalities_written)s::text[], %(area_prefectures)s::text[],
           %(area_counties)s::text[], %(area_municipalities)s::text[], %(area_municipality_keys)s::text[],
           %(area_keys)s::text[])
    AS known (name, written_municipality, prefecture, county, municipality, municipality_key, key)""")


def address_parameters(addresses: Sequence[Address]) -> dict[str, Any]:
    """Return the placeholders of `located` that say what is asked."""
    openings: dict[tuple[str, int], int] = {}
    opened_by = [
        openings.setdefault((address.opening, address.names), len(openings) + 1) for address in addresses
    ]
    return {
        "forms": [address.form for address in addresses],
        "opened_by": opened_by,
        "openings": [opening for opening, _ in openings],
        "starts": [names for _, names in openings],
    }


def located(areas: Areas | None) -> sql.Composable:
    """Return the select of the best place of each address: a row each for those that name a municipality or town.

    Placeholders: `openings` (different from each other) and `starts` (where their numbers begin); `forms` of the
    addresses and `opened_by`, the place (from 1) of each one's opening; `home_prefecture`, `home` (the key
    of the municipality that is meant where none is named; null: any), `former` (keys of its former names); those of
    `towns`. Columns: n (from 1), prefecture, county, municipality, town, koaza, town_id, level, source, used (letters of
    the form that are municipality and town), written, ambiguous, candidates, number (what of the number was found), exact,
    lon, lat, reach (metres to the farthest edge of the town's area).
    """
    return sql.SQL("""
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest(%(openings)s::text[], %(starts)s::int[]) WITH ORDINALITY AS opening (form, start, n)),
        towns AS MATERIALIZED ({towns}),
        heads AS MATERIALIZED ({heads}),
        opened AS MATERIALIZED ({opened}),
        begun AS MATERIALIZED ({begun}),
        fitting AS MATERIALIZED ({fitting}),
        address AS MATERIALIZED (
            SELECT * FROM unnest(%(forms)s::text[], %(opened_by)s::int[]) WITH ORDINALITY AS address (form, opening, n)),
        best AS MATERIALIZED (SELECT best.*, {reach} AS reach FROM ({best} UNION ALL {municipalities}) AS best),
        parted AS MATERIALIZED ({parted}),
        numbered AS MATERIALIZED ({numbered})
        SELECT address.n, best.prefecture, best.county, best.municipality, best.town, best.koaza, best.town_id,
               coalesce(numbered.level, best.level) AS level, coalesce(numbered.source, best.source) AS source,
               best.used, best.written, best.ambiguous, best.candidates, numbered.number, numbered.exact,
               ST_X(coalesce(numbered.point, best.point)) AS lon, ST_Y(coalesce(numbered.point, best.point)) AS lat,
               best.reach
        FROM address JOIN best ON best.n = address.opening LEFT JOIN numbered ON numbered.n = address.n""").format(
        towns=towns(areas),
        heads=_HEADS,
        opened=_OPENED.format(longest=sql.Literal(_LONGEST_MUNICIPALITY)),
        begun=_BEGUN.format(longest=sql.Literal(_LONGEST_TOWN)),
        fitting=_FITTING,
        best=_BEST,
        municipalities=_MUNICIPALITIES,
        parted=_PARTED,
        numbered=_NUMBERED.format(rank=number_rank(sql.SQL("town.source")), sources=sql.Literal(NUMBERED)),
        reach=sql.SQL("NULL::double precision") if areas is None else _reach(areas),
    )


# Every way to write a municipality. `named`: there is a name at all; `written`: it is today's.
_HEADS = sql.SQL("""
    SELECT DISTINCT ON (key, prefecture, municipality_key) * FROM (
        SELECT opening || middle || municipality_key AS key, prefecture, municipality_key, true AS named, true AS written
        FROM (SELECT DISTINCT prefecture, county, municipality_key FROM towns) AS place,
             unnest(ARRAY['', prefecture]) AS opening, unnest(ARRAY['', county]) AS middle
        UNION ALL
        SELECT opening || name, %(home_prefecture)s::text, %(home)s::text, true, false
        FROM unnest(%(former)s::text[]) AS name, unnest(ARRAY['', %(home_prefecture)s::text]) AS opening
        UNION ALL
        SELECT opening, prefecture, municipality_key, false, false
        FROM (SELECT DISTINCT prefecture, municipality_key FROM towns) AS place, unnest(ARRAY['', prefecture]) AS opening
        WHERE %(home)s::text IS NULL OR (prefecture, municipality_key) = (%(home_prefecture)s::text, %(home)s::text)
    ) AS ways
    ORDER BY key, prefecture, municipality_key, named DESC, written DESC""")

# Who names a municipality means no other, even where its name begins like a town of the city.
_OPENED = sql.SQL("""
    SELECT * FROM (
        SELECT asked.*, heads.prefecture, heads.municipality_key, heads.named, heads.written,
               length(heads.key) AS opened, bool_or(heads.named) OVER (PARTITION BY asked.n) AS any_named
        FROM asked CROSS JOIN LATERAL generate_series(0, least(start, {longest})) AS letters
             JOIN heads ON heads.key = left(asked.form, letters)) AS ways
    WHERE named OR NOT any_named""")

# Made before it is joined: the planner takes each opening for a thousand beginnings, and would try every town instead.
_BEGUN = sql.SQL("""
    SELECT opened.*, substr(form, opened + 1, letters) AS beginning, letters
    FROM opened CROSS JOIN LATERAL generate_series(1, least(length(form) - opened, {longest})) AS letters""")

# A name without its 丁目 (浅香 for 浅香一丁目 to 浅香五丁目) is a stem: a town that nobody can place.
_FITTING = sql.SQL("""
    SELECT begun.n, begun.start, begun.written, begun.opened + begun.letters AS used, town.*
    FROM begun JOIN (
        SELECT towns.*, false AS stem, ARRAY[municipality || town || koaza] AS candidates FROM towns
        UNION ALL
        SELECT min(source), min(rank), prefecture, min(county), min(municipality),
               regexp_replace(min(town), '[0-9０-９一二三四五六七八九十]+丁目$', ''), '', '', '', 'oaza',
               municipality_key, regexp_replace(town_key, '[0-9]+-$', '') AS stem_key, '',
               regexp_replace(town_key, '[0-9]+-$', ''), '', ST_Centroid(ST_Collect(point)), true,
               array_agg(DISTINCT municipality || town)
        FROM towns WHERE town_key ~ '[^-][0-9]+-$' AND koaza_key = ''
        GROUP BY prefecture, municipality_key, stem_key) AS town
    ON town.key = begun.beginning AND town.prefecture = begun.prefecture
       AND town.municipality_key = begun.municipality_key""")

# Of the longest names, the best source's. Ambiguous: towns of several municipalities, or several of one source.
_BEST = sql.SQL("""
    (SELECT DISTINCT ON (n) n, prefecture, county, municipality, town, koaza, town_id, level, source, used, written,
            first_place <> last_place OR alike > 1 OR cardinality(candidates) > 1 AS ambiguous,
            CASE WHEN first_place = last_place THEN candidates
                 ELSE (SELECT array_agg(DISTINCT other.prefecture || other.municipality || other.town || other.koaza)
                       FROM fitting AS other WHERE other.n = ranked.n AND other.used = ranked.used) END AS candidates,
            start, municipality_key, town_key, koaza_key, point
     FROM (SELECT *, rank() OVER (PARTITION BY n ORDER BY used DESC, stem) AS turn,
                  count(*) OVER (PARTITION BY n, used, stem, rank) AS alike,
                  min(prefecture || municipality_key) OVER (PARTITION BY n, used, stem) AS first_place,
                  max(prefecture || municipality_key) OVER (PARTITION BY n, used, stem) AS last_place
           FROM fitting) AS ranked
     WHERE turn = 1
     ORDER BY n, rank)""")

_MUNICIPALITIES = sql.SQL("""
    (SELECT DISTINCT ON (n) n, opened.prefecture, place.county, place.municipality, '', '', '', 'city', place.source, opened,
            written, false, ARRAY[place.municipality], start, municipality_key, '', '', place.point
     FROM opened CROSS JOIN LATERAL (
         SELECT min(county) AS county, min(municipality) AS municipality, min(source) AS source,
                ST_Centroid(ST_Collect(point)) AS point
         FROM towns
         WHERE towns.prefecture = opened.prefecture AND towns.municipality_key = opened.municipality_key) AS place
     WHERE named AND NOT EXISTS (SELECT FROM fitting WHERE fitting.n = opened.n) AND place.municipality IS NOT NULL
     ORDER BY n, opened DESC)""")

# What is left of each address's number after its town, whole and cut from the end: 4-1, 4.
_PARTED = sql.SQL("""
    SELECT n, prefecture, municipality_key, town_key, koaza_key, array_to_string(whole[1:taken], '-') AS number, taken,
           taken = cardinality(whole) AS exact
    FROM (SELECT address.n, best.prefecture, best.municipality_key, best.town_key, best.koaza_key,
                 string_to_array(rtrim(translate(substr(address.form, greatest(best.start, best.used) + 1), '=', '-'),
                                       '-'), '-') AS whole
          FROM address JOIN best ON best.n = address.opening WHERE NOT best.ambiguous) AS split,
         generate_series(1, cardinality(whole)) AS taken""")

# A block is before a lot of the same number: where blocks are numbered, 4-1 is a residence, not the lot 4-1. Else as
# much of the number as there is. A number that several 小字 of the town have is none's.
_NUMBERED = sql.SQL("""
    SELECT DISTINCT ON (n) n, number, exact, level, source, point
    FROM (SELECT parted.n, parted.number, parted.exact, parted.taken,
                 (array_agg(place.level ORDER BY {rank}))[1] AS level,
                 (array_agg(town.source ORDER BY {rank}))[1] AS source,
                 (array_agg(place.point ORDER BY {rank}))[1] AS point
          FROM parted
               JOIN layers_gazetteertown AS town
               ON town.prefecture = parted.prefecture AND town.municipality_key = parted.municipality_key
                  AND town.town_key = parted.town_key AND town.source = ANY({sources})
                  AND (parted.koaza_key = '' OR town.koaza_key = parted.koaza_key)
               JOIN layers_gazetteeraddress AS place ON place.town_id = town.id AND place.number = parted.number
          GROUP BY parted.n, parted.number, parted.exact, parted.taken, place.level = 'lot'
          HAVING min(town.koaza_key) = max(town.koaza_key)) AS found
    ORDER BY n, level = 'lot', taken DESC""")


def _reach(areas: Areas) -> sql.Composable:
    # In Mercator metres, which are longer than metres on the ground by 1 / cos(latitude).
    return sql.SQL("""
        (SELECT max(ST_MaxDistance(ST_Transform(best.point, 3857), area.geom_3857)) * cos(radians(ST_Y(best.point)))
         FROM {known} JOIN {table} AS area ON area.{name} = known.name
         WHERE known.municipality_key = best.municipality_key AND known.key = best.town_key AND best.koaza_key = '')
        """).format(known=_KNOWN, table=areas.table, name=sql.Identifier(areas.name))
