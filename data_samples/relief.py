"""The large shape of the land as formulas: a plain that falls to the south-east, hills in the east.

Heights in metres above sea level at positions in metres (EPSG:6677).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from data_samples.projection import CENTRE, Floats, to_plane

_ORIGIN: Final = to_plane([CENTRE])[0]


def smoothstep(value: Any) -> Any:
    """Rise smoothly from 0 at 0 to 1 at 1, flat outside."""
    t = np.clip(value, 0.0, 1.0)
    return t * t * (3 - 2 * t)


def kilometres(x: Any, y: Any) -> tuple[Any, Any]:
    """Return kilometres east and north of the middle of the town."""
    return (x - _ORIGIN[0]) / 1000, (y - _ORIGIN[1]) / 1000


def valley_floor(x: Any, y: Any) -> Any:
    """Return the height of the land without hills and without valleys."""
    east, north = kilometres(x, y)
    rise = 0.5 * (east - 10.5 + np.sqrt((east - 10.5) ** 2 + 4))
    return 230 - 5.6 * east + 5.2 * north + 14.5 * rise


def hill_share(x: Any, y: Any) -> tuple[Any, Any]:
    """Return how much of the eastern mountains and of the southern low hills stands at a position, 0 to 1."""
    east, north = kilometres(x, y)
    return smoothstep((east - 9.8) / 8.5), smoothstep((-north - 4.0) / 5.0) * smoothstep((9 - east) / 6)


def column(values: Any) -> Floats:
    """Return the values as a column, to be combined with a row into a grid."""
    return np.asarray(values, dtype=float)[:, None]
