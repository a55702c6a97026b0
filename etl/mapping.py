"""Which column of a file feeds which field: by what the deliverer says, by name, at last by content; never by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from etl import content
from etl.faults import fault
from etl.messages import rule_message
from etl.table import REMARKS_HEADER
from gis_core.boxes import Box
from gis_core.definition import Field, LayerDefinition
from gis_core.issues import Issue
from gis_core.text import header_key

# Headers of real municipal, GSI and statistics files, as `header_key` folds them. Latitude-longitude pairs come
# first: a file that has both pairs means its degrees.
_DEGREES = (
    ("緯度", "北緯", "latitude", "lat", "緯度世界測地系", "世界測地系緯度", "緯度10進", "緯度十進", "座標緯度", "施設緯度"),
    ("経度", "東経", "longitude", "lng", "lon", "long", "経度世界測地系", "世界測地系経度", "経度10進", "経度十進",
     "座標経度", "施設経度"),
)  # fmt: skip
_EAST_NORTH = (
    ("y", "ycode", "ycoord", "ycoordinate", "pointy", "northing"),
    ("x", "xcode", "xcoord", "xcoordinate", "pointx", "easting"),
)
# In Japanese surveying X runs north and Y east (平面直角座標系).
_SURVEY = (("x座標", "x座標m", "平面直角x", "座標x"), ("y座標", "y座標m", "平面直角y", "座標y"))
_PAIRS = (_DEGREES, _EAST_NORTH, _SURVEY)
# Latitude and longitude in one cell.
_BOTH = (
    "緯度経度",
    "経度緯度",
    "経緯度",
    "緯経度",
    "latlng",
    "latlon",
    "lnglat",
    "lonlat",
    "latitudelongitude",
    "wkt",
    "wktgeom",
)
# These may be a square of a map or a name as well: taken only where most cells hold both.
_PERHAPS_BOTH = ("座標", "位置座標", "座標値", "coordinates", "coordinate", "point")
# A dBASE column name ends after 10 bytes, in CP932 or UTF-8.
_SHAPEFILE_NAME_BYTES = 10
_SHAPEFILE_ENCODINGS = ("cp932", "utf-8")

# What a correction may feed beside the layer's fields.
LATITUDE, LONGITUDE, GEOMETRY = "geom.lat", "geom.lon", "geom"
_PLACES = (LATITUDE, LONGITUDE, GEOMETRY)
_PLACE_TITLES = {LATITUDE: "緯度", LONGITUDE: "経度", GEOMETRY: "緯度経度"}

Corrections = Sequence[tuple[str, str | None]]
Cells = dict[str, list[str]]


@dataclass(frozen=True)
class PositionColumns:
    """The columns that hold a row's position: `north` is the latitude (or northing), `east` the longitude.

    One column that holds both is named twice.
    """

    north: str
    east: str

    @property
    def is_one_cell(self) -> bool:
        """Tell whether latitude and longitude stand together in one cell."""
        return self.north == self.east

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the one or two columns."""
        return (self.north,) if self.is_one_cell else (self.north, self.east)


@dataclass(frozen=True)
class Mapping:
    """Fields to columns, the position's columns if the file has them, and the columns nobody takes.

    `guessed`: the fields (and `geom`) whose columns were told by content alone, to be shown to a person.
    """

    fields: dict[str, str]
    position: PositionColumns | None
    unmapped: tuple[str, ...]
    guessed: tuple[str, ...] = ()

    def as_dict(self, geometry_is_own: bool) -> dict[str, str | list[str] | None]:
        """Return `mapping` of the load report; `geom` is `[longitude, latitude]`, or null for own geometry."""
        columns = (
            None if geometry_is_own or self.position is None else [self.position.east, self.position.north]
        )
        return {**self.fields, "geom": columns}

    def guesses(self) -> list[tuple[str, str]]:
        """Return the guessed pairs of a column and what it feeds, as a correction would say them."""
        pairs = [(self.fields[name], name) for name in self.guessed if name != GEOMETRY]
        if GEOMETRY in self.guessed and self.position is not None:
            parts = (GEOMETRY,) if self.position.is_one_cell else (LATITUDE, LONGITUDE)
            pairs += zip(self.position.columns, parts, strict=True)
        return pairs


