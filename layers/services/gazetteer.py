"""Loading the gazetteer: a source's places of a municipality are replaced as a whole, or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from gis_core.addresses import town_key
from gis_core.errors import BadInput, Message, NotFound
from layers.gazetteer.entries import Entry, Position
from layers.gazetteer_models import GazetteerAddress, GazetteerTown
from layers.services import audit


@dataclass(frozen=True)
class Replaced:
    """What became of a load: rows added, changed and removed; `without_position` were left out."""

    municipalities: tuple[str, ...]
    towns: dict[str, int]
    addresses: dict[str, int]
    without_position: int


@transaction.atomic
def replace_source(
    source: str,
    entries: Iterable[Entry],
    positions: Iterable[Position],
    *,
    actor: str,
    source_date: datetime.date | None = None,
) -> Replaced:
    """Make `entries` the source's places in the municipalities that they name; others keep theirs.

    Entries without a position of their own take that of `positions` with their `ident`. Rows go to the database as
    they come, so memory does not grow with them. Loading the same again changes nothing.
    """
    with connection.cursor() as cursor:
        # Two loads of one source wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gazetteer.' || %s))", [source])
        _gather(cursor, entries, positions)
        _require_positions(cursor, source)
        towns = _replace_towns(cursor, source, source_date)
        addresses = _replace_addresses(cursor, source)
        replaced = Replaced(_municipalities(cursor), towns, addresses, _without_position(cursor))
    if any([*towns.values(), *addresses.values()]):
        audit.record(
            actor,
            "gazetteer.load",
            subject=source,
            municipalities=list(replaced.municipalities),
            towns=towns,
            addresses=addresses,
        )
    return replaced


@transaction.atomic
def remove_source(source: str, *, actor: str) -> int:
    """Remove all of a source's places; returns how many towns it had. Raises `NotFound` when it has none."""
    towns = GazetteerTown.objects.filter(source=source)
    count = towns.count()
    if not count:
        raise NotFound(
            Message(
                ja=f"出典「{source}」の住所は登録されていません。machizu gazetteer list で確かめてください。",
                en=f"Nothing of the source “{source}” is loaded. See: machizu gazetteer list",
            )
        )
    GazetteerAddress.objects.filter(town__source=source).delete()
    towns.delete()
    audit.record(actor, "gazetteer.remove", subject=source, towns=count)
    return count


_ENTRY_COLUMNS = (*Entry._fields, "municipality_key", "town_key", "koaza_key", "kana_key")


def _gather(cursor: Any, entries: Iterable[Entry], positions: Iterable[Position]) -> None:
    """Copy what comes into temporary tables, and give each entry its position."""
    texts = ", ".join(f"{name} text" for name in _ENTRY_COLUMNS if name not in ("lon", "lat"))
    cursor.execute("DROP TABLE IF EXISTS pg_temp.incoming, pg_temp.incoming_positions")
    cursor.execute(
        f"CREATE TEMPORARY TABLE incoming ({texts}, lon double precision, lat double precision) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE incoming_positions (ident text, lon double precision, lat double precision)"
        " ON COMMIT DROP"
    )
    with cursor.copy(f"COPY incoming ({', '.join(_ENTRY_COLUMNS)}) FROM STDIN") as copy:
        for entry in entries:
            copy.write_row(
                (
                    *entry,
                    town_key(entry.municipality),
                    town_key(entry.town),
                    town_key(entry.koaza),
                    town_key(entry.kana),
                )
            )
    with cursor.copy("COPY incoming_positions (ident, lon, lat) FROM STDIN") as copy:
        for position in positions:
            copy.write_row(position)
    cursor.execute("""
        UPDATE incoming SET lon = at.lon, lat = at.lat
        FROM (SELECT ident, avg(lon) AS lon, avg(lat) AS lat FROM incoming_positions GROUP BY ident) AS at
        WHERE incoming.ident = at.ident AND incoming.lon IS NULL""")


def _require_positions(cursor: Any, source: str) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM incoming WHERE lon IS NOT NULL)")
    if not cursor.fetchone()[0]:
        raise BadInput(
            Message(
                ja=f"「{source}」のどの住所にも位置がありません。名前と位置のファイルが同じ市区町村の同じ版か確かめてください。",
                en=f"No address of “{source}” has a position. Check that names and positions are of one municipality and edition.",
            )
        )


# Towns as they come; those of numbers lie in the middle of them.
_INCOMING_TOWNS = """
    CREATE TEMPORARY TABLE incoming_towns ON COMMIT DROP AS
    SELECT prefecture, county, municipality, town, koaza, town_id, max(code) AS code, max(kana) AS kana,
           CASE WHEN koaza <> '' THEN 'koaza' WHEN town_key LIKE '%-' THEN 'town_chome' ELSE 'oaza' END AS level,
           municipality_key, town_key, koaza_key, max(kana_key) AS kana_key,
           ST_SetSRID(ST_Point(round(avg(lon)::numeric, 7), round(avg(lat)::numeric, 7)), 4326) AS point
    FROM incoming WHERE lon IS NOT NULL
    GROUP BY prefecture, county, municipality, town, koaza, town_id, municipality_key, town_key, koaza_key"""

