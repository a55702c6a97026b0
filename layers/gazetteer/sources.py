"""Where the gazetteer's places come from, best first: of two sources that have a place, the first gives its position."""

from __future__ import annotations

from typing import NamedTuple

from psycopg import sql


class Source(NamedTuple):
    """A kind of file, by its publisher; `numbered` when it brings blocks, residences or lots, else towns."""

    ja: str
    en: str
    numbered: bool


# The city's own layer of towns' areas: read where it is, never copied.
AREAS = "town_areas"

SOURCES: dict[str, Source] = {
    "abr_residence": Source("アドレス・ベース・レジストリ 住居", "Address base registry, residences", True),
    "abr_parcel": Source("アドレス・ベース・レジストリ 地番", "Address base registry, lots", True),
    "abr_block": Source("アドレス・ベース・レジストリ 街区", "Address base registry, blocks", True),
    "isj_block": Source("位置参照情報 街区レベル", "Position reference, blocks", True),
    "abr_town": Source("アドレス・ベース・レジストリ 町字", "Address base registry, towns", False),
    "isj_town": Source("位置参照情報 大字・町丁目レベル", "Position reference, towns", False),
    "geolonia_town": Source("Geolonia 住所データ", "Geolonia addresses, towns", False),
    AREAS: Source("町丁・字の区域（レイヤ）", "Town areas (layer)", False),
}

NUMBERED = [key for key, source in SOURCES.items() if source.numbered]

# A town of a numbered source lies in the middle of its numbers: the last resort for a town's position.
_TOWNS_BEST_FIRST = [key for key in SOURCES if key not in NUMBERED] + NUMBERED


def town_rank(source: sql.Composable) -> sql.Composable:
    """Return the expression of a source's place among the sources of towns' positions, best first."""
    return sql.SQL("array_position({}, {}::text)").format(sql.Literal(_TOWNS_BEST_FIRST), source)


def number_rank(source: sql.Composable) -> sql.Composable:
    """Return the expression of a source's place among the sources of numbers' positions, best first."""
    return sql.SQL("array_position({}, {}::text)").format(sql.Literal([*SOURCES]), source)
