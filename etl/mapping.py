"""Which column of a file feeds which field: by name, never by position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gis_core.definition import Field, LayerDefinition
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


@dataclass(frozen=True)
class PositionColumns:
    """The columns that hold a row's position: `north` is the latitude (or northing), `east` the longitude."""

    north: str
    east: str
    survey: bool = False


@dataclass(frozen=True)
class Mapping:
    """Fields to columns, the position's columns if the file has them, and the columns nobody takes."""

    fields: dict[str, str]
    position: PositionColumns | None
    unmapped: tuple[str, ...]

    def as_dict(self, geometry_is_own: bool) -> dict[str, str | list[str] | None]:
        """Return `mapping` of the load report; `geom` is `[longitude, latitude]`, or null for own geometry."""
        columns = (
            None if geometry_is_own or self.position is None else [self.position.east, self.position.north]
        )
        return {**self.fields, "geom": columns}


class Vocabulary:
    """All headers by which a layer's fields and a position's columns are known."""

    def __init__(self, definition: LayerDefinition) -> None:
        self._fields = definition.fields
        self._keys = {header_key(name) for field in definition.fields for name in _names(field)}
        self._keys |= {key for pair in (_DEGREES, _EAST_NORTH, _SURVEY) for side in pair for key in side}

    def count(self, cells: Iterable[str | None]) -> int:
        """Count the different known headers in a row: how much the row looks like this layer's header."""
        return len({header_key(cell) for cell in cells if cell} & self._keys)

    def expected(self) -> str:
        """Return the headers that a deliverer should write, Japanese, for messages."""
        names = [field.title["ja"] for field in self._fields[:4]]
        return "」「".join([*names, "緯度", "経度"])


def map_columns(columns: Sequence[str], definition: LayerDefinition) -> Mapping:
    """Map columns to fields: exact name first, then title and aliases in their order, then normalised."""
    taken: dict[str, str] = {}
    free = list(columns)
    for tier in (_by_name, _by_alias, _by_key):
        for field in definition.fields:
            column = None if field.name in taken else tier(field, free)
            if column is not None:
                taken[field.name] = column
                free.remove(column)
    position = _position(free)
    used = {position.north, position.east} if position else set()
    order = [field.name for field in definition.fields if field.name in taken]
    return Mapping({name: taken[name] for name in order}, position, tuple(c for c in free if c not in used))


def _names(field: Field) -> tuple[str, ...]:
    return (field.name, *field.title.values(), *field.aliases)


def _by_name(field: Field, free: Sequence[str]) -> str | None:
    return field.name if field.name in free else None


def _by_alias(field: Field, free: Sequence[str]) -> str | None:
    return next((name for name in _names(field) if name in free), None)


def _by_key(field: Field, free: Sequence[str]) -> str | None:
    keys = {header_key(column): column for column in reversed(free)}
    keys.pop("", None)
    return next((keys[key] for name in _names(field) if (key := header_key(name)) in keys), None)


def _position(free: Sequence[str]) -> PositionColumns | None:
    keys = {header_key(column): column for column in reversed(free)}
    for pair in (_DEGREES, _EAST_NORTH, _SURVEY):
        north = next((keys[key] for key in pair[0] if key in keys), None)
        east = next((keys[key] for key in pair[1] if key in keys), None)
        if north and east:
            return PositionColumns(north, east, survey=pair is _SURVEY)
    return None