class Vocabulary:
    """All headers by which a layer's fields and a position's columns are known, or that corrections name."""

    def __init__(self, definition: LayerDefinition, corrections: Corrections = ()) -> None:
        self._fields = definition.fields
        self._keys = {header_key(name) for field in definition.fields for name in _names(field)}
        self._keys |= {key for pair in _PAIRS for side in pair for key in side} | {*_BOTH, *_PERHAPS_BOTH}
        self._keys |= {header_key(column) for column, _ in corrections}

    def count(self, cells: Iterable[str | None]) -> int:
        """Count the different known headers in a row: how much the row looks like this layer's header."""
        return len({header_key(cell) for cell in cells if cell} & self._keys)

    def expected(self) -> str:
        """Return the headers that a deliverer should write, Japanese, for messages."""
        names = [field.title["ja"] for field in self._fields[:4]]
        return "」「".join([*names, "緯度", "経度"])


def map_columns(
    columns: Sequence[str],
    definition: LayerDefinition,
    *,
    sample: pd.DataFrame | None = None,
    corrections: Corrections = (),
    reach: Box | None = None,
    has_geometry: bool = False,
) -> Mapping:
    """Map columns to fields: as corrected, then by exact name, title and aliases in their order, normalised name,
    a name that a Shapefile cut off; what is left, by the content of `sample` (the cells of the file's first part).

    `corrections`: pairs of a column and the field it feeds, `geom.lat`, `geom.lon`, `geom` (both in one cell) or
    None (nothing). `reach`: the city's box in degrees, by which plane coordinates are known. With `has_geometry`
    no position is guessed. Raises `BadInput` for a correction that names an unknown column or field.
    """
    columns = [column for column in columns if REMARKS_HEADER not in column]
    taken, position = _corrected(columns, definition, corrections)
    said = {column for column, _ in corrections}
    free = [column for column in columns if column not in said]
    for tier in (_by_name, _by_alias, _by_key, _by_cut_name):
        for field in definition.fields:
            column = None if field.name in taken else tier(field, definition.fields, free)
            if column is not None:
                taken[field.name] = column
                free.remove(column)
    cells = None if sample is None else {name: content.filled(sample[name]) for name in free}
    position = position or _position(free, cells)
    guessed: list[str] = []
    if sample is not None and cells is not None:
        if position is None and not has_geometry and definition.geometry.endswith("Point"):
            position = _guessed_position(cells, reach)
            guessed += [GEOMETRY] if position else []
        names = taken.get("name")
        readings = [c for c in cells if content.reads(sample[names], sample[c])] if names else []
        guessed = [*_guess_fields(cells, definition, taken, position, readings), *guessed]
    used = {*taken.values(), *(position.columns if position else ())}
    order = [field.name for field in definition.fields if field.name in taken]
    left = tuple(column for column in columns if column not in used)
    return Mapping({name: taken[name] for name in order}, position, left, tuple(guessed))


def guess_issues(mapping: Mapping, definition: LayerDefinition) -> list[Issue]:
    """Return a warning about the whole file for each column that only its content tells."""
    titles = {field.name: field.title["ja"] for field in definition.fields} | _PLACE_TITLES
    return [
        Issue(None, column, field.partition(".")[0], "mapping.guessed", "warning", None,
              rule_message("mapping.guessed", "warning", column=column, field=field, title=titles[field]))
        for column, field in mapping.guesses()
    ]  # fmt: skip


