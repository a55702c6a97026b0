"""Map pictures made one raster of values: each pixel the value of the class whose colour it shows.

Two passes over a file in blocks, so that memory does not grow with the area. First every picture is put in its
place as codes (`etl.colours`), the worse where two meet. Then codes become values: a colour that is smoothed or
nearly the legend's takes a class only from the pixels around it; where nothing is shown the value is `NONE_SHOWN`
inside the area that was looked at, and no data outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio.crs import CRS as RasterCRS
from rasterio.windows import Window

from etl.colours import FIRST_EXACT, FIRST_NEAR, NOTHING, UNDECIDED, Coder, Codes, ColourTable
from etl.faults import fault
from etl.formats.picture_tiles import Pictures
from etl.formats.pictures import Picture, PictureReader, PictureSet
from gis_core.boxes import Box
from gis_core.crs import parse_crs

NODATA = -9999.0
NONE_SHOWN = 0.0

# A tile of most services; where pictures are such tiles, each is one block of the file.
_BLOCK = 256
_PART = 2048
_STRIP_PIXELS = 4_000_000
# Letters and lines on a map are resolved by what is around them; more than this is another legend.
_MOST_UNKNOWN = 0.01
_NAMED = 5
_AROUND = [(dy, dx) for dy, dx in product((0, 1, 2), repeat=2) if (dy, dx) != (1, 1)]
_AT_ONCE = 500_000

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Painted:
    """What came of the pictures: how many, pixels in all classes, by class, and of no class (taken as no data)."""

    pictures: int
    coloured: int
    by_class: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class _Grid:
    """The pixels that all pictures are put on: north-western corner, size of a pixel, columns and rows."""

    west: float
    north: float
    step_x: float
    step_y: float
    columns: int
    rows: int

    def window(self, box: Box) -> Window:
        """Return the pixels whose middle lies in the box, as far as they are on the grid."""
        left, top = round((box.west - self.west) / self.step_x), round((self.north - box.north) / self.step_y)
        right = round((box.east - self.west) / self.step_x)
        bottom = round((self.north - box.south) / self.step_y)
        left, right = (max(0, min(self.columns, x)) for x in (left, right))
        top, bottom = (max(0, min(self.rows, y)) for y in (top, bottom))
        return Window(left, top, right - left, bottom - top)

    def profile(self, crs: Any, dtype: str) -> dict[str, Any]:
        """Return the description of a file of these pixels."""
        return {
            "driver": "GTiff", "width": self.columns, "height": self.rows, "count": 1, "dtype": dtype, "crs": crs,
            "transform": Affine(self.step_x, 0, self.west, 0, -self.step_y, self.north), "tiled": True,
            "blockxsize": _BLOCK, "blockysize": _BLOCK, "compress": "deflate", "zlevel": 1, "SPARSE_OK": True,
            "BIGTIFF": "IF_SAFER",
        }  # fmt: skip


def paint(pictures: Pictures, table: ColourTable, target: Path, most_pixels: int, name: str) -> Painted:
    """Write pictures as one GeoTIFF of values, `NODATA` outside; `name` is what the deliverer calls them.

    Raises `BadInput` for a broken picture, too large an area, and colours that the table does not have.
    """
    grid = _grid(pictures.sets, most_pixels, name)
    crs = RasterCRS.from_wkt(parse_crs(pictures.crs).to_wkt())
    codes = target.with_suffix(".codes.tif")
    coder = Coder(table)
    with rasterio.open(codes, "w+", **grid.profile(crs, "uint8")) as sink:
        for picture in (picture for found in pictures.sets for picture in found.pictures):
            _put(sink, grid, picture, coder)
    if not coder.coloured:
        raise fault("pictures_blank", file=name)
    profile = {**grid.profile(crs, "float32"), "nodata": NODATA}
    with rasterio.open(codes) as source, rasterio.open(target, "w", **profile) as sink:
        counts = sum(
            (_value_part(source, sink, grid, pictures.sets, table, window) for window in _parts(grid)),
            start=np.zeros(len(table.values) + 1, np.int64),
        )
    codes.unlink()
    unknown, by_class = int(counts[0]), tuple(counts[1:].tolist())
    if unknown > _MOST_UNKNOWN * (unknown + sum(by_class)):
        raise _unknown_colours(name, coder, table)
    return Painted(sum(len(found.pictures) for found in pictures.sets), coder.coloured, by_class, unknown)


def _grid(sets: Sequence[PictureSet], most_pixels: int, name: str) -> _Grid:
    """Return the pixels of the finest picture, over all pictures and all that was looked at."""
    finest = min((p for found in sets for p in found.pictures), key=lambda p: p.step[0] * p.step[1])
    step_x, step_y = finest.step
    boxes = [box for found in sets for box in (*found.areas, *(p.box for p in found.pictures))]
    wide, high = step_x * _BLOCK, step_y * _BLOCK
    # By whole blocks from a picture's corner, and a little less: the last digit of a place is rounded.
    west = finest.box.west - wide * _steps(finest.box.west - min(b.west for b in boxes), wide)
    north = finest.box.north + high * _steps(max(b.north for b in boxes) - finest.box.north, high)
    columns = round((max(b.east for b in boxes) - west) / step_x)
    rows = round((north - min(b.south for b in boxes)) / step_y)
    if columns * rows > most_pixels:
        raise fault("raster_too_big", file=name, width=columns, height=rows)
    return _Grid(west, north, step_x, step_y, max(columns, 1), max(rows, 1))


def _steps(distance: float, size: float) -> int:
    return max(0, int(np.ceil(distance / size - 1 / _BLOCK)))


def _put(sink: Any, grid: _Grid, picture: Picture, coder: Coder) -> None:
    """Put a picture on the grid, by the nearest of its pixels where it is coarser."""
    place = grid.window(picture.box)
    if not (place.width and place.height):
        return
    xs = ((np.arange(place.width) + 0.5) * picture.width / place.width).astype(int)
    ys = ((np.arange(place.height) + 0.5) * picture.height / place.height).astype(int)
    rows = max(1, _STRIP_PIXELS // max(picture.width, place.width))
    with PictureReader(picture) as reader:
        for top in range(0, place.height, rows):
            lines = ys[top : top + rows]
            found = coder.codes(reader.read(int(lines[0]), int(lines[-1]) + 1))
            found = found[np.ix_(lines - lines[0], xs)]
            if found.any():
                window = Window(place.col_off, place.row_off + top, place.width, len(lines))
                sink.write(np.maximum(sink.read(1, window=window), found), 1, window=window)


def _parts(grid: _Grid) -> Iterator[Window]:
    for top, left in product(range(0, grid.rows, _PART), range(0, grid.columns, _PART)):
        yield Window(left, top, min(_PART, grid.columns - left), min(_PART, grid.rows - top))


def _value_part(
    source: Any, sink: Any, grid: _Grid, sets: Sequence[PictureSet], table: ColourTable, window: Window
) -> npt.NDArray[np.int64]:
    """Write a part's values; return the pixels of no known class, and of each class."""
    codes = _with_margin(source, window)
    places = _classes(codes, len(table.values))
    values = np.full(places.shape, NODATA, np.float32)
    values[_looked_at(grid, sets, window) & (places == 0)] = NONE_SHOWN
    known = places > 0
    values[known] = table.values[places[known] - 1]
    sink.write(values, 1, window=window)
    counts = np.bincount(np.maximum(places, 0).ravel(), minlength=len(table.values) + 1)
    counts[0] = np.count_nonzero(places < 0)
    return counts.astype(np.int64)


