"""Which columns a table of a layer has: all visible fields, or those of the municipal standard; then the position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.formats.kinds import STANDARD, Wanted
from api.formats.standard_columns import COLUMNS, LATITUDE, LONGITUDE
from gis_core.definition import Field
from gis_core.errors import BadParameter, Message
from gis_core.text import header_key
from layers.cells import Words
from layers.exports import Column, Part


def columns(wanted: Wanted) -> list[Column]:
    """Return the table's columns. Raises `BadParameter` for a layer that the standard does not know."""
    if wanted.profile == STANDARD:
        return _standard(wanted)
    fields = wanted.query.output.chosen(wanted.info)
    headings = [field.title.to(wanted.language) for field in fields]
    made = [Column(h, "field", f) for h, f in zip(_unique(headings), fields, strict=True)]
    return made + (_position(wanted) if wanted.query.output.geometry else [])


def words(wanted: Wanted) -> Words:
    """Return how the table says what is no text."""
    standard = wanted.profile == STANDARD
    japanese = standard or wanted.language.startswith("ja")
    language = "ja" if standard else wanted.language
    return Words(japanese, language if wanted.labels or standard else None, six_digits=standard)


def _position(wanted: Wanted) -> list[Column]:
    """A point's two numbers; of anything else its WKT, or where a cell cannot hold that, a point on it."""
    point = wanted.info.definition.geometry == "Point"
    if not point and wanted.format == "csv":
        return [Column("WKT", "wkt")]
    japanese, system = wanted.language.startswith("ja"), wanted.query.output.system
    north, east = ("緯度", "経度") if japanese else ("Latitude", "Longitude")
    if system.projected:
        # In Japanese surveying X runs north and Y east.
        north, east = ("X座標", "Y座標") if system.north_first else ("y", "x")
    before = "" if point else "代表点_" if japanese else "Representative "
    return [Column(before + north, "north"), Column(before + east, "east")]


def _standard(wanted: Wanted) -> list[Column]:
    definition = wanted.info.definition
    names = COLUMNS.get(definition.dataset or "")
    if names is None or definition.geometry != "Point" or wanted.query.output.system.projected:
        raise BadParameter(
            "profile",
            Message(
                f"レイヤ {definition.id} を自治体標準オープンデータセットの形にはできません（対応：{'、'.join(COLUMNS)} 番の点のレイヤ、緯度・経度）。profile を外してください。",
                f"The layer {definition.id} has no form in the municipal standard (known: points of the datasets {', '.join(COLUMNS)}, in degrees). Leave profile out.",
            ),
        )
    fields = fields_of(names, definition.fields)
    shown = {field.name for field in wanted.query.output.chosen(wanted.info)}
    return [_standard_column(name, fields.get(name), shown, wanted.query.output.geometry) for name in names]


def _standard_column(name: str, field: Field | None, shown: set[str], position: bool) -> Column:
    parts: dict[str, Part] = {LATITUDE: "north", LONGITUDE: "east"}
    if name in parts:
        return Column(name, parts[name] if position else "nothing")
    if field is None or field.name not in shown:
        return Column(name, "nothing")
    return Column(name, "field", field)


def fields_of(names: Sequence[str], fields: Iterable[Field]) -> dict[str, Field]:
    """Return which field feeds each of the standard's columns: the one that a delivery with these headers would feed."""
    found: dict[str, Field] = {}
    left = list(fields)
    for key in (str, header_key):
        free = {key(name): name for name in reversed(names) if name not in found}
        for field in [*left]:
            known = (key(name) for name in (field.name, *field.title.values(), *field.aliases))
            name = next((free.pop(k) for k in known if k in free), None)
            if name is not None:
                found[name] = field
                left.remove(field)
    return found


def _unique(headings: Sequence[str]) -> list[str]:
    made: list[str] = []
    for heading in headings:
        number, name = 1, heading
        while name in made:
            number += 1
            name = f"{heading} ({number})"
        made.append(name)
    return made
