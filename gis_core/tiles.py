"""WebMercatorQuad tile arithmetic (OGC 17-083r4): which square of EPSG:3857 a tile covers.

The grid's definition for clients comes from morecantile; the hot path needs only this arithmetic.
"""

from __future__ import annotations

import math

from gis_core.boxes import Box

# Half the width of the WebMercatorQuad square, in metres: π · 6378137 (OGC 17-083r4, Annex D.1).
HALF_WORLD_M = math.pi * 6378137.0
MAX_ZOOM = 24

# Tile coordinates of a vector tile (Mapbox Vector Tile 2.1): 4096 units a side. The buffer, in the same
# units, keeps labels and line joints whole at the edges: 64/4096 is 4 CSS pixels of a 256-pixel tile.
EXTENT = 4096
BUFFER = 64


def valid(zoom: int, row: int, column: int) -> bool:
    """Tell whether the tile exists in WebMercatorQuad, zoom levels 0 to 24."""
    return 0 <= zoom <= MAX_ZOOM and 0 <= row < 2**zoom and 0 <= column < 2**zoom


def mercator_box(zoom: int, row: int, column: int, *, margin: float = 0.0) -> Box:
    """Return the tile's square in EPSG:3857 metres, grown by `margin` (a share of the tile's side)."""
    side = 2 * HALF_WORLD_M / 2**zoom
    west = -HALF_WORLD_M + column * side
    north = HALF_WORLD_M - row * side
    return Box(west, north - side, west + side, north).expand(margin * side)


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Return `(row, column)` of the tile that holds the point (degrees, EPSG:4326)."""
    last = 2**zoom - 1
    latitude = max(-85.0511287798, min(85.0511287798, latitude))
    column = int((longitude + 180.0) / 360.0 * 2**zoom)
    mercator = math.asinh(math.tan(math.radians(latitude)))
    row = int((1.0 - mercator / math.pi) / 2.0 * 2**zoom)
    return max(0, min(last, row)), max(0, min(last, column))
