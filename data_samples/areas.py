"""The outline of the sample city and its 町丁目 areas, which tile it without gap or overlap."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data_samples.delivery import rng
from data_samples.projection import Floats, to_plane
from data_samples.shapes import displace, smooth_curve, wander, wavy_line
from data_samples.towns import Town

OUTLINE: Final = """
139.926,36.872 139.930,36.858 139.938,36.843 139.950,36.828 139.964,36.816 139.984,36.803 139.998,36.789
140.012,36.779 140.030,36.772 140.048,36.779 140.066,36.785 140.085,36.790 140.100,36.784 140.118,36.780
140.137,36.778 140.152,36.787 140.166,36.799 140.181,36.813 140.199,36.820 140.218,36.817 140.238,36.815
140.256,36.823 140.262,36.838 140.257,36.855 140.250,36.872 140.254,36.891 140.249,36.908 140.242,36.924
140.222,36.929 140.206,36.937 140.193,36.9455 140.176,36.943 140.160,36.933 140.142,36.931 140.122,36.929
140.104,36.925 140.086,36.925 140.068,36.929 140.050,36.936 140.032,36.931 140.018,36.919 140.010,36.906
139.999,36.894 139.984,36.886 139.965,36.879 139.946,36.880
"""
STEP: Final = 150.0
SWAY: Final = 420.0


def draw_outline() -> Polygon:
    """Return the made-up outline of the city in metres: a few hundred vertices."""
    corners = to_plane([[float(number) for number in pair.split(",")] for pair in OUTLINE.split()])
    ring = smooth_curve(corners, STEP, closed=True)
    offsets = wander(len(ring), rng("outline"), tuple(range(20, 160, 3))) * SWAY
    return Polygon(np.round(displace(ring, offsets), 2))


def town_points(towns: list[Town]) -> Floats:
    """Return the points of the towns in metres, shape (n, 2)."""
    return np.round(to_plane([[town.lon, town.lat] for town in towns]), 2)


def divide(outline: Polygon, towns: list[Town]) -> list[MultiPolygon]:
    """Return one area per town, in the towns' order; together they cover the outline exactly.

    The edges of the Voronoi cells are made wavy once each, then everything is noded together and cut
    into faces, so that neighbours share their vertices to the last digit.
    """
    points = town_points(towns)
    lines = _edges(outline, points)
    noded = shapely.union_all([*lines, outline.exterior], grid_size=0.01)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = [face for face in faces if outline.covers(face.representative_point())]
    owners = _owners(inside, points)
    return [
        _as_multi(
            shapely.coverage_union_all([f for f, owner in zip(inside, owners, strict=True) if owner == i])
        )
        for i in range(len(towns))
    ]


def _edges(outline: Polygon, points: Floats) -> list[BaseGeometry]:
    random = rng("areas")
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(points), extend_to=outline.buffer(3000), only_edges=True
    )
    edges = []
    for line in shapely.get_parts(cells):
        start, end = np.asarray(line.coords)[[0, -1]]
        swaying = wavy_line(start, end, random, 60.0, 0.06)
        edges.append(shapely.intersection(swaying, outline.buffer(50)))
    return edges


def _owners(faces: list[Polygon], points: Floats) -> list[int]:
    """Give each face to the town it holds, and a sliver without a town to the nearest one."""
    tree = shapely.STRtree([shapely.Point(point) for point in points])
    owners = []
    for face in faces:
        held = tree.query(face, predicate="contains")
        owners.append(int(held[0]) if len(held) else int(tree.nearest(face.representative_point())))
    return owners


def _as_multi(area: BaseGeometry) -> MultiPolygon:
    return area if isinstance(area, MultiPolygon) else MultiPolygon([area])


def people(towns: list[Town], total: int) -> list[int]:
    """Share out `total` people among the towns by their weight, whole numbers with exactly that sum."""
    weights = np.array([town.weight for town in towns]) * rng("people").uniform(0.85, 1.15, len(towns))
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(int)
    rest = np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]
    whole[rest] += 1
    return [int(count) for count in whole]