def _corrected(
    columns: Sequence[str], definition: LayerDefinition, corrections: Corrections
) -> tuple[dict[str, str], PositionColumns | None]:
    """Return what the deliverer says: fields to columns, and the position's columns."""
    fields = {field.name for field in definition.fields}
    fed: dict[str, str] = {}
    for column, field in corrections:
        if column not in columns:
            raise fault("correction_column", column=column, columns="、".join(columns))
        if field is None:
            continue
        if field not in fields and field not in _PLACES:
            raise fault("correction_field", column=column, field=field, layer=definition.title["ja"],
                        fields=", ".join([*sorted(fields), *_PLACES]))  # fmt: skip
        if field in fed:
            raise fault("correction_twice", field=field, columns=f"{fed[field]}、{column}")
        fed[field] = column
    return {name: column for name, column in fed.items() if name in fields}, _corrected_position(fed)


def _corrected_position(fed: dict[str, str]) -> PositionColumns | None:
    named = [place for place in _PLACES if place in fed]
    if not named:
        return None
    if named == [GEOMETRY]:
        return PositionColumns(fed[GEOMETRY], fed[GEOMETRY])
    if named != [LATITUDE, LONGITUDE]:
        raise fault("correction_position", columns="、".join(fed[place] for place in named))
    return PositionColumns(fed[LATITUDE], fed[LONGITUDE])


def _guessed_position(cells: Cells, reach: Box | None) -> PositionColumns | None:
    pair = content.guess_position(cells, reach)
    return PositionColumns(*pair) if pair else None


def _guess_fields(
    cells: Cells,
    definition: LayerDefinition,
    taken: dict[str, str],
    position: PositionColumns | None,
    readings: Sequence[str],
) -> list[str]:
    """Add to `taken` what the content tells; return the fields that were added."""
    used = position.columns if position else ()
    left = {name: texts for name, texts in cells.items() if name not in used}
    unfed = [field for field in definition.fields if field.name not in taken]
    found = content.guess_fields(left, unfed, readings)
    taken |= found
    return list(found)


def _names(field: Field) -> tuple[str, ...]:
    return (field.name, *field.title.values(), *field.aliases)


def _by_name(field: Field, fields: Sequence[Field], free: Sequence[str]) -> str | None:
    return field.name if field.name in free else None


def _by_alias(field: Field, fields: Sequence[Field], free: Sequence[str]) -> str | None:
    return next((name for name in _names(field) if name in free), None)


def _by_key(field: Field, fields: Sequence[Field], free: Sequence[str]) -> str | None:
    keys = _keys(free)
    return next((keys[key] for name in _names(field) if (key := header_key(name)) in keys), None)


def _by_cut_name(field: Field, fields: Sequence[Field], free: Sequence[str]) -> str | None:
    """Find a name that a Shapefile cut off, where no other field's name begins alike."""
    mine = _cut_names(field)
    if mine.isdisjoint(free):
        return None
    others = {cut for other in fields if other is not field for cut in (*_cut_names(other), *_names(other))}
    found = [column for column in free if column in mine and column not in others]
    return found[0] if len(found) == 1 else None


def _cut_names(field: Field) -> set[str]:
    return {
        encoded[:_SHAPEFILE_NAME_BYTES].decode(encoding, errors="ignore")
        for name in _names(field)
        for encoding in _SHAPEFILE_ENCODINGS
        if len(encoded := name.encode(encoding, errors="ignore")) > _SHAPEFILE_NAME_BYTES
    }


def _keys(free: Sequence[str]) -> dict[str, str]:
    keys = {header_key(column): column for column in reversed(free)}
    keys.pop("", None)
    return keys


def _position(free: Sequence[str], cells: Cells | None) -> PositionColumns | None:
    keys = _keys(free)
    for norths, easts in _PAIRS:
        north = next((keys[key] for key in norths if key in keys), None)
        east = next((keys[key] for key in easts if key in keys), None)
        if north and east:
            return PositionColumns(north, east)
    perhaps = (keys[key] for key in _PERHAPS_BOTH if key in keys)
    column = next((keys[key] for key in _BOTH if key in keys), None) or next(
        (name for name in perhaps if cells is None or content.mostly_both(cells[name])), None
    )
    return PositionColumns(column, column) if column else None
