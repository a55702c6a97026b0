"""Values of a raster and the classes of its legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.definition import RasterClass

Masked = np.ma.MaskedArray[Any, Any]


def class_indices(values: Masked, classes: Sequence[RasterClass]) -> NDArray[np.uint8]:
    """Return each value's class, counted from 1; 0 for no data and for values in no class."""
    plain = np.ma.getdata(values)
    mapped = mapped_in(values)
    indices = np.zeros(plain.shape, np.uint8)
    # A pass for each of a few classes is several times as fast as searchsorted on a whole tile.
    for place, kind in enumerate(classes, start=1):
        inside = mapped if kind.minimum is None else mapped & (plain >= kind.minimum)
        indices[inside if kind.maximum is None else inside & (plain < kind.maximum)] = place
    return indices


def mapped_in(values: Masked) -> NDArray[np.bool_]:
    """Tell for each value whether there is one."""
    found: NDArray[np.bool_] = ~np.ma.getmaskarray(values) & np.isfinite(np.ma.getdata(values))
    return found
