"""アドレス・ベース・レジストリ (Digital Agency): masters of towns, blocks, residences and lots, and their positions.

Names and positions come in files of their own (`mt_town_…`, `mt_town_pos_…`), joined by their ids. Columns as in the
registry's data specifications; abolished entries (`ablt_date`) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from etl.faults import fault
from etl.gazetteers.files import Rows, degrees
from etl.gazetteers.wanted import Wanted
from gis_core.addresses import number_key, prefecture_of
from layers.gazetteer.entries import Entry, Position

# JGD2011 is what the registry uses; JGD2000 and WGS 84 are the same within what a representative point means.
_SYSTEMS = frozenset({"", "EPSG:6668", "EPSG:4612", "EPSG:4326"})


class Kind(NamedTuple):
    """A kind of file: the source it is, the columns of its ids, those of its number, what is numbered."""

    source: str
    ids: tuple[str, ...]
    number: tuple[str, ...]
    level: str


# By the column that only this kind, and those after it, have not.
_KINDS = {
    "prc_id": Kind("abr_parcel", ("prc_id",), ("prc_num1", "prc_num2", "prc_num3"), "lot"),
    "rsdt_id": Kind(
        "abr_residence", ("blk_id", "rsdt_id", "rsdt2_id"), ("blk_num", "rsdt_num", "rsdt_num2"), "residence"
    ),
    "blk_id": Kind("abr_block", ("blk_id",), ("blk_num",), "block"),
    "machiaza_id": Kind("abr_town", (), (), ""),
}


def kind_of(table: Rows) -> Kind | None:
    """Return what the table is by its columns, None for another publisher's."""
    if "lg_code" not in table.columns:
        return None
    return next((kind for column, kind in _KINDS.items() if column in table.columns), None)


def has_positions(table: Rows) -> bool:
    """Tell whether the table holds positions rather than names."""
    return "rep_lon" in table.columns


def entries(table: Rows, kind: Kind, wanted: Wanted) -> Iterator[Entry]:
    """Read names and numbers. Raises `BadInput`."""
    optional = ("county", "oaza_cho_kana", "chome_kana", "koaza_kana", "ablt_date")
    there = [name for name in optional if name in table.columns]
    names = ("lg_code", "machiaza_id", "city", "ward", "oaza_cho", "chome", "koaza")
    for cells in table.select(*names, *kind.ids, *kind.number, *there):
        row = dict(zip((*names, *kind.ids, *kind.number, *there), cells, strict=True))
        municipality = row["city"] + row["ward"]
        if row.get("ablt_date") or not wanted.has(row["lg_code"], row.get("county", ""), municipality):
            continue
        # Where there is no 大字, the 小字 is the town.
        town = row["oaza_cho"] + row["chome"]
        yield Entry(
            ident=_ident(row, kind),
            code=row["lg_code"],
            prefecture=prefecture_of(row["lg_code"]),
            county=row.get("county", ""),
            municipality=municipality,
            town=town or row["koaza"],
            koaza=row["koaza"] if town else "",
            town_id=row["machiaza_id"],
            kana="".join(row.get(name, "") for name in ("oaza_cho_kana", "chome_kana", "koaza_kana")),
            number=number_key("-".join(row[name] for name in kind.number if row[name]))
            if kind.number
            else "",
            level=kind.level,
        )


def positions(table: Rows, kind: Kind, wanted: Wanted) -> Iterator[Position]:
    """Read positions; the file has codes only, so municipalities wanted by name are filtered by their entries."""
    names = ("lg_code", "machiaza_id", *kind.ids, "rep_lon", "rep_lat", "rep_srid")
    for cells in table.select(*names):
        row = dict(zip(names, cells, strict=True))
        if not row["rep_lon"] or (
            wanted.codes and not wanted.names and row["lg_code"][:5] not in wanted.codes
        ):
            continue
        if row["rep_srid"].upper() not in _SYSTEMS:
            raise fault("gazetteer_system", file=table.file, value=row["rep_srid"])
        yield Position(_ident(row, kind), *degrees(table.file, row["rep_lon"], row["rep_lat"]))


def _ident(row: dict[str, str], kind: Kind) -> str:
    return "/".join(row[name] for name in ("lg_code", "machiaza_id", *kind.ids))
