"""Rules between the rows of a delivery: what occurs twice, and what stands twice in nearly the same place.

The first of the rows stays; each later one is the breach. Rows with an empty field are not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from gis_core.definition import Rule
from gis_core.errors import Message
from layers.rules.stage import (
    Breach,
    Stage,
    all_filled,
    columns,
    equal,
    fetch,
    joined,
    within,
)


def usable_key(cursor: Any, stage: Stage, keys: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first of the keys whose fields are all fed, and filled in every row, else ()."""
    fed = [key for key in keys if stage.feeds(*key)]
    if not fed:
        return ()
    filled = sql.SQL(", ").join(sql.SQL("bool_and({})").format(all_filled(key)) for key in fed)
    cursor.execute(sql.SQL("SELECT {} FROM {}").format(filled, stage.table))
    return next((key for key, usable in zip(fed, cursor.fetchone(), strict=True) if usable), ())


def same_rows(cursor: Any, stage: Stage) -> list[Breach]:
    """Find rows that equal an earlier one in every value and place."""
    # Only rows in one place can be equal, and places are compared far faster than rows.
    found = fetch(
        cursor,
        """
        SELECT stage_order, first
        FROM (SELECT stage_order, min(stage_order) OVER (PARTITION BY {columns}) AS first FROM {stage}
              WHERE geom IN (SELECT geom FROM {stage} GROUP BY geom HAVING count(*) > 1)) AS grouped
        WHERE first < stage_order ORDER BY stage_order""",
        {},
        columns=columns([*stage.columns, "geom"]),
        stage=stage.table,
    )
    return [Breach(row, "duplicate.row", None, None, _same_row(first)) for row, first in found]


def _same_row(first: int) -> Message:
    return Message(
        ja=f"{first} 行目とすべての値と位置が同じです。重なった行を削除してください。",
        en=f"The row equals row {first} in every value and place. Delete the repeated row.",
    )


def unique(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows that share the declared fields' values with an earlier row."""
    return same_values(cursor, stage, rule.options["fields"])


def same_values(cursor: Any, stage: Stage, names: Sequence[str]) -> list[Breach]:
    """Find rows that share these fields' values with an earlier row; none where there are no fields."""
    if not names or not stage.feeds(*names):
        return []
    # No field can be called "first row".
    found = fetch(
        cursor,
        """
        SELECT stage_order, "first row", {value}
        FROM {stage} JOIN (SELECT {names}, min(stage_order) AS "first row" FROM {stage} WHERE {filled}
                           GROUP BY {names} HAVING count(*) > 1) AS repeated USING ({names})
        WHERE "first row" < stage_order ORDER BY stage_order""",
        {},
        names=columns(names),
        value=joined(names),
        stage=stage.table,
        filled=all_filled(names),
    )
    return [_twice(stage, names, *row) for row in found]


def _twice(stage: Stage, names: Sequence[str], row: int, first: int, value: str) -> Breach:
    header = stage.headers_of(names)
    message = Message(
        ja=f"列「{header}」の「{value}」が {first} 行目と重なっています。どちらかを直すか、削除してください。",
        en=f"“{value}” in column “{header}” occurs in row {first} already. Mend one of them, or delete it.",
    )
    return Breach(row, "duplicate.key", names[0], value, message)


def near_duplicate(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows with the same values as an earlier row no farther than `within_m` metres away."""
    names, metres = rule.options["fields"], rule.options["within_m"]
    if not stage.feeds(*names):
        return []
    _collect_alike(cursor, stage, names)
    # Rows in the very same place are told by a window, so that many of them do not multiply.
    found = fetch(
        cursor,
        """
        SELECT later.stage_order, {value}, other.stage_order
        FROM machizu_alike AS later CROSS JOIN LATERAL (
            SELECT CASE WHEN later.first < later.stage_order THEN later.first ELSE (
                SELECT min(earlier.stage_order) FROM machizu_alike AS earlier
                WHERE earlier.alike = later.alike AND {equal}
                      AND earlier.stage_order < later.stage_order AND {within}) END) AS other (stage_order)
        WHERE other.stage_order IS NOT NULL ORDER BY later.stage_order""",
        {"metres": metres},
        value=joined(names),
        equal=equal(names, "earlier", "later"),
        within=within(sql.Identifier("earlier", "geom"), sql.Identifier("later", "geom")),
    )
    return [_near(stage, names, metres, *row) for row in found]


def _collect_alike(cursor: Any, stage: Stage, names: list[str]) -> None:
    """Gather the rows whose values occur more than once, with the first row of the same place.

    `alike` is a number for equal values, so that an index can look for them and for what is near at once: of
    half a million rows in one city a row costs 12 us so, 54 by places alone.
    """
    cursor.execute("DROP TABLE IF EXISTS pg_temp.machizu_alike")
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE machizu_alike ON COMMIT DROP AS
            SELECT stage_order, {names}, geom, hash_record_extended(ROW({names}), 0) AS alike,
                   min(stage_order) OVER (PARTITION BY {names}, geom) AS first
            FROM {stage} JOIN (SELECT {names} FROM {stage} WHERE {filled} GROUP BY {names} HAVING count(*) > 1)
                              AS repeated USING ({names})""").format(
            names=columns(names), stage=stage.table, filled=all_filled(names)
        )
    )
    cursor.execute("CREATE INDEX ON pg_temp.machizu_alike USING gist (alike, geom)")
    cursor.execute("ANALYZE pg_temp.machizu_alike (stage_order, alike)")


def _near(stage: Stage, names: list[str], metres: float, row: int, value: str, other: int) -> Breach:
    header = stage.headers_of(names)
    message = Message(
        ja=f"列「{header}」が同じ「{value}」の行が {metres:g} m 以内にもあります（{other} 行目）。同じものなら一つにし、別のものなら区別できる値にしてください。",
        en=f"Row {other} has the same “{value}” in column “{header}” within {metres:g} m. Keep one if they are the same, else tell them apart.",
    )
    return Breach(row, "duplicate.near", names[0], value, message)
