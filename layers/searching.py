"""The SQL of the search over all layers: names, readings, addresses and postal codes, the best hits first.

Kana, width, variant ideographs, spaces and hyphens make no difference (`layers.wording`). There is no trigram index:
most Japanese words have two letters, which hold no trigram, so the index would be read whole. Measured with
100,000 features on one core: 60 to 250 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from psycopg import sql

from gis_core.definition import Field
from gis_core.text import search_key
from layers.catalogue import LayerInfo
from layers.reads import Statement
from layers.tables import table
from layers.wording import BETWEEN, pattern

Kind = Literal["feature", "postal_code"]
# How well a hit fits, the best first; the same numbers rank places of the gazetteer.
EXACT, BEGINS, HOLDS, ELSEWHERE = range(4)


def search_statement(
    infos: Iterable[LayerInfo], text: str, limit: int, kinds: Iterable[Kind]
) -> Statement | None:
    """Rows `(rank, kind, layer, id, name, address, longitude, latitude)`, the best first.

    A hit holds every word of the text in its name, reading or address; or has the text as its postal code. None when
    there is nothing to look for, or nowhere.
    """
    words = [key for word in text.split() if (key := search_key(word))]
    values: dict[str, Any] = {"limit": limit}
    branches: list[sql.Composable] = []
    wanted = {*kinds}
    if words and "feature" in wanted:
        values |= _patterns(words)
        branches += [_by_words(info, len(words)) for info in infos if info.field_with_role("name")]
    code = _postal_code(text)
    if code and "postal_code" in wanted:
        values["code"] = code
        branches += [_by_code(info, field) for info in infos if (field := _code_field(info))]
    if not branches:
        return None
    composed = sql.SQL(
        "SELECT rank, kind, layer, id, name, address, lon, lat FROM ({}) AS hits"
        " ORDER BY rank, length(name), name, layer, id LIMIT %(limit)s"
    ).format(sql.SQL(" UNION ALL ").join(branches))
    return Statement(composed.as_string(None), values)


def _patterns(words: list[str]) -> Mapping[str, str]:
    whole = pattern("".join(words))
    named = {f"word_{place}": pattern(word) for place, word in enumerate(words)}
    return named | {"exact": f"^{whole}$", "begins": f"^{whole}", "holds": whole}


def _by_words(info: LayerInfo, words: int) -> sql.Composable:
    name, kana, address = (_column(info, role) for role in ("name", "kana", "address"))
    searched = sql.SQL("concat_ws({}, {})").format(
        sql.Literal(BETWEEN), sql.SQL(", ").join(c for c in (name, kana, address) if c != _NOTHING)
    )
    tests = [sql.SQL("{} ~ {}").format(searched, sql.Placeholder(f"word_{place}")) for place in range(words)]
    rank = sql.SQL("""
        CASE WHEN {name} ~ %(exact)s OR {kana} ~ %(exact)s THEN {EXACT} WHEN {name} ~ %(begins)s OR {kana} ~ %(begins)s THEN {BEGINS}
             WHEN {name} ~ %(holds)s OR {kana} ~ %(holds)s THEN {HOLDS} ELSE {ELSEWHERE} END""").format(
        name=name,
        kana=kana,
        EXACT=sql.Literal(EXACT),
        BEGINS=sql.Literal(BEGINS),
        HOLDS=sql.Literal(HOLDS),
        ELSEWHERE=sql.Literal(ELSEWHERE),
    )
    return _branch(info, "feature", rank, sql.SQL(" AND ").join(tests))


def _by_code(info: LayerInfo, field: Field) -> sql.Composable:
    # Stored with its hyphen, which the asker may leave out.
    test = sql.SQL("replace({}, '-', '') = %(code)s").format(sql.Identifier(field.name))
    return _branch(info, "postal_code", sql.Literal(EXACT), test)


def _branch(info: LayerInfo, kind: Kind, rank: sql.Composable, test: sql.Composable) -> sql.Composable:
    return sql.SQL("""
        (SELECT {rank} AS rank, {kind} AS kind, {id} AS layer, id, {name} AS name, {address} AS address,
                ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat
         FROM {table} WHERE {test} ORDER BY rank, length({name}), id LIMIT %(limit)s)""").format(
        rank=rank,
        kind=sql.Literal(kind),
        id=sql.Literal(info.id),
        name=_column(info, "name"),
        address=_column(info, "address"),
        table=table(info.id),
        test=test,
    )


_NOTHING = sql.SQL("NULL::text")


def _column(info: LayerInfo, role: str) -> sql.Composable:
    field = info.field_with_role(role)
    return sql.Identifier(field.name) if field else _NOTHING


def _code_field(info: LayerInfo) -> Field | None:
    return next((field for field in info.fields if field.kind == "postal_code"), None)


def _postal_code(text: str) -> str | None:
    """Return the seven digits of a postal code, None for a text that is none."""
    digits = search_key(text.strip().removeprefix("〒"))
    return digits if len(digits) == 7 and digits.isascii() and digits.isdigit() else None
