"""Areas by class, and the least, greatest and mean value, in a polygon.

Each pixel counts by the share of it that the polygon covers, computed exactly (exactextract), and by its own area
on the ellipsoid, which in a raster of degrees shrinks northward. A raster is read at full resolution where the
polygon's box has at most `MOST_PIXELS`; beyond, at the finest overview for which it has: areas of classes then stay
within a pixel of that overview along their edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from api.raster_handles import Handles, Source
from api.raster_profiles import ELLIPSOID
from gis_core.definition import RasterClass
from gis_core.raster_classes import class_indices, mapped_in

MOST_PIXELS = 16_000_000
# Windows that the polygon's edge crosses are parted, so that shares of pixels are only computed along it.
WHOLE_SIDE, EDGE_SIDE = 512, 64
# Straight in degrees is not straight elsewhere; at 100 m the difference is under a millimetre.
SEGMENT_DEGREES = 0.001
AREA_ROWS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Statistics:
    """Areas in m²: of the polygon, of what was mapped in it, by class; values None where nothing was mapped.

    `pixel` is the side of the pixels that were read, in units of the raster's system.
    """

    area: float
    mapped: float
    by_class: tuple[float, ...]
    minimum: float | None
    maximum: float | None
    mean: float | None
    pixel: float
    exact: bool


@dataclass
class _Sums:
    mapped: float
    by_class: Floats
    total: float = 0.0
    minimum: float = np.inf
    maximum: float = -np.inf


def inside(handles: Handles, path: Path, polygon: BaseGeometry, classes: Sequence[RasterClass]) -> Statistics:
    """Return the statistics of a raster in a polygon (degrees)."""
    source = handles.source(path)
    segments = shapely.segmentize(polygon, SEGMENT_DEGREES)
    shape = shapely.transform(segments, source.grid.to_raster.transform, interleaved=False)
    dataset = handles.overview(path, _level(source, shape))
    shape = _in_pixels(dataset, shape)
    shapely.prepare(shape)
    sums = _Sums(0.0, np.zeros(len(classes) + 1))
    for window, shares in _windows(dataset, shape):
        values = dataset.read(1, window=window, masked=True)
        _add(sums, values, shares * _areas(source, dataset, window)[:, None], classes)
    area = abs(ELLIPSOID.geometry_area_perimeter(segments)[0])
    known = sums.mapped > 0
    return Statistics(
        area=area,
        mapped=min(sums.mapped, area),
        by_class=tuple(sums.by_class[1:].tolist()),
        minimum=sums.minimum if known else None,
        maximum=sums.maximum if known else None,
        mean=sums.total / sums.mapped if known else None,
        pixel=float(dataset.res[0]),
        exact=source.grid.exact,
    )


def _level(source: Source, shape: BaseGeometry) -> int | None:
    """Return the finest overview at which the shape's box has few enough pixels."""
    dataset = source.dataset
    there = shapely.intersection(shapely.box(*shape.bounds), shapely.box(*dataset.bounds))
    west, south, east, north = there.bounds if not there.is_empty else (0.0, 0.0, 0.0, 0.0)
    pixels = (east - west) * (north - south) / (dataset.res[0] * dataset.res[1])
    levels: list[int | None] = [None, *range(len(source.overviews))]
    factors = [1, *source.overviews]
    return next((n for n, f in zip(levels, factors, strict=True) if pixels / f**2 <= MOST_PIXELS), levels[-1])


