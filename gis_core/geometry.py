"""Repairing and judging geometries, many at once: arrays of shapely geometries in, arrays out.

Coordinates are x (east, longitude) first. Missing geometries are None and stay None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gis_core.boxes import JAPAN, Box

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_TYPE_IDS = {
    "Point": 0, "LineString": 1, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6,
}  # fmt: skip
_COLLECT = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}
_MULTI_OF = {0: 4, 1: 5, 3: 6}
_COLLECTION = 7
# Little-endian WKB (OGC 06-103r4) of a point: this, then x and y as doubles.
_POINT = "0101000000"
_POINT_DIGITS = 32


@dataclass(frozen=True)
class Repaired:
    """Geometries made fit for a layer, and masks (one flag a row) of what was found.

    `missing`: null or empty. `repaired`: was invalid, is valid now. `unrepairable`: invalid beyond repair.
    `wrong_type`: cannot be of the layer's type. Unrepairable and wrong ones are None in `geometries`.
    """

    geometries: Geometries
    missing: Mask
    repaired: Mask
    unrepairable: Mask
    wrong_type: Mask


def as_array(geometries: Any) -> Geometries:
    """Return geometries (list, array, GeoSeries) as an object array; empty ones become None."""
    array = np.array(geometries, dtype=object)
    array[shapely.is_empty(array)] = None
    return array


def force_2d(geometries: Geometries) -> Geometries:
    """Drop heights and measures."""
    return np.asarray(shapely.force_2d(geometries), dtype=object)


def make_valid(geometries: Geometries) -> Geometries:
    """Make the invalid ones valid, keeping their dimension: a polygon's stray lines and points are dropped.

    One that has nothing left in its own dimension becomes None.
    """
    return _made_valid(geometries, _invalid(geometries))


def fit_type(geometries: Geometries, geometry_type: str) -> tuple[Geometries, Mask]:
    """Return the geometries as `geometry_type` and a mask of those that cannot be (None in the result).

    Single ones are promoted to Multi; a Multi of one part fits a single type.
    """
    fitted = geometries.copy()
    wanted = _TYPE_IDS[geometry_type]
    if wanted in _MULTI_OF:
        is_multi = shapely.get_type_id(fitted) == _MULTI_OF[wanted]
        lone = is_multi & (shapely.get_num_geometries(fitted) == 1)
        fitted[lone] = shapely.get_geometry(fitted[lone], 0)
    else:
        fitted = promote_to_multi(fitted)
    wrong = (shapely.get_type_id(fitted) != wanted) & ~shapely.is_missing(fitted)
    fitted[wrong] = None
    return fitted, wrong


def promote_to_multi(geometries: Geometries) -> Geometries:
    """Turn points, lines and polygons into Multi* of one part; others are kept."""
    promoted = geometries.copy()
    type_ids = shapely.get_type_id(geometries)
    for single, collect in _COLLECT.items():
        rows = np.flatnonzero(type_ids == single)
        if rows.size:
            promoted[rows] = collect(geometries[rows], indices=np.arange(rows.size))
    return promoted


def orient(geometries: Geometries) -> Geometries:
    """Turn polygons as RFC 7946 asks: outer rings counter-clockwise, holes clockwise."""
    return np.asarray(shapely.orient_polygons(geometries, exterior_cw=False), dtype=object)


def repair(geometries: Any, geometry_type: str) -> Repaired:
    """Bring geometries into the form a layer stores: 2D, valid, of its type, polygons oriented."""
    given = force_2d(as_array(geometries))
    missing = shapely.is_missing(given)
    invalid = _invalid(given)
    valid = _made_valid(given, invalid)
    lost = shapely.is_missing(valid) & ~missing
    fitted, wrong = fit_type(valid, geometry_type)
    return Repaired(orient(fitted), missing, invalid & ~lost, lost, wrong)


def swap_axes(geometries: Geometries) -> Geometries:
    """Exchange x and y."""
    return np.asarray(shapely.transform(geometries, lambda xy: xy[:, ::-1]), dtype=object)


def hex_wkb(geometries: Geometries) -> list[str]:
    """Return geometries (2D, none missing) as hexadecimal WKB; points all at once, which takes a tenth of the time."""
    if (shapely.get_type_id(geometries) == shapely.GeometryType.POINT).all():
        numbers = np.ascontiguousarray(shapely.get_coordinates(geometries), dtype="<f8").tobytes().hex()
        if len(numbers) == _POINT_DIGITS * len(geometries):
            return [_POINT + numbers[at : at + _POINT_DIGITS] for at in range(0, len(numbers), _POINT_DIGITS)]
    return [wkb.hex() for wkb in shapely.to_wkb(geometries).tolist()]


def inside(geometries: Geometries, box: Box) -> Mask:
    """Tell which geometries lie wholly in the box (edges belong to it); missing ones do not."""
    west, south, east, north = shapely.bounds(geometries).T
    return np.asarray((west >= box.west) & (south >= box.south) & (east <= box.east) & (north <= box.north))


def in_japan(geometries: Geometries) -> Mask:
    """Tell which geometries (degrees) lie in Japan's box."""
    return inside(geometries, JAPAN)


def axes_swapped(geometries: Geometries) -> Mask:
    """Tell which geometries (degrees) would lie in Japan with x and y exchanged, and do not as they are."""
    return inside(geometries, Box(JAPAN.south, JAPAN.west, JAPAN.north, JAPAN.east))


def _invalid(geometries: Geometries) -> Mask:
    return np.asarray(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries))


def _made_valid(geometries: Geometries, invalid: Mask) -> Geometries:
    made = geometries.copy()
    if not invalid.any():
        return made
    dimensions = shapely.get_dimensions(geometries[invalid])
    valid = shapely.make_valid(geometries[invalid], method="structure", keep_collapsed=False)
    made[invalid] = _only_dimension(np.asarray(valid, dtype=object), dimensions)
    return made


def _only_dimension(geometries: Geometries, dimensions: npt.NDArray[np.int_]) -> Geometries:
    """Keep of each collection the parts of its former dimension."""
    kept = geometries.copy()
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == _COLLECTION)
    for row in mixed:
        kept[row] = _parts_of(geometries[row], int(dimensions[row]))
    kept[shapely.is_empty(kept) | (shapely.get_dimensions(kept) != dimensions)] = None
    return kept


def _parts_of(collection: Any, dimension: int) -> Any:
    parts = shapely.get_parts(shapely.get_parts(collection))
    fitting = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.union_all(fitting)
