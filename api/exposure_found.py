"""What of the counted layers lies in areas, brought together for one viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from api.asked import Asked
from gis_core.boxes import Box
from gis_core.hazards import Kind
from layers import exposure, exposure_sums
from layers.aggregates import mesh_box
from layers.catalogue import LayerInfo
from layers.exposure_sums import Chosen, Numbers
from layers.gazetteer.sources import AREAS

# Where people would go: what of these lies in the area is of no use to them.
REFUGES = (exposure.SITES, exposure.SHELTERS)


class Content(NamedTuple):
    """What was counted of a layer (`exposure.counting_statement`), at which of its revisions."""

    revision: int
    found: list[Any]


@dataclass(frozen=True)
class Site:
    """A feature that lies in the areas; `places` of which classes. None for what its layer does not say."""

    info: LayerInfo
    id: int
    name: str | None
    capacity: int | None
    designated: bool | None
    longitude: float
    latitude: float
    places: tuple[int, ...]

    @property
    def unusable(self) -> bool:
        """Whether it is a place to go to, which now lies in the danger itself."""
        return self.info.id in REFUGES


@dataclass(frozen=True)
class Line:
    """A town or grid square with its people by place of class, None where they are hidden; `shape` is GeoJSON text."""

    id: int | None
    code: str | None
    name: str | None
    people: dict[int, int | None]
    box: Box | None = None
    shape: str | None = None


@dataclass(frozen=True)
class Found:
    """All that lies in the areas, by place of class, `exposure_areas.ALL` for the total. Sizes in m², roads in metres."""

    chosen: Chosen
    sizes: Numbers
    layers: tuple[LayerInfo, ...]
    sites: tuple[Site, ...]
    roads: Numbers | None
    people: dict[int, int | None] | None
    towns: tuple[Line, ...]
    cells: tuple[Line, ...]
    stale: tuple[str, ...]


async def bring_together(
    asked: Asked, chosen: Chosen, sizes: list[Any], contents: Mapping[str, Content], kind: Kind | None
) -> Found:
    """Return what the viewer may know of what was counted; `stale` names the layers that have changed since."""
    infos = [info for info in exposure.counted_layers(asked.catalogue) if info.id in contents]
    sites: list[Site] = []
    for info in infos:
        if info.id in exposure.COUNTED:
            sites += await _sites(asked, info, chosen, contents[info.id].found, kind)
    people: dict[int, int | None] | None = None
    towns: tuple[Line, ...] = ()
    cells: tuple[Line, ...] = ()
    towns_layer = next((info for info in infos if info.id == AREAS), None)
    if towns_layer is not None:
        people, towns, cells = await _people(asked, towns_layer, chosen, contents[AREAS].found)
    return Found(
        chosen=chosen,
        sizes=chosen.totalled(dict(sizes)),
        layers=tuple(info for info in infos if info.id in exposure.COUNTED),
        sites=tuple(sites),
        roads=chosen.totalled(dict(contents[exposure.ROADS].found))
        if any(info.id == exposure.ROADS for info in infos)
        else None,
        people=people,
        towns=towns,
        cells=cells,
        stale=tuple(info.id for info in infos if contents[info.id].revision != info.revision),
    )


async def _sites(
    asked: Asked, info: LayerInfo, chosen: Chosen, found: list[Any], kind: Kind | None
) -> list[Site]:
    met = {number: places for number, all_places in found if (places := chosen.meets(all_places))}
    rows = await asked.service.database.rows(exposure.features_statement(info, met, kind)) if met else []
    # In the order of the columns, which are those of a site between its layer and its places.
    return [Site(*(info, *row, met[row[0]])) for row in rows]


async def _people(
    asked: Asked, info: LayerInfo, chosen: Chosen, shares: Sequence[Sequence[float]]
) -> tuple[dict[int, int | None], tuple[Line, ...], tuple[Line, ...]]:
    shapes = asked.query.get("part") == "towns" and asked.query.get("f") == "geojson"
    rows = await asked.service.database.rows(exposure.towns_statement(info, shapes=shapes))
    known = {row[0]: row for row in rows}
    populations = {number: row[3] for number, row in known.items() if row[3] is not None}
    found = exposure_sums.people(chosen, shares, populations)
    places = chosen.places
    towns = {number: row for number, row in found.towns.items() if number in known and row.keys() & {*places}}
    hidden = exposure_sums.told([*towns.values()], places)
    town_lines = [
        Line(number, known[number][2], known[number][1], numbers, shape=known[number][4])
        for number, numbers in zip(towns, hidden, strict=True)
    ]
    cells = {cell: row for cell, row in found.cells.items() if round(row[0])}
    cell_lines = [
        _cell(cell, numbers)
        for cell, numbers in zip(cells, exposure_sums.told([*cells.values()], places), strict=True)
    ]
    (whole,) = exposure_sums.told([found.whole], places)
    return whole, tuple(town_lines), tuple(cell_lines)


def _cell(cell: tuple[int, int], numbers: dict[int, int | None]) -> Line:
    code, box = mesh_box(f"{cell[0]},{cell[1]}", exposure.MESH)
    return Line(None, code, None, numbers, box=box)


def contents_of(rows: Sequence[Sequence[Any]]) -> dict[str, Content]:
    """Return what the rows of `exposure.stored_statement` hold, by layer."""
    return {
        row[0]: Content(row[1], orjson.loads(row[2]) if isinstance(row[2], str) else row[2]) for row in rows
    }
