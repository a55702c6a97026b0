"""Where invented facilities stand: near the town's point, in its area, off the rivers, apart from each other."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from data_samples.areas import town_points
from data_samples.projection import Floats
from data_samples.towns import Town


class Placer:
    """Finds free places; remembers those it gave away."""

    def __init__(self, towns: list[Town], areas: list[MultiPolygon], rivers: BaseGeometry) -> None:
        self._middles = town_points(towns)
        self._urban = [town.urban for town in towns]
        self._free = [area.buffer(-25).difference(rivers.buffer(60)) for area in areas]
        for area in self._free:
            shapely.prepare(area)
        self._taken: list[Floats] = [np.full(2, np.inf)]

    def near(self, town: int, random: np.random.Generator) -> Floats:
        """Return a free point (metres) for the next facility of a town."""
        spread = 170.0 if self._urban[town] else 260.0
        while True:
            point: Floats = np.round(self._middles[town] + random.normal(0, spread, 2), 2)
            if self._free[town].contains(Point(point)) and self._is_apart(point):
                self._taken.append(point)
                return point
            spread *= 1.02

    def _is_apart(self, point: Floats) -> bool:
        return bool(np.hypot(*(np.array(self._taken) - point).T).min() > 35)
