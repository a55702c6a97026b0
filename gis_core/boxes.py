"""Boxes in degrees or metres: west, south, east, north."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle given by its west, south, east and north edges, in one CRS the caller knows."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse a box that is not finite or is upside down (west > east is refused too)."""
        if not all(map(math.isfinite, self.as_tuple())):
            raise ValueError("a box needs four finite numbers")
        if self.south > self.north or self.west > self.east:
            raise ValueError("a box runs from west to east and from south to north")

    def as_tuple(self) -> tuple[float, float, float, float]:
        """Return `(west, south, east, north)`."""
        return (self.west, self.south, self.east, self.north)

    def expand(self, margin: float) -> Box:
        """Return the box grown by `margin` (in the box's own unit) on each side."""
        return Box(self.west - margin, self.south - margin, self.east + margin, self.north + margin)

    def contains(self, x: float, y: float) -> bool:
        """Tell whether the point lies in the box or on its edge."""
        return self.west <= x <= self.east and self.south <= y <= self.north


# Where Japan lies, as open-data checkers bound it (Code for Japan OpenDataTools): lat 20–46, lon 122–154.
JAPAN = Box(122.0, 20.0, 154.0, 46.0)
