"""A road network that holds together: main roads between towns, streets that begin and end on them.

Main roads are the relative neighbourhood graph of the towns and of a few places where roads leave the
city; national and prefectural routes are the shortest ways through it between named stops. Streets are
the same kind of graph over street corners and points on the main roads.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data_samples.areas import town_points
from data_samples.delivery import rng
from data_samples.projection import Floats, to_plane
from data_samples.shapes import triangle_edges, wavy_line
from data_samples.towns import Town

Edge = tuple[int, int]


@dataclass(frozen=True)
class Road:
    """A stretch of road between two junctions, in metres: its class, route and width."""

    kind: str
    route: str
    width: float
    line: LineString


EXITS: Final = (
    (139.975, 36.888), (139.944, 36.827), (140.047, 36.941), (140.003, 36.780), (140.099, 36.780),
    (140.152, 36.781), (140.116, 36.932), (140.196, 36.950), (140.267, 36.845), (140.257, 36.902),
    (140.182, 36.807), (140.085, 36.929),
)  # fmt: skip
"""Where main roads lead to outside the city: longitude, latitude; EXIT_0, EXIT_1 … in the routes below."""

ROUTES: Final = (
    ("国道", "国道4号", 16.0, "EXIT_0 上石上 野崎一丁目 薄葉 EXIT_1"),
    ("国道", "国道400号", 12.0, "EXIT_2 練貫 今泉 本町一丁目 中央一丁目 蛭田 佐良土 EXIT_5"),
    ("国道", "国道461号", 11.0, "野崎一丁目 加治屋 城山一丁目 北金丸 黒羽向町 黒羽田町 須佐木 須賀川 EXIT_8"),
    ("国道", "国道294号", 11.0, "EXIT_6 寒井 黒羽向町 湯津上 佐良土 EXIT_4"),
    ("県道", "県道 大田原佐久山線（見本）", 9.0, "中央一丁目 親園 佐久山 EXIT_3"),
    ("県道", "県道 大田原羽田線（見本）", 8.0, "中田原 小滝 羽田 EXIT_11"),
    ("県道", "県道 大田原市野沢線（見本）", 9.0, "山の手一丁目 町島 富池 市野沢"),
    ("県道", "県道 黒羽両郷線（見本）", 7.5, "黒羽田町 堀之内 中野内 両郷 EXIT_7"),
    ("県道", "県道 雲岩寺須賀川線（見本）", 6.5, "前田 北野上 雲岩寺 須賀川"),
    ("県道", "県道 佐久山湯津上線（見本）", 7.5, "佐久山 福原 蛭田 湯津上 北滝"),
    ("県道", "県道 薄葉親園線（見本）", 7.5, "薄葉 平沢 親園 宇田川 片府田"),
    ("県道", "県道 亀久佐良土線（見本）", 6.5, "EXIT_10 亀久 片田 佐良土"),
    ("県道", "県道 南方川上線（見本）", 6.0, "EXIT_9 南方 川上 木佐美 大久保 川田"),
)
PIECE: Final = 220.0
"""Metres between the points of a main road where streets may begin."""


def build_roads(outline: Polygon, towns: list[Town], rivers: BaseGeometry) -> list[Road]:
    """Return all roads of the city; stretches meet in equal end points."""
    nodes = np.vstack([town_points(towns), np.round(to_plane(EXITS), 2)])
    names = [town.name for town in towns] + [f"EXIT_{i}" for i in range(len(EXITS))]
    edges = neighbour_edges(nodes)
    classes = _assign_routes(nodes, names, edges)
    random = rng("roads")
    main = []
    for edge in edges:
        line = wavy_line(nodes[edge[0]], nodes[edge[1]], random, 55.0, 0.05)
        inside = line if outline.covers(line) else _way_out(line, outline, edge[1] >= len(towns))
        if inside is not None:
            main.append(Road(*classes.get(edge, ("市道", "市道 幹線（見本）", 6.0)), inside))
    pieces = [Road(road.kind, road.route, road.width, part) for road in main for part in _cut(road.line)]
    return pieces + _streets(outline, towns, rivers, pieces)


def _way_out(line: LineString, outline: Polygon, leaves: bool) -> LineString | None:
    """Return the part of a leaving road up to the boundary, nothing for a road that only strays outside."""
    inside = line.intersection(outline) if leaves else None
    if not isinstance(inside, LineString) or inside.coords[:1] != line.coords[:1]:
        return None
    return LineString(np.round(inside.coords, 2))


def neighbour_edges(points: Floats) -> list[Edge]:
    """Return the relative neighbourhood graph: it is connected, planar and without detours."""
    edges = []
    for a, b in triangle_edges(points):
        length = math.dist(points[a], points[b])
        to_a = np.hypot(*(points - points[a]).T)
        to_b = np.hypot(*(points - points[b]).T)
        if not np.any(np.maximum(to_a, to_b) < length * 0.98):
            edges.append((a, b))
    return edges


def _assign_routes(points: Floats, names: list[str], edges: list[Edge]) -> dict[Edge, tuple[str, str, float]]:
    classes: dict[Edge, tuple[str, str, float]] = {}
    for kind, route, width, stops in ROUTES:
        numbers = [names.index(stop) for stop in stops.split()]
        for start, end in pairwise(numbers):
            for edge in shortest_way(points, edges, start, end):
                classes.setdefault(edge, (kind, route, width))
    return classes


def shortest_way(points: Floats, edges: list[Edge], start: int, end: int) -> list[Edge]:
    """Return the edges of the shortest way between two points of a connected graph (Dijkstra)."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        beside[a].append(b)
        beside[b].append(a)
    queue, reached = [(0.0, start, start)], dict[int, int]()
    while queue:
        length, here, before = heapq.heappop(queue)
        if here in reached:
            continue
        reached[here] = before
        for there in beside[here]:
            heapq.heappush(queue, (length + math.dist(points[here], points[there]), there, here))
    way = []
    while end != start:
        way.append((min(end, reached[end]), max(end, reached[end])))
        end = reached[end]
    return way