def _with_margin(source: Any, window: Window) -> Codes:
    """Return the codes of a part and of one pixel around it, `NOTHING` beyond the file's edges."""
    left, top = max(0, window.col_off - 1), max(0, window.row_off - 1)
    right = min(source.width, window.col_off + window.width + 1)
    bottom = min(source.height, window.row_off + window.height + 1)
    codes = np.full((window.height + 2, window.width + 2), NOTHING, np.uint8)
    y, x = top - window.row_off + 1, left - window.col_off + 1
    inside = source.read(1, window=Window(left, top, right - left, bottom - top))
    codes[y : y + bottom - top, x : x + right - left] = inside
    return codes


def _classes(codes: Codes, classes: int) -> npt.NDArray[np.int16]:
    """Return the class of each pixel inside the margin: 1 … `classes`, 0 where nothing is shown, −1 for none known."""
    inner = codes[1:-1, 1:-1]
    places = (inner.astype(np.int16) - FIRST_NEAR) // 2 + 1
    places[inner == NOTHING] = 0
    doubtful = (inner == UNDECIDED) | ((inner >= FIRST_NEAR) & ((inner - FIRST_NEAR) % 2 == 0))
    rows, columns = np.nonzero(doubtful)
    for start in range(0, len(rows), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        places[rows[part], columns[part]] = _by_neighbours(codes, rows[part], columns[part], classes)
    return places


def _by_neighbours(codes: Codes, rows: Any, columns: Any, classes: int) -> npt.NDArray[np.int16]:
    """Return classes of doubtful pixels: near a legend's colour, its class, unless only others are around it.

    All others take the class that most of the eight pixels around have, the worse of two; −1 where none has one.
    """
    around = np.stack([codes[rows + dy, columns + dx] for dy, dx in _AROUND])
    votes = np.stack([np.count_nonzero(around == FIRST_EXACT + 2 * c, axis=0) for c in range(classes)])
    most = classes - votes[::-1].argmax(axis=0)
    decided = votes.any(axis=0)
    own = (codes[rows + 1, columns + 1].astype(int) - FIRST_NEAR) // 2
    is_near = codes[rows + 1, columns + 1] >= FIRST_NEAR
    at_hand = votes[np.maximum(own, 0), np.arange(len(own))] > 0
    return np.where(is_near & (at_hand | ~decided), own + 1, np.where(decided, most, -1)).astype(np.int16)


def _looked_at(grid: _Grid, sets: Sequence[PictureSet], window: Window) -> npt.NDArray[np.bool_]:
    """Tell for each pixel whether some set's area holds it, and no picture of that set is missing there."""
    looked = np.zeros((window.height, window.width), bool)
    for found in sets:
        here = np.zeros_like(looked)
        for box in found.areas:
            here[_slices(grid.window(box), window)] = True
        for box in found.missing:
            here[_slices(grid.window(box), window)] = False
        looked |= here
    return looked


def _slices(place: Window, window: Window) -> tuple[slice, slice]:
    top, left = place.row_off - window.row_off, place.col_off - window.col_off
    return (
        slice(max(0, top), max(0, top + place.height)),
        slice(max(0, left), max(0, left + place.width)),
    )


def _unknown_colours(name: str, coder: Coder, table: ColourTable) -> Exception:
    listed = "、".join(
        f"{colour} {100 * count / coder.coloured:.1f} %"
        for colour, count in coder.undecided.most_common(_NAMED)
    )
    legend = "、".join("#{:02X}{:02X}{:02X}".format(*colour) for colour in table.colours.tolist())
    return fault("pictures_colours", file=name, colours=listed, legend=legend)
