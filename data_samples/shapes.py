"""Natural-looking lines and areas from a few hand-set points, in metres."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from data_samples.projection import Floats


def smooth_curve(points: Floats, step: float, closed: bool = False) -> Floats:
    """Return a Catmull-Rom curve through the points with a vertex about every `step` metres."""
    if closed:
        padded = np.vstack([points[-1], points, points[:2]])
    else:
        padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    parts = [_span(padded[i : i + 4], step) for i in range(len(padded) - 3)]
    end = [] if closed else [points[-1:]]
    return np.vstack([*parts, *end])


def _span(four: Floats, step: float) -> Floats:
    before, start, end, after = four
    count = max(2, round(math.dist(start, end) / step))
    t = (np.arange(count) / count)[:, None]
    span: Floats = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return span


def wander(length: int, random: np.random.Generator, waves: tuple[int, ...]) -> Floats:
    """Return `length` values of a sum of sine waves that is 0 at both ends; longer waves are higher."""
    t = np.linspace(0.0, 1.0, length)
    values = np.zeros(length)
    for wave in waves:
        values += random.uniform(-1.0, 1.0) / wave**0.6 * np.sin(math.pi * wave * t)
    return values


def displace(points: Floats, offsets: Floats) -> Floats:
    """Move each vertex of a line sideways (to the left) by its offset in metres."""
    along = np.gradient(points, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    size = np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-9)
    moved: Floats = points + normal / size[:, None] * offsets[:, None]
    return moved


def wavy_line(
    start: Floats, end: Floats, random: np.random.Generator, step: float, sway: float
) -> LineString:
    """Return a line between two points that sways by at most about `sway` of its length."""
    length = math.dist(start, end)
    count = max(2, int(length / step) + 1)
    straight = start + (end - start) * np.linspace(0.0, 1.0, count)[:, None]
    offsets = wander(count, random, (1, 2, 3, 5)) * sway * length
    line = np.round(displace(straight, offsets), 2)
    line[0], line[-1] = start, end
    return LineString(line)


def blob(centre: Floats, length: float, width: float, bearing: float, random: np.random.Generator) -> Polygon:
    """Return a rounded irregular area: `length` along the bearing (radians from east), `width` across."""
    angle = np.linspace(0.0, 2 * math.pi, 36, endpoint=False)
    radius = np.ones_like(angle)
    for wave in (2, 3, 5):
        radius += random.uniform(-0.12, 0.12) * np.cos(wave * angle + random.uniform(0, 2 * math.pi))
    along, across = length / 2 * radius * np.cos(angle), width / 2 * radius * np.sin(angle)
    turned = np.column_stack(
        [
            along * math.cos(bearing) - across * math.sin(bearing),
            along * math.sin(bearing) + across * math.cos(bearing),
        ]
    )
    return Polygon(np.round(centre + turned, 2))


def triangle_edges(points: Floats) -> list[tuple[int, int]]:
    """Return the edges of the Delaunay triangulation as sorted pairs of indices into the points."""
    index = {(float(x), float(y)): i for i, (x, y) in enumerate(points)}
    lines = shapely.delaunay_triangles(shapely.MultiPoint(points), only_edges=True)
    pairs = ([index[(float(x), float(y))] for x, y in line.coords] for line in lines.geoms)
    return sorted((min(a, b), max(a, b)) for a, b in pairs)