_REMOVED_TOWNS = """
    CREATE TEMPORARY TABLE removed_towns ON COMMIT DROP AS
    SELECT id FROM layers_gazetteertown AS town
    WHERE source = %s
          AND (prefecture, county, municipality) IN (SELECT prefecture, county, municipality FROM incoming)
          AND NOT EXISTS (
              SELECT FROM incoming_towns AS new
              WHERE (new.prefecture, new.county, new.municipality, new.town, new.koaza, new.town_id)
                  = (town.prefecture, town.county, town.municipality, town.town, town.koaza, town.town_id))"""

_WRITE_TOWNS = """
    WITH written AS (
        INSERT INTO layers_gazetteertown AS town
            (source, source_date, prefecture, county, municipality, town, koaza, town_id, code, kana, level,
             municipality_key, town_key, koaza_key, kana_key, point)
        SELECT %(source)s, %(date)s::date, new.* FROM incoming_towns AS new
        ON CONFLICT ON CONSTRAINT one_town_a_source DO UPDATE
        SET (source_date, code, kana, level, municipality_key, town_key, koaza_key, kana_key, point)
          = (EXCLUDED.source_date, EXCLUDED.code, EXCLUDED.kana, EXCLUDED.level, EXCLUDED.municipality_key,
             EXCLUDED.town_key, EXCLUDED.koaza_key, EXCLUDED.kana_key, EXCLUDED.point)
        WHERE (town.source_date, town.code, town.kana, town.level, town.municipality_key, town.town_key,
               town.koaza_key, town.kana_key, town.point::bytea)
            IS DISTINCT FROM
              (EXCLUDED.source_date, EXCLUDED.code, EXCLUDED.kana, EXCLUDED.level, EXCLUDED.municipality_key,
               EXCLUDED.town_key, EXCLUDED.koaza_key, EXCLUDED.kana_key, EXCLUDED.point::bytea)
        RETURNING xmax = 0 AS added)
    SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written"""

_INCOMING_ADDRESSES = """
    CREATE TEMPORARY TABLE incoming_addresses ON COMMIT DROP AS
    SELECT town.id AS town_id, number, new.level,
           ST_SetSRID(ST_Point(round(avg(lon)::numeric, 7), round(avg(lat)::numeric, 7)), 4326) AS point
    FROM incoming AS new JOIN layers_gazetteertown AS town
         ON town.source = %s
            AND (town.prefecture, town.county, town.municipality, town.town, town.koaza, town.town_id)
              = (new.prefecture, new.county, new.municipality, new.town, new.koaza, new.town_id)
    WHERE number <> '' AND lon IS NOT NULL
    GROUP BY town.id, number, new.level"""

_REMOVE_ADDRESSES = """
    DELETE FROM layers_gazetteeraddress AS old
    USING layers_gazetteertown AS town
    WHERE town.id = old.town_id AND town.source = %s
          AND (town.prefecture, town.county, town.municipality)
              IN (SELECT prefecture, county, municipality FROM incoming)
          AND NOT EXISTS (SELECT FROM incoming_addresses AS new
                          WHERE (new.town_id, new.number, new.level) = (old.town_id, old.number, old.level))"""

_WRITE_ADDRESSES = """
    WITH written AS (
        INSERT INTO layers_gazetteeraddress AS old (town_id, number, level, point)
        SELECT town_id, number, level, point FROM incoming_addresses
        ON CONFLICT ON CONSTRAINT one_number_a_town_and_level DO UPDATE SET point = EXCLUDED.point
        WHERE old.point::bytea <> EXCLUDED.point::bytea
        RETURNING xmax = 0 AS added)
    SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written"""


def _replace_towns(cursor: Any, source: str, source_date: datetime.date | None) -> dict[str, int]:
    """Bring the source's towns in step with what came; the numbers of removed towns go with them."""
    cursor.execute(_INCOMING_TOWNS)
    cursor.execute("ANALYZE incoming, incoming_towns")
    cursor.execute(_REMOVED_TOWNS, [source])
    cursor.execute("DELETE FROM layers_gazetteeraddress WHERE town_id IN (SELECT id FROM removed_towns)")
    cursor.execute("DELETE FROM layers_gazetteertown WHERE id IN (SELECT id FROM removed_towns)")
    removed = cursor.rowcount
    cursor.execute(_WRITE_TOWNS, {"source": source, "date": source_date})
    added, changed = cursor.fetchone()
    return {"added": added, "changed": changed, "removed": removed}


def _replace_addresses(cursor: Any, source: str) -> dict[str, int]:
    """Bring the numbers of the source's towns in step with what came."""
    cursor.execute(_INCOMING_ADDRESSES, [source])
    cursor.execute("ANALYZE incoming_addresses")
    cursor.execute(_REMOVE_ADDRESSES, [source])
    removed = cursor.rowcount
    cursor.execute(_WRITE_ADDRESSES)
    added, changed = cursor.fetchone()
    cursor.execute("ANALYZE layers_gazetteertown, layers_gazetteeraddress")
    return {"added": added, "changed": changed, "removed": removed}


def _municipalities(cursor: Any) -> tuple[str, ...]:
    cursor.execute("SELECT DISTINCT prefecture || county || municipality FROM incoming ORDER BY 1")
    return tuple(name for (name,) in cursor.fetchall())


def _without_position(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM incoming WHERE lon IS NULL")
    (count,) = cursor.fetchone()
    return int(count)
