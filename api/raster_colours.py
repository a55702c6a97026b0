"""Values as colours: the classes of a legend, and heights packed into red, green and blue.

GSI's elevation tiles (標高タイル): x = 65536 R + 256 G + B, height 0.01 x below 2^23 and 0.01 (x − 2^24) above, in
metres; 2^23 = (128, 0, 0) has no data. Terrain-RGB: height −10000 + 0.1 x; it has no word for no data, which is 0 m.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gis_core.definition import RasterClass
from gis_core.raster_classes import Masked, mapped_in

Rgb = NDArray[np.uint8]

_GSI_NODATA = 2**23
_TERRAIN_ZERO = 100_000


def class_of(value: float, classes: Sequence[RasterClass]) -> RasterClass | None:
    """Return the class of the value, if it falls in one."""
    return next(
        (
            kind
            for kind in reversed(classes)
            if (kind.minimum is None or value >= kind.minimum)
            and (kind.maximum is None or value < kind.maximum)
        ),
        None,
    )


def gsi(values: Masked) -> Rgb:
    """Return heights (metres) as the colours of GSI's elevation tiles."""
    mapped = mapped_in(values)
    steps = np.rint(np.where(mapped, np.ma.getdata(values), 0).astype(np.float64) * 100)
    bounded = np.clip(steps, 1 - _GSI_NODATA, _GSI_NODATA - 1).astype(np.int64) % 2**24
    return _packed(np.where(mapped, bounded, _GSI_NODATA))


def terrain_rgb(values: Masked) -> Rgb:
    """Return heights (metres) as the colours of Terrain-RGB tiles."""
    heights = np.where(mapped_in(values), np.ma.getdata(values), 0).astype(np.float64)
    return _packed(np.clip(np.rint(heights * 10) + _TERRAIN_ZERO, 0, 2**24 - 1).astype(np.int64))


ENCODINGS: Mapping[str, Callable[[Masked], Rgb]] = {"gsi": gsi, "terrain-rgb": terrain_rgb}


def _packed(numbers: NDArray[np.int64]) -> Rgb:
    return np.stack([numbers >> 16 & 255, numbers >> 8 & 255, numbers & 255], axis=-1).astype(np.uint8)
