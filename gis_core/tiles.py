"""Tile grids: which square of the ground a tile covers, in WebMercatorQuad and in a grid of a JGD2011 plane zone.

The grids' definitions for clients come from morecantile; the hot path needs only this arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from gis_core.boxes import Box
from gis_core.crs_names import WGS84

# pyproj takes a twentieth of a second, which who only knows the grid's numbers need not wait for.
if TYPE_CHECKING:
    from gis_core.crs import Floats

# Half the width of the WebMercatorQuad square, in metres: π · 6378137 (OGC 17-083r4, Annex D.1).
HALF_WORLD_M = math.pi * 6378137.0
MAX_ZOOM = 24

# Tile coordinates of a vector tile (Mapbox Vector Tile 2.1): 4096 units a side. The buffer, in the same
# units, keeps labels and line joints whole at the edges: 64/4096 is 4 CSS pixels of a 256-pixel tile.
EXTENT = 4096
BUFFER = 64

# The zoom from which overzooming shows the same: a unit is 12 cm on the ground at 36° north.
DETAIL_ZOOM = 16

# Plane rectangular zones I to XIX on JGD2011 are EPSG:6669 to 6687.
_BEFORE_PLANE_ZONE_I = 6668
PLANE_ZONES = range(1, 20)
# The plane grid: a square of 2^20 m around the zone's origin, which holds every zone; so its zoom 0 has cells
# of 4096 m, zoom 12 of 1 m, and at 36° north its zoom z looks like WebMercatorQuad's z + 5.
_PLANE_SIDE_M = 2.0**20
_PLANE_BEHIND = 5

# How finely a plane tile's edge is followed on its way to Web Mercator, and what the chords between may miss.
_EDGE_POINTS = 21
_EDGE_SLACK = 0.001


@dataclass(frozen=True)
class Grid:
    """A quad-tree of square tiles: `west` and `north` of zoom 0's one tile and its `side`, metres of `srid`.

    `behind` is what WebMercatorQuad's zoom of about the same scale is larger by.
    """

    id: str
    srid: int
    west: float
    north: float
    side: float
    last_zoom: int
    behind: int

    def holds(self, zoom: int, row: int, column: int) -> bool:
        """Tell whether the tile exists."""
        return 0 <= zoom <= self.last_zoom and 0 <= row < 2**zoom and 0 <= column < 2**zoom

    def box(self, zoom: int, row: int, column: int, *, margin: float = 0.0) -> Box:
        """Return the tile's square (x east, y north), grown by `margin` (a share of the tile's side)."""
        side = self.side / 2**zoom
        west, north = self.west + column * side, self.north - row * side
        box = Box(west, north - side, west + side, north)
        return box.expand(margin * side) if margin else box

    def limits(self, extent: Box, zoom: int) -> tuple[int, int, int, int]:
        """Return first and last row, first and last column of the tiles that an extent (degrees) meets."""
        within = degrees(reach(self, 0, 0, 0))
        west, east = (min(max(x, within.west), within.east) for x in (extent.west, extent.east))
        south, north = (min(max(y, within.south), within.north) for y in (extent.south, extent.north))
        from gis_core.crs import transformation

        to_grid = transformation(WGS84, self.srid)
        xs, ys = to_grid.apply(*_outline(Box(west, south, east, north)))
        side = self.side / 2**zoom
        last: int = 2**zoom - 1

        def place(metres: float) -> int:
            return max(0, min(last, int(metres // side)))

        rows = place(self.north - float(ys.max())), place(self.north - float(ys.min()))
        return *rows, place(float(xs.min()) - self.west), place(float(xs.max()) - self.west)


MERCATOR = Grid("WebMercatorQuad", 3857, -HALF_WORLD_M, HALF_WORLD_M, 2 * HALF_WORLD_M, MAX_ZOOM, 0)


@lru_cache(maxsize=len(PLANE_ZONES))
def plane_grid(srid: int) -> Grid:
    """Return the grid of a JGD2011 plane rectangular zone (EPSG:6669 to 6687)."""
    half = _PLANE_SIDE_M / 2
    name = f"JGD2011Plane{srid - _BEFORE_PLANE_ZONE_I}"
    return Grid(name, srid, -half, half, _PLANE_SIDE_M, MAX_ZOOM - _PLANE_BEHIND, _PLANE_BEHIND)


@lru_cache(maxsize=16_384)
def reach(grid: Grid, zoom: int, row: int, column: int) -> Box:
    """Return a box of EPSG:3857 metres that holds the tile with its buffer.

    Exactly that in WebMercatorQuad; elsewhere a little larger, since the tile's edges are curves there.
    """
    box = grid.box(zoom, row, column, margin=BUFFER / EXTENT)
    if grid is MERCATOR:
        return box
    from gis_core.crs import transformation

    xs, ys = transformation(grid.srid, MERCATOR.srid).apply(*_outline(box))
    held = Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
    return held.expand(_EDGE_SLACK * (held.east - held.west))


def degrees(box: Box) -> Box:
    """Return a box of EPSG:3857 metres in degrees."""
    west, east = (180 * x / HALF_WORLD_M for x in (box.west, box.east))
    south, north = (
        math.degrees(math.atan(math.sinh(math.pi * y / HALF_WORLD_M))) for y in (box.south, box.north)
    )
    return Box(west, south, east, north)


def mercator_box(zoom: int, row: int, column: int, *, margin: float = 0.0) -> Box:
    """Return the tile's square in EPSG:3857 metres, grown by `margin` (a share of the tile's side)."""
    return MERCATOR.box(zoom, row, column, margin=margin)


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Return `(row, column)` of the tile that holds the point (degrees, EPSG:4326)."""
    last = 2**zoom - 1
    latitude = max(-85.0511287798, min(85.0511287798, latitude))
    column = int((longitude + 180.0) / 360.0 * 2**zoom)
    mercator = math.asinh(math.tan(math.radians(latitude)))
    row = int((1.0 - mercator / math.pi) / 2.0 * 2**zoom)
    return max(0, min(last, row)), max(0, min(last, column))


def _outline(box: Box) -> tuple[Floats, Floats]:
    """Return points along the edges of a box: x and y."""
    xs, ys = (
        np.linspace(low, high, _EDGE_POINTS) for low, high in ((box.west, box.east), (box.south, box.north))
    )
    south, east = np.full_like(xs, box.south), np.full_like(ys, box.east)
    north, west = np.full_like(xs, box.north), np.full_like(ys, box.west)
    return np.concatenate((xs, east, xs, west)), np.concatenate((south, ys, north, ys))