def _in_pixels(dataset: Any, shape: BaseGeometry) -> BaseGeometry:
    """Return a shape of the raster's system in columns and rows, x to the right and y downward."""
    place = ~dataset.transform

    def to_pixels(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return place.a * x + place.b * y + place.c, place.d * x + place.e * y + place.f

    return shapely.transform(shape, to_pixels, interleaved=False)


def _windows(dataset: Any, shape: BaseGeometry) -> Iterator[tuple[Window, Floats]]:
    """Yield the windows that the shape meets, with the covered share of each of their pixels."""
    for window in _parts(Window(0, 0, dataset.width, dataset.height), shape, WHOLE_SIDE):
        if shapely.contains_properly(shape, _box(window)):
            yield window, np.ones((window.height, window.width))
            continue
        for part in _parts(window, shape, EDGE_SIDE):
            if shapely.contains_properly(shape, _box(part)):
                yield part, np.ones((part.height, part.width))
            else:
                yield part, _shares(part, shape)


def _parts(window: Window, shape: BaseGeometry, side: int) -> Iterator[Window]:
    """Yield the squares of a window that meet the shape; the squares lie on multiples of their side."""
    west, south, east, north = shape.bounds
    right, bottom = window.col_off + window.width, window.row_off + window.height
    first_row = max(window.row_off, int(max(south, 0)) // side * side)
    first_column = max(window.col_off, int(max(west, 0)) // side * side)
    for top in range(first_row, int(min(bottom, np.ceil(north))), side):
        for left in range(first_column, int(min(right, np.ceil(east))), side):
            part = Window(left, top, min(side, right - left), min(side, bottom - top))
            if shapely.intersects(shape, _box(part)):
                yield part


def _box(window: Window) -> BaseGeometry:
    return shapely.box(
        window.col_off, window.row_off, window.col_off + window.width, window.row_off + window.height
    )


def _shares(window: Window, shape: BaseGeometry) -> Floats:
    """Return the covered share of each pixel of a window."""
    inside = shapely.transform(
        shapely.clip_by_rect(shape, *_box(window).bounds),
        lambda x, y: (x - window.col_off, window.height - (y - window.row_off)),
        interleaved=False,
    )
    shares = np.zeros(window.height * window.width)
    if inside.is_empty or inside.area == 0:
        return shares.reshape(window.height, window.width)
    grid = NumPyRasterSource(np.zeros((window.height, window.width)), 0, 0, window.width, window.height)
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(inside)}
    found = exact_extract(grid, [feature], ["cell_id", "coverage"])[0]["properties"]
    shares[found["cell_id"]] = found["coverage"]
    return shares.reshape(window.height, window.width)


def _areas(source: Source, dataset: Any, window: Window) -> Floats:
    """Return the area (m²) of a pixel in each row of a window, on the ellipsoid; along a row it hardly differs."""
    rows = np.linspace(window.row_off, window.row_off + window.height - 1, AREA_ROWS)
    column = window.col_off + window.width / 2
    areas = [_pixel_area(source.grid.to_raster, dataset.transform, column, row) for row in rows]
    along: Floats = np.interp(window.row_off + np.arange(window.height), rows, areas)
    return along


def _pixel_area(to_raster: Transformer, place: Any, column: float, row: float) -> float:
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) + np.array([column, row])
    xs = place.a * corners[:, 0] + place.b * corners[:, 1] + place.c
    ys = place.d * corners[:, 0] + place.e * corners[:, 1] + place.f
    longitudes, latitudes = to_raster.transform(xs, ys, direction="INVERSE")
    return abs(float(ELLIPSOID.polygon_area_perimeter(longitudes, latitudes)[0]))


def _add(
    sums: _Sums, values: np.ma.MaskedArray[Any, Any], weights: Floats, classes: Sequence[RasterClass]
) -> None:
    there = mapped_in(values) & (weights > 0)
    if not there.any():
        return
    present = np.ma.getdata(values)[there]
    numbers, weighed = present.astype(np.float64), weights[there]
    sums.mapped += float(weighed.sum())
    sums.total += float((numbers * weighed).sum())
    # The shortest text of a float32 is what was meant.
    sums.minimum = min(sums.minimum, float(str(present.min())))
    sums.maximum = max(sums.maximum, float(str(present.max())))
    indices = class_indices(values, classes)
    sums.by_class += np.bincount(indices[there], weights=weighed, minlength=len(classes) + 1)
