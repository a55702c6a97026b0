"""The coordinate reference systems in which features are asked for and answered (OGC 18-058r1).

Features are stored in EPSG:4326, longitude first. PostGIS keeps x east and y north in every system; where the
EPSG register puts the north first (latitude, or X of the plane zones), coordinates are swapped on the way in
and out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from psycopg import sql

from gis_core.boxes import Box
from gis_core.crs_names import JGD2000, JGD2011, WGS84

# pyproj takes a twentieth of a second, which commands that ask for no other system need not wait for.
if TYPE_CHECKING:
    from gis_core.crs import Floats

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
PLANE_9 = 6677
WEB_MERCATOR = 3857

# A box is looked at in so many steps each way: between two of them its edge, straight in its own system, strays
# from a straight line in degrees by less than a hundredth of the box, which `SLACK` adds.
STEPS = 24
SLACK = 0.02
LEAST_SLACK_DEGREES = 0.001
# A place that does not come back from degrees to where it was lies where the projection means nothing.
STRAY = 1e-6


@dataclass(frozen=True)
class System:
    """A reference system by its OGC name; `srid` is PostGIS's, `north_first` the order of its axes."""

    uri: str
    srid: int
    north_first: bool = False
    projected: bool = False

    @property
    def in_degrees(self) -> bool:
        """Whether its coordinates are those that are stored, but for their order.

        WGS 84, JGD2011 and JGD2000 differ by less than they are known to; PostGIS takes them for one too.
        """
        return not self.projected

    def box(self, first: tuple[float, float], last: tuple[float, float]) -> tuple[float, float, float, float]:
        """Return west, south, east, north of two corners written in the system's order of axes."""
        if self.north_first:
            first, last = first[::-1], last[::-1]
        return (*first, *last)


STORED = System(CRS84, WGS84)


@lru_cache(maxsize=8)
def offered(plane_srid: int) -> Mapping[str, System]:
    """Return what a city with this plane zone offers, by name; the stored one first."""
    srids = (WGS84, JGD2011, JGD2000, PLANE_9, plane_srid, WEB_MERCATOR)
    return {CRS84: STORED} | {system.uri: system for system in map(_epsg, srids)}


def written(geometry: sql.Composable, system: System) -> sql.Composable:
    """Return the expression of a stored geometry in another system, in that system's order of axes."""
    moved = geometry if system.in_degrees else projected(geometry, system)
    return sql.SQL("ST_FlipCoordinates({})").format(moved) if system.north_first else moved


def projected(geometry: sql.Composable, system: System) -> sql.Composable:
    """Return the expression of a stored geometry in a projected system, x east."""
    return sql.SQL("ST_Transform({}, {})").format(geometry, sql.Literal(system.srid))


def reach(system: System, box: tuple[float, float, float, float]) -> Box | None:
    """Return degrees that hold everything in a box of a projected system, for an index to look in.

    None where the projection says nothing of a part of the box: then every row must be looked at.
    """
    west, south, east, north = box
    xs, ys = np.meshgrid(np.linspace(west, east, STEPS + 1), np.linspace(south, north, STEPS + 1))
    with np.errstate(all="ignore"):
        lon, lat = _move(system.srid, WGS84, xs.ravel(), ys.ravel())
        again = _move(WGS84, system.srid, lon, lat)
        size = max(abs(value) for value in box) + 1.0
        stray = max(np.abs(again[0] - xs.ravel()).max(), np.abs(again[1] - ys.ravel()).max())
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and stray < STRAY * size):
        return None
    degrees = Box(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    widest = max(degrees.east - degrees.west, degrees.north - degrees.south)
    return degrees.expand(SLACK * widest + LEAST_SLACK_DEGREES)


def _move(source: int, target: int, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    from gis_core.crs import NoTransformation, transformation

    try:
        return transformation(source, target).apply(x, y)
    except NoTransformation:
        return np.full_like(x, np.nan), np.full_like(y, np.nan)


def _epsg(srid: int) -> System:
    from pyproj import CRS

    crs = CRS.from_epsg(srid)
    return System(f"{EPSG}{srid}", srid, crs.axis_info[0].direction == "north", crs.is_projected)
