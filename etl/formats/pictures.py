"""Pictures with a place on the ground: what they are, and their pixels as red, green, blue, alpha."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from etl.faults import fault
from gis_core.boxes import Box

Rgba = npt.NDArray[np.uint8]

# PNG (ISO/IEC 15948): the signature, then IHDR with width, height, depth, colour type, …, interlacing.
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8s4x4sIIBBBBB")
# An A0 sheet at 500 dpi. What is interlaced can only be opened whole.
_MOST_PIXELS = 400_000_000
_MOST_INTERLACED = 16_000_000

# A picture's own sidecars could refer to other files; its place is read here, from what it may hold. GDAL's fast
# path for PNG (3.10) gives a picture that breaks off as an empty one, without a word.
_ALONE = {
    "GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
}  # fmt: skip
_BANDS = {1: (0, 0, 0), 2: (0, 0, 0), 3: (0, 1, 2), 4: (0, 1, 2)}


@dataclass(frozen=True)
class Picture:
    """A picture of `width` × `height` pixels with its edges at `box`, in a system that whoever holds it knows."""

    path: Path
    box: Box
    width: int
    height: int
    driver: str = "PNG"

    @property
    def step(self) -> tuple[float, float]:
        """Return the size of a pixel, east before north."""
        return (self.box.east - self.box.west) / self.width, (self.box.north - self.box.south) / self.height


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one subject, at all the levels of detail that were delivered.

    `areas` are what the subject was looked at in, as far as it is told; `missing` the places of pictures that are
    named but were not delivered.
    """

    pictures: tuple[Picture, ...]
    areas: tuple[Box, ...] = ()
    missing: tuple[Box, ...] = ()


def is_own(path: Path, folder: Path) -> bool:
    """Tell whether a file lies in the folder itself: no link leads out of it."""
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def picture_at(path: Path, box: Box) -> Picture:
    """Return the PNG with its edges at a box. Raises `BadInput` for no PNG and for one that is too big."""
    width, height = png_size(path)
    if not (box.east > box.west and box.north > box.south):
        raise fault("pictures_place", file=path.name, reason=box.as_tuple())
    return Picture(path, box, width, height)


def png_size(path: Path) -> tuple[int, int]:
    """Return a PNG's width and height. Raises `BadInput` for no PNG and for one that is too big."""
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(_SIGNATURE):
        raise fault("pictures_png", file=path.name)
    _, _, width, height, *_, interlaced = _HEADER.unpack(head)
    if not 0 < width * height <= (_MOST_INTERLACED if interlaced else _MOST_PIXELS):
        raise fault("raster_too_big", file=path.name, width=width, height=height)
    return width, height


class PictureReader:
    """An open picture, read in windows."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def __enter__(self) -> PictureReader:
        """Open the picture. Raises `BadInput`."""
        self._alone = rasterio.Env(**_ALONE)
        self._alone.__enter__()
        try:
            with warnings.catch_warnings():
                # A picture has no place of its own: `box` says it.
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                self._source = rasterio.open(self._picture.path, driver=self._picture.driver)
        except RasterioError as error:
            self._alone.__exit__()
            raise fault("raster_broken", file=self._picture.path.name, reason=type(error).__name__) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._source.close()
        self._alone.__exit__()

    def read(self, top: int, bottom: int) -> Rgba:
        """Return rows `top` up to `bottom`: rows × width × 4. Raises `BadInput` for a broken picture."""
        window = Window(0, top, self._picture.width, bottom - top)
        try:
            return _rgba(self._source, window)
        except RasterioError as error:
            raise fault("raster_broken", file=self._picture.path.name, reason=type(error).__name__) from error


def is_picture(source: Any) -> bool:
    """Tell whether an open raster holds colours: by a palette, or in bands of red, green and blue."""
    if source.count == 1:
        return bool(source.colorinterp[0] == ColorInterp.palette and source.dtypes[0] == "uint8")
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    return bool(source.colorinterp[:3] == colours and source.count <= 4 and source.dtypes[0] == "uint8")


def _rgba(source: Any, window: Window) -> Rgba:
    bands = source.read(window=window)
    if bands.dtype != np.uint8:
        bands = (bands >> 8).astype(np.uint8)
    if source.count == 1 and source.colorinterp[0] == ColorInterp.palette:
        found: Rgba = _palette(source)[bands[0]]
    else:
        found = np.empty((*bands.shape[1:], 4), np.uint8)
        for place, band in enumerate(_BANDS[source.count]):
            found[..., place] = bands[band]
        found[..., 3] = bands[-1] if source.count in (2, 4) else 255
    if source.nodata is not None:
        found[source.dataset_mask(window=window) == 0, 3] = 0
    return found


def _palette(source: Any) -> Rgba:
    colours = np.zeros((256, 4), np.uint8)
    for index, colour in source.colormap(1).items():
        colours[index] = colour
    return colours
