"""Everything that the deliveries share: the sample city, built once in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data_samples.areas import divide, draw_outline, people
from data_samples.facilities import Facility, build_facilities
from data_samples.landslide import YELLOW, Zone, build_zones
from data_samples.placing import Placer
from data_samples.projection import Floats
from data_samples.rivers import River, all_courses, draw_rivers
from data_samples.roads import Road, build_roads
from data_samples.terrain import Cells, Grid, city_grid, flood, follow_rivers, halve, raise_land
from data_samples.towns import Town, all_towns

CODE = "092100"
POPULATION = 69_874


@dataclass(frozen=True)
class City:
    """The sample city. Geometries in metres (EPSG:6677), `land` and `depth` on `grid`, heights on `coarse`."""

    outline: Polygon
    towns: list[Town]
    areas: list[MultiPolygon]
    people: list[int]
    rivers: list[River]
    roads: list[Road]
    grid: Grid
    land: Cells
    depth: Cells
    coarse: Grid
    heights: Cells
    zones: list[Zone]
    placer: Placer
    facilities: list[Facility]

    def height_at(self, point: Floats) -> float:
        """Return metres above sea level."""
        return self.coarse.value(self.heights, point[0], point[1])

    def depth_at(self, point: Floats) -> float:
        """Return the flood depth in metres, 0 also where nothing was mapped."""
        depth = self.grid.value(self.depth, point[0], point[1])
        return depth if depth > 0 else 0.0

    def slides_at(self, point: Floats) -> bool:
        """Tell whether a point lies in a landslide warning zone or within 150 m of one."""
        here = Point(point)
        return any(zone.area.distance(here) < 150 for zone in self.zones if zone.level == YELLOW)

    def town_at(self, point: Floats) -> Town:
        """Return the town whose area holds a point, or the nearest one."""
        return self.towns[int(shapely.STRtree(self.areas).nearest(Point(point)))]

    def courses(self) -> BaseGeometry:
        """Return all rivers as one geometry."""
        return all_courses(self.rivers)


@lru_cache(maxsize=1)
def build_city() -> City:
    """Build the city: the same each time, about five seconds."""
    towns, outline, rivers = all_towns(), draw_outline(), draw_rivers()
    courses, areas = all_courses(rivers), divide(outline, towns)
    grid = city_grid()
    corridor = follow_rivers(grid, rivers)
    land = raise_land(grid, corridor)
    placer = Placer(towns, areas, courses)
    return City(
        outline=outline,
        towns=towns,
        areas=areas,
        people=people(towns, POPULATION),
        rivers=rivers,
        roads=build_roads(outline, towns, courses),
        grid=grid,
        land=land,
        depth=flood(grid, corridor, land),
        coarse=city_grid(2 * grid.cell),
        heights=halve(land),
        zones=build_zones(outline, towns, grid, land),
        placer=placer,
        facilities=build_facilities(towns, placer),
    )
