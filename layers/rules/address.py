"""The rule that an address and a position agree: the point lies in, or near, the area that the address names.

Which area an address names is told by the longest of the areas' names that it holds, once both are written
alike (widths, variants, 一丁目 as 1丁目, 1-4 as 1丁目4). Addresses of one town differ mostly in their lot
numbers, so names are looked for once for each beginning of an address, not once for each row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from psycopg import sql

from gis_core.definition import Rule
from gis_core.errors import Message
from gis_core.text import hyphens_between_digits, search_key
from layers.rules.stage import Breach, Stage, column, fetch, within
from layers.tables import table

_KANJI = "〇一二三四五六七八九"
_KANJI_CHOME = re.compile("([一二三四五六七八九]?十?[一二三四五六七八九]?)丁目")
# 1-4-1 begins with a 丁目 where the town has them; a town without them is matched by its name alone.
_DASHED_CHOME = re.compile("(?<![0-9])([0-9]{1,2})-")
_DIGITS = re.compile("[0-9]+")
_NOISE = re.compile(r"大字|\s+")


@lru_cache(maxsize=4096)
def address_key(text: str) -> str:
    """Return an address, or the name of a town, as the two are compared."""
    folded = _NOISE.sub("", unicodedata.normalize("NFKC", hyphens_between_digits(text)))
    arabic = _KANJI_CHOME.sub(lambda found: f"{_arabic(found[1])}丁目", folded)
    return search_key(_DASHED_CHOME.sub(r"\1丁目", arabic))


def _arabic(kanji: str) -> str:
    tens, ten, ones = kanji.partition("十")
    if not ten:
        return kanji and str(_KANJI.index(kanji[0]))
    return str(10 * (_KANJI.index(tens) if tens else 1) + (_KANJI.index(ones) if ones else 0))


def address_agrees(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows farther than `within_m` metres from the area that their address names."""
    field, layer, target = rule.options["field"], rule.options["layer"], rule.options["target"]
    if not stage.feeds(field):
        return []
    keys = _keys_of_names(cursor, layer, target)
    named = _named(_heads(cursor, stage, field, keys.values()), keys.values())
    found = fetch(
        cursor,
        """
        WITH areas AS MATERIALIZED (
            SELECT other.geom, other.{target}::text AS name, known.key
            FROM {layer} AS other
            JOIN unnest(%(names)s::text[], %(keys)s::text[]) AS known (name, key) ON known.name = other.{target}::text),
        placed AS MATERIALIZED (
            SELECT stage_order, address, addressed.geom, known.key
            FROM machizu_addressed AS addressed
                 JOIN unnest(%(heads)s::text[], %(named)s::text[]) AS known (head, key) USING (head)
            -- Nearly every point lies in its area: to ask that first spares the distances of most.
            WHERE NOT EXISTS (SELECT FROM areas WHERE areas.key = known.key AND ST_Intersects(areas.geom, addressed.geom)))
        SELECT placed.stage_order, placed.address, area.name, area.distance
        FROM placed CROSS JOIN LATERAL (
            SELECT areas.name, ST_Distance(areas.geom::geography, placed.geom::geography) AS distance
            FROM areas WHERE areas.key = placed.key ORDER BY distance LIMIT 1) AS area
        WHERE NOT EXISTS (SELECT FROM areas WHERE areas.key = placed.key AND {within})
        ORDER BY placed.stage_order""",
        {
            "metres": rule.options["within_m"],
            "names": list(keys),
            "keys": list(keys.values()),
            "heads": list(named),
            "named": list(named.values()),
        },
        target=column(target),
        layer=table(layer),
        within=within(sql.Identifier("areas", "geom"), sql.Identifier("placed", "geom")),
    )
    return [_disagrees(stage, field, *row) for row in found]


def _keys_of_names(cursor: Any, layer: str, target: str) -> dict[str, str]:
    """Return the areas' names and the keys by which addresses hold them."""
    rows = fetch(
        cursor,
        "SELECT DISTINCT {target}::text FROM {layer} WHERE {target} IS NOT NULL",
        {},
        target=column(target),
        layer=table(layer),
    )
    keys = {name: address_key(name) for (name,) in rows}
    return {name: key for name, key in keys.items() if key}


def _head(field: sql.Composable, keys: Iterable[str]) -> sql.Composed:
    """Return the expression of an address's beginning: up to its lot number, as far as names may reach.

    A lot number has more digits, or comes after more numbers, than any area's name has.
    """
    runs = [_DIGITS.findall(key) for key in keys]
    groups = max([1, *map(len, runs)])
    longest = max([2, *(len(run) for found in runs for run in found)])
    postal_code = "〒? *[0-9０-９]{3}[-－]?[0-9０-９]{4} *"
    number = f"[0-9０-９]{{1,{longest}}}(?![0-9０-９])"
    # In one pattern: to part with the postal code and the widths first took three times as long.
    pattern = f"^(?:{postal_code})?(?:[^0-9０-９]*{number}){{0,{groups}}}[^0-9０-９]*"
    return sql.SQL("substring({field} FROM {pattern})").format(field=field, pattern=sql.Literal(pattern))


def _heads(cursor: Any, stage: Stage, field: str, keys: Iterable[str]) -> list[str]:
    """Gather the addresses with their beginnings in a temporary table; return the different beginnings."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.machizu_addressed")
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE machizu_addressed ON COMMIT DROP AS
            SELECT stage_order, geom, {field} AS address, {head} AS head
            FROM {stage} WHERE {field} IS NOT NULL""").format(
            field=column(field), head=_head(column(field), keys), stage=stage.table
        )
    )
    cursor.execute("SELECT DISTINCT head FROM machizu_addressed")
    return [head for (head,) in cursor.fetchall()]


def _named(heads: Iterable[str], keys: Iterable[str]) -> dict[str, str]:
    """Return for each beginning of an address the longest key that it holds; those that hold none are left out."""
    longest_first = sorted(set(keys), key=len, reverse=True)
    found = ((head, address_key(head)) for head in heads)
    named = ((head, next((key for key in longest_first if key in text), None)) for head, text in found)
    return {head: key for head, key in named if key is not None}


def _disagrees(stage: Stage, field: str, row: int, address: str, name: str, distance: float) -> Breach:
    header = stage.header(field)
    message = Message(
        ja=f"列「{header}」の「{address}」は「{name}」ですが、位置はそこから {distance:,.0f} m 離れています。住所か座標を直してください。",
        en=f"“{address}” in column “{header}” is in “{name}”, but the position is {distance:,.0f} m away from it. Mend the address or the coordinates.",
    )
    return Breach(row, "address.disagrees", field, address, message)
