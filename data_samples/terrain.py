"""Heights and flood depths on one grid of 10 m cells, with every river in its valley."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from data_samples.delivery import rng
from data_samples.projection import BOX, Floats, to_plane
from data_samples.relief import column, hill_share, smoothstep, valley_floor
from data_samples.rivers import River

Cells = npt.NDArray[np.float32]

CELL: Final = 10.0
"""Metres: the finer of the two rasters."""


@dataclass(frozen=True)
class Grid:
    """North-up square cells in EPSG:6677: outer west and north edge, size of a cell, in metres."""

    west: float
    north: float
    cell: float
    width: int
    height: int

    def xs(self) -> Floats:
        """Return the eastings of the centres of the columns."""
        return self.west + self.cell * (np.arange(self.width, dtype=np.float64) + 0.5)

    def ys(self) -> Floats:
        """Return the northings of the centres of the rows, falling."""
        return self.north - self.cell * (np.arange(self.height, dtype=np.float64) + 0.5)

    def value(self, cells: Cells, x: float, y: float) -> float:
        """Return the value of the cell that holds a position."""
        return float(cells[int((self.north - y) / self.cell), int((x - self.west) / self.cell)])


@dataclass(frozen=True)
class Corridor:
    """Per cell: distance to the nearest river (metres, and as a share of its reach), bed and flood stage there."""

    distance: Cells
    share: Cells
    bed: Cells
    stage: Cells


def city_grid(cell: float = CELL) -> Grid:
    """Return the grid that covers the city's box."""
    west, south, east, north = shapely.box(*BOX).segmentize(0.02).bounds
    corners = to_plane([[west, south], [west, north], [east, south], [east, north]])
    low, high = corners.min(axis=0), corners.max(axis=0)
    left, top = np.floor(low[0] / 100) * 100, np.ceil(high[1] / 100) * 100
    width, height = np.ceil((high[0] - left) / 100) * 100, np.ceil((top - low[1]) / 100) * 100
    return Grid(float(left), float(top), cell, int(width / cell), int(height / cell))


def noise(grid: Grid, scale: float, topic: str) -> Cells:
    """Return smooth noise of about -1 to 1 whose hills are `scale` metres apart (cubic B-splines)."""
    columns = _spline((grid.xs() - grid.west) / scale)
    rows = _spline((grid.north - grid.ys()) / scale)
    lattice: Cells = rng(topic).uniform(-1.7, 1.7, (rows.shape[1], columns.shape[1])).astype(np.float32)
    waves = rows @ lattice @ columns.T
    return waves.astype(np.float32, copy=False)


def _spline(position: Floats) -> Cells:
    """Return the weights (positions x knots) of a uniform cubic B-spline."""
    knot = np.floor(position).astype(int)
    t = position - knot
    weights = np.zeros((len(position), int(knot.max()) + 4), dtype=np.float32)
    parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    for offset, part in enumerate(parts):
        weights[np.arange(len(position)), knot + offset] = part / 6
    return weights


def follow_rivers(grid: Grid, rivers: list[River]) -> Corridor:
    """Return what each cell knows of the rivers within reach; out of reach the share is 1 or more."""
    shape = (grid.height, grid.width)
    distance, share = np.full(shape, 1e6, np.float32), np.full(shape, 2.0, np.float32)
    total, bed, stage = (np.zeros(shape, np.float32) for _ in range(3))
    for river in rivers:
        for i in range(len(river.line) - 1):
            reach = river.reach_at(i)
            window, away, along = _near_segment(grid, river.line[i], river.line[i + 1], reach)
            distance[window] = np.minimum(distance[window], away)
            near = away / np.float32(reach)
            share[window] = np.minimum(share[window], near)
            weight = np.where(near < 1, (1 - near) / (near * near + 0.004) ** 2, 0).astype(np.float32)
            total[window] += weight
            bed[window] += weight * (river.bed[i] + along * np.float32(river.bed[i + 1] - river.bed[i]))
            stage[window] += weight * np.float32(river.stage)
    held = total > 0
    return Corridor(
        distance,
        share,
        np.divide(bed, total, out=bed, where=held),
        np.divide(stage, total, out=stage, where=held),
    )


def _near_segment(
    grid: Grid, start: Floats, end: Floats, reach: float
) -> tuple[tuple[slice, slice], Cells, Cells]:
    """Return the window of cells around a segment, their distance from it and the share along it."""
    low, high = np.minimum(start, end) - reach, np.maximum(start, end) + reach
    left, right = np.clip(
        ((low[0] - grid.west) // grid.cell, (high[0] - grid.west) // grid.cell + 1), 0, grid.width
    )
    top, bottom = np.clip(
        ((grid.north - high[1]) // grid.cell, (grid.north - low[1]) // grid.cell + 1), 0, grid.height
    )
    window = (slice(int(top), int(bottom)), slice(int(left), int(right)))
    x = (grid.xs()[window[1]] - start[0]).astype(np.float32)[None, :]
    y = (grid.ys()[window[0]] - start[1]).astype(np.float32)[:, None]
    dx, dy = (end - start).astype(np.float32)
    along = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1).astype(np.float32)
    return window, np.hypot(x - along * dx, y - along * dy), along


def raise_land(grid: Grid, corridor: Corridor) -> Cells:
    """Return heights in metres: plain and hills, cut by the valleys of the rivers."""
    xs, ys = grid.xs()[None, :], column(grid.ys())
    mountains, hills = (share.astype(np.float32) for share in hill_share(xs, ys))
    ridges = 1 - np.abs(noise(grid, 850, "ridges"))
    rough, fields = noise(grid, 320, "rough"), noise(grid, 900, "fields")
    land = valley_floor(xs, ys).astype(np.float32)
    land += mountains * (80 + 95 * noise(grid, 2300, "mountains") + 80 * ridges + 26 * rough)
    land += hills * (22 + 22 * noise(grid, 1100, "hills"))
    land += 2.0 * fields + 0.25 * rough
    bank = 0.45 * corridor.stage * smoothstep((corridor.distance - 15) / 45)
    floor = corridor.bed + bank * (1 + 0.25 * fields) + 0.003 * np.minimum(corridor.distance, 1e4)
    cut = smoothstep((corridor.share + 0.12 * noise(grid, 500, "terraces") - 0.2) / 0.75)
    cut_land = floor + (np.maximum(land, floor) - floor) * cut
    raised: Cells = np.where(corridor.share < 1.2, cut_land, land).astype(np.float32)
    return raised


def flood(grid: Grid, corridor: Corridor, land: Cells) -> Cells:
    """Return depths in metres: NaN where nothing was mapped, 0 where mapped and dry."""
    edge = noise(grid, 1100, "flood edge")
    level = corridor.bed + corridor.stage * (1 - smoothstep((corridor.share + 0.22 * edge - 0.1) / 0.85))
    depth = np.maximum(level - land, 0)
    depth[depth < 0.05] = 0
    mapped = corridor.share + 0.1 * edge < 0.85
    known: Cells = np.where(mapped, np.round(depth, 2), np.nan).astype(np.float32)
    return known


def halve(cells: Cells) -> Cells:
    """Return the means of 2 x 2 cells, rounded to 0.1 m as heights are published."""
    height, width = cells.shape
    means = cells.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    rounded: Cells = np.round(means, 1).astype(np.float32)
    return rounded