def _cut(line: LineString) -> list[LineString]:
    """Cut a road at every few vertices, so that streets can meet it in shared end points."""
    coords = list(line.coords)
    step = max(1, round(PIECE / max(line.length / (len(coords) - 1), 1.0)))
    marks = [*range(0, len(coords) - 1, step), len(coords) - 1]
    return [LineString(coords[a : b + 1]) for a, b in pairwise(marks)]


def _streets(outline: Polygon, towns: list[Town], rivers: BaseGeometry, main: list[Road]) -> list[Road]:
    joints = sorted({road.line.coords[end] for road in main for end in (0, -1)})
    corners = _corners(outline, towns, np.array(joints))
    points = np.vstack([joints, corners])
    barrier = shapely.union_all([*(road.line for road in main), rivers.buffer(25)])
    shapely.prepare(barrier)
    random, free = rng("streets"), []
    for a, b in neighbour_edges(points):
        if b >= len(joints) and math.dist(points[a], points[b]) < 700:
            line = wavy_line(points[a], points[b], random, 60.0, 0.03)
            if outline.covers(line) and not barrier.crosses(line):
                free.append(((a, b), line))
    kept = _joined({edge for edge, _ in free}, set(range(len(joints))))
    return [Road("市道", "市道（見本）", 4.0, line) for edge, line in free if edge in kept]


def _corners(outline: Polygon, towns: list[Town], joints: Floats) -> Floats:
    """Return street corners around the towns: more where more people live, none on top of another."""
    random = rng("corners")
    counts = [int(6 + 2.2 * town.weight) for town in towns]
    taken = np.full((len(joints) + sum(counts), 2), np.inf)
    taken[: len(joints)], used = joints, len(joints)
    for town, middle, count in zip(towns, town_points(towns), counts, strict=True):
        spread, apart = (330.0, 85.0) if town.urban else (420.0, 130.0)
        for point in np.round(middle + random.normal(0, spread, (count, 2)), 2):
            free = np.hypot(*(taken[:used] - point).T).min() > apart
            if free and outline.contains(shapely.Point(point)):
                taken[used], used = point, used + 1
    return taken[len(joints) : used]


def _joined(edges: set[Edge], start: set[int]) -> set[Edge]:
    """Return the edges that can be reached from the start."""
    reached, left = set(start), set(edges)
    while met := {edge for edge in left if edge[0] in reached or edge[1] in reached}:
        reached.update(*met)
        left -= met
    return edges - left
