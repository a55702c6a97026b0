"""Between JGD2011 degrees (EPSG:6668) and metres of plane rectangular zone IX (EPSG:6677)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

DEGREES: Final = "EPSG:6668"
PLANE: Final = "EPSG:6677"
CENTRE: Final = (140.016, 36.871)
"""Longitude and latitude of the middle of the town, origin of the kilometres used for the relief."""
BOX: Final = (139.921, 36.768, 140.268, 36.949)
"""West, south, east, north in degrees: the sample city lies inside."""


@lru_cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_plane(lonlat: Any) -> Floats:
    """Turn an (n, 2) array of longitude, latitude into an (n, 2) array of easting, northing in metres."""
    points = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    return np.column_stack(_transformer(DEGREES, PLANE).transform(points[:, 0], points[:, 1]))


def to_degrees(xy: Any) -> Floats:
    """Turn an (n, 2) array of metres into longitude, latitude rounded to 7 decimals (about 1 cm)."""
    points = np.asarray(xy, dtype=float).reshape(-1, 2)
    lonlat = np.column_stack(_transformer(PLANE, DEGREES).transform(points[:, 0], points[:, 1]))
    return np.round(lonlat, 7)


def geometry_to_degrees(geometry: BaseGeometry) -> BaseGeometry:
    """Return the geometry in degrees; equal vertices stay equal, so shared edges stay shared."""
    moved: BaseGeometry = shapely.transform(geometry, to_degrees)
    return moved
