"""Landslide warning zones on the slopes of the eastern hills: yellow zones, most with a red one inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely.geometry import Point, Polygon

from data_samples.areas import town_points
from data_samples.delivery import rng
from data_samples.projection import Floats
from data_samples.shapes import blob
from data_samples.terrain import Cells, Grid
from data_samples.towns import Town

YELLOW: Final = 1
RED: Final = 2
"""A33_002: 1 警戒区域, 2 特別警戒区域 (国土数値情報 A33)."""
ZONES: Final = 36
STEEP: Final = 0.16
KINDS: Final = (1, 1, 2, 1, 1, 2, 3, 1, 2)
"""A33_001 in turn: 1 急傾斜地の崩壊, 2 土石流, 3 地滑り."""
SIZES: Final = {1: (190.0, 100.0), 2: (330.0, 120.0), 3: (320.0, 240.0)}
"""Length and width in metres of a yellow zone; the length of kind 1 lies along the contour."""


@dataclass(frozen=True)
class Zone:
    """A yellow or red zone in metres, with the town at its foot and its number there."""

    phenomenon: int
    level: int
    town: Town
    number: int
    area: Polygon


def build_zones(outline: Polygon, towns: list[Town], grid: Grid, land: Cells) -> list[Zone]:
    """Return about 60 zones, each red one directly after the yellow one that holds it."""
    east = [i for i, town in enumerate(towns) if town.lon > 140.13]
    middles, random = town_points(towns), rng("landslide")
    zones: list[Zone] = []
    centres: list[Floats] = []
    while len(centres) < ZONES:
        index = east[int(random.integers(len(east)))]
        centre = middles[index] + random.normal(0, 520, 2)
        if any(math.dist(centre, other) < 420 for other in centres):
            continue
        slope, downhill = slope_at(grid, land, centre)
        kind = KINDS[len(centres) % len(KINDS)]
        area = _yellow(kind, centre, downhill, random)
        if slope > STEEP and outline.contains(area):
            centres.append(centre)
            zones += _pair(kind, towns[index], len(centres), area, downhill, random)
    return zones


def slope_at(grid: Grid, land: Cells, point: Floats) -> tuple[float, float]:
    """Return the mean slope (rise over run) within 60 m and the direction downhill in radians from east."""
    row, column = int((grid.north - point[1]) / grid.cell), int((point[0] - grid.west) / grid.cell)
    reach = int(60 / grid.cell)
    window = land[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
    if min(window.shape) < 3:
        return 0.0, 0.0
    south, east = (float(part.mean()) for part in np.gradient(window.astype(float), grid.cell))
    return math.hypot(south, east), math.atan2(south, -east)


def _yellow(kind: int, centre: Floats, downhill: float, random: np.random.Generator) -> Polygon:
    length, width = (size * random.uniform(0.75, 1.3) for size in SIZES[kind])
    return blob(centre, length, width, downhill + (math.pi / 2 if kind == 1 else 0.0), random)


def _pair(
    kind: int, town: Town, number: int, area: Polygon, downhill: float, random: np.random.Generator
) -> list[Zone]:
    yellow = Zone(kind, YELLOW, town, number, area)
    if kind == 3 or random.random() < 0.2:
        return [yellow]
    middle = Point(area.centroid)
    uphill = np.array([-math.cos(downhill), -math.sin(downhill)]) * math.sqrt(area.area) * 0.1
    ring = np.array([middle.x, middle.y]) + uphill
    red = Polygon(np.round(ring + (np.asarray(area.exterior.coords) - [middle.x, middle.y]) * 0.5, 2))
    return [yellow, Zone(kind, RED, town, number, red)] if area.contains(red) else [yellow]
