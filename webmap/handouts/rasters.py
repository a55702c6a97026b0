"""A raster as one picture in the colours of its legend, at most so large that it lies inside the file."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple

import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from api.png import palette_png
from gis_core.raster_classes import class_indices
from layers.catalogue import RasterInfo

# Pixels along the longer side: about 20 m a pixel across a city, and some hundred kilobytes.
LONGEST = 1600
MERCATOR, DEGREES = "EPSG:3857", "EPSG:4326"


class Picture(NamedTuple):
    """A PNG as a data address, and its corners: [[south, west], [north, east]] in degrees."""

    address: str
    bounds: list[list[float]]


def picture(info: RasterInfo) -> Picture:
    """Draw the raster in web Mercator; the nearest value, since a blend of two classes would be a false third."""
    with rasterio.open(info.path) as source, WarpedVRT(source, crs=MERCATOR) as warped:
        share = min(1.0, LONGEST / max(warped.height, warped.width))
        size = (round(warped.height * share), round(warped.width * share))
        values = warped.read(1, out_shape=size, masked=True, resampling=Resampling.nearest)
        west, south, east, north = transform_bounds(MERCATOR, DEGREES, *warped.bounds)
    classes = info.definition.classes
    drawn = palette_png(class_indices(values, classes), [kind.color for kind in classes])
    address = f"data:image/png;base64,{b64encode(drawn).decode('ascii')}"
    return Picture(address, [[south, west], [north, east]])
