"""What Japan's changes of datum do to coordinates at a place: the old Tokyo datum, and the earthquake of 2011."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from gis_core.boxes import Box
from gis_core.crs import Operation, transformation
from gis_core.crs_names import JGD2011, TOKYO, WGS84

Floats = npt.NDArray[np.float64]

# Where JGD2011 differs from JGD2000 because the ground moved: the area of EPSG transformation 6713, whose grid this is.
MOVED_IN_2011 = Box(135.42, 34.84, 142.14, 41.58)
_GRID_OF_2011 = "touhokutaiheiyouoki2011.gsb"
# Remark of EPSG transformation 6712: accuracy in northern Honshu reduced to 1 to 5 m.
MOST_MOVED_M = 5.0

_METRES_PER_DEGREE = math.pi * 6_378_137.0 / 180
# Offsets that agree with the expected one within this are evidence: addresses place a row no better.
_CLOSE_M = 150.0


@dataclass(frozen=True)
class Account:
    """How a place gets from a system to WGS 84.

    `accuracy_m`: the operations' nominal accuracies added, and `MOST_MOVED_M` where the earthquake of 2011 is left
    out (`unmoved`). `missing_grids`: files of GSI with which it would be better here.
    """

    operations: tuple[Operation, ...]
    accuracy_m: float
    missing_grids: tuple[str, ...]
    unmoved: bool


def account(source: CRS | int, x: float, y: float) -> Account:
    """Tell how a place (x east, y north, in the source's units) is brought to WGS 84.

    Raises `NoTransformation`.
    """
    way = transformation(source, WGS84)
    operations = way.at(x, y)
    lon, lat = way.apply(x, y)
    moved = MOVED_IN_2011.contains(float(lon[0]), float(lat[0]))
    missing = tuple(grid for grid in way.missing_grids if moved or grid != _GRID_OF_2011)
    unmoved = _GRID_OF_2011 in missing
    nominal = sum(operation.accuracy_m for operation in operations)
    return Account(operations, nominal + MOST_MOVED_M * unmoved, missing, unmoved)


def tokyo_offset(lon: float, lat: float) -> tuple[float, float]:
    """Return (east, north) in metres by which Tokyo-datum numbers, drawn as JGD2011, miss the truth here.

    Around 36.9 N 140 E it is about 450 m to the south-east.
    """
    true_lon, true_lat = transformation(TOKYO, JGD2011).apply(lon, lat)
    east, north = _metres(lon - true_lon, lat - true_lat, lat)
    return float(east[0]), float(north[0])


def looks_like_tokyo(
    lon: npt.ArrayLike, lat: npt.ArrayLike, reference_lon: npt.ArrayLike, reference_lat: npt.ArrayLike
) -> bool:
    """Tell whether points miss their references as Tokyo data read as JGD2011 do.

    References: the published features with the same key, or the geocoded addresses of the same rows. A datum
    cannot be seen from numbers alone; the middle offset of three or more pairs within 150 m of the expected
    one is strong evidence, unless the pairs differ so much among themselves that their middle says nothing.
    """
    lons, lats, ref_lons, ref_lats = (np.asarray(a, float) for a in (lon, lat, reference_lon, reference_lat))
    paired = np.isfinite(lons + lats + ref_lons + ref_lats)
    if paired.sum() < 3:
        return False
    middle_lon, middle_lat = float(np.median(lons[paired])), float(np.median(lats[paired]))
    easts, norths = _metres((lons - ref_lons)[paired], (lats - ref_lats)[paired], middle_lat)
    east, north = tokyo_offset(middle_lon, middle_lat)
    miss = math.hypot(float(np.median(easts)) - east, float(np.median(norths)) - north)
    return miss < _CLOSE_M and _uncertainty(easts, norths) < _CLOSE_M


def _uncertainty(easts: Floats, norths: Floats) -> float:
    """Return by how many metres the middle of the offsets may be off: their spread over the root of their number."""
    spread = np.median(np.hypot(easts - np.median(easts), norths - np.median(norths)))
    return float(spread / math.sqrt(len(easts)))


def _metres(dlon: Floats, dlat: Floats, lat: float) -> tuple[Floats, Floats]:
    """Turn small differences in degrees into metres on a sphere: good to 0.5 %."""
    return dlon * _METRES_PER_DEGREE * math.cos(math.radians(lat)), dlat * _METRES_PER_DEGREE
