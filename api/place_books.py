"""What of a place's answer does not depend on the place: the evacuation sites, where they are, which hazards they lie in.

Read once for each state of the layers concerned, so that a place takes one statement and a few values of rasters.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from api.database import Database
from api.raster_colours import class_of
from api.raster_reader import RasterReader
from gis_core.errors import Unavailable
from gis_core.hazards import KINDS
from layers.catalogue import Catalogue, LayerInfo, RasterInfo
from layers.hazards import Hazard
from layers.places import PlaceLayers, place_layers, place_text, sites_statement

# Audiences differ in what they see; and what was read last for one stands until the layers change.
KEPT = 8
# WGS84: the longer half axis (metres) and the squared eccentricity.
_AXIS_M, _ECCENTRICITY = 6_378_137.0, 6.694379990141e-3


@dataclass(frozen=True)
class Site:
    """An evacuation site or shelter: where it is (degrees), for which hazards it is designated, in which it lies.

    `unmapped`: the hazards whose map does not reach it.
    """

    id: int
    longitude: float
    latitude: float
    said: dict[str, Any]
    designated: tuple[str, ...]
    inside: tuple[str, ...]
    unmapped: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sites:
    """All sites of a layer; `usable` and `unsafe` are the places in `all` of those designated for a kind, which lie out of
    and in its mapped areas. Not `complete`: a map could not be read.
    """

    info: LayerInfo | None
    all: tuple[Site, ...] = ()
    usable: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    unsafe: dict[str, NDArray[np.intp]] = field(default_factory=dict)
    complete: bool = True
    longitudes: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    latitudes: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def distances(self, point: tuple[float, float]) -> NDArray[np.float64]:
        """Return the metres from a point (degrees) to each site, on the ellipsoid.

        By its radii at the latitude half-way: within a city that differs from the geodesic by centimetres, and takes a
        tenth of its time.
        """
        middle = np.radians((self.latitudes + point[1]) / 2)
        bend = 1 - _ECCENTRICITY * np.sin(middle) ** 2
        north = np.radians(self.latitudes - point[1]) * _AXIS_M * (1 - _ECCENTRICITY) / bend**1.5
        turn = (self.longitudes - point[0] + 180) % 360 - 180
        metres: NDArray[np.float64] = np.hypot(
            north, np.radians(turn) * np.cos(middle) * _AXIS_M / np.sqrt(bend)
        )
        return metres


@dataclass(frozen=True, eq=False)
class Book:
    """The layers that know of places, the statement that asks them, the sites and the shelters."""

    layers: PlaceLayers
    text: str
    sites: Sites
    shelters: Sites

    @property
    def complete(self) -> bool:
        """Whether all maps could be read; what was made without one must not stand until the layers change."""
        return self.sites.complete and self.shelters.complete


class Books:
    """The books of one service's audiences, each made once for a state of its layers."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, asyncio.Task[Book]] = OrderedDict()
        # Most requests find the catalogue that the last one had.
        self._known: WeakKeyDictionary[Catalogue, Book] = WeakKeyDictionary()

    async def of(self, catalogue: Catalogue, database: Database, rasters: RasterReader) -> Book:
        """Return the book for a viewer's catalogue. Raises `Unavailable`."""
        book = self._known.get(catalogue)
        if book is None:
            made = await self._made(catalogue, database, rasters)
            # Freshness, samples and titles come from this catalogue, whatever the layers were when the sites were read.
            book = replace(made, layers=place_layers(catalogue))
            if made.complete:
                self._known[catalogue] = book
        return book

    async def _made(self, catalogue: Catalogue, database: Database, rasters: RasterReader) -> Book:
        layers = place_layers(catalogue)
        key = _state(layers)
        task = self._kept.get(key)
        if task is None or (task.done() and not _is_good(task)):
            task = self._kept[key] = asyncio.create_task(_written(layers, database, rasters))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        # One who gives up takes nothing from the others.
        return await asyncio.shield(task)


def _is_good(task: asyncio.Task[Book]) -> bool:
    return not task.cancelled() and task.exception() is None and task.result().complete


def _state(layers: PlaceLayers) -> Hashable:
    infos = (layers.boundary, layers.areas, layers.sites, layers.shelters, *(h.info for h in layers.hazards))
    return tuple(
        None if info is None else (info.id, info.revision, info.form if isinstance(info, LayerInfo) else "")
        for info in infos
    )


async def _written(layers: PlaceLayers, database: Database, rasters: RasterReader) -> Book:
    sites, shelters = [
        await _sites(info, layers, database, rasters) for info in (layers.sites, layers.shelters)
    ]
    return Book(layers, place_text(layers), sites, shelters)


async def _sites(
    info: LayerInfo | None, layers: PlaceLayers, database: Database, rasters: RasterReader
) -> Sites:
    if info is None:
        return Sites(None)
    rows = await database.rows(sites_statement(info, layers.zones))
    points = [(row[1], row[2]) for row in rows]
    shown = [await _in_raster(hazard, points, rasters) for hazard in layers.hazards if hazard.kind]
    sites = tuple(
        Site(
            number,
            lon,
            lat,
            said,
            tuple(designated),
            _known_kinds({*inside, *(kind for kind, states in shown if states[n] == "class")}),
            _known_kinds({kind for kind, states in shown if states[n] in ("not_mapped", "unavailable")}),
        )
        for n, (number, lon, lat, said, designated, inside) in enumerate(rows)
    )
    kinds = {kind for site in sites for kind in site.designated}
    return Sites(
        info,
        sites,
        {kind: _places(sites, kind, inside=False) for kind in kinds},
        {kind: _places(sites, kind, inside=True) for kind in kinds},
        not any("unavailable" in states for _, states in shown),
        np.array([site.longitude for site in sites]),
        np.array([site.latitude for site in sites]),
    )


def _known_kinds(kinds: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)


def _places(sites: Sequence[Site], kind: str, *, inside: bool) -> NDArray[np.intp]:
    found = [n for n, s in enumerate(sites) if kind in s.designated and (kind in s.inside) is inside]
    return np.array(found, dtype=np.intp)


async def _in_raster(
    hazard: Hazard, points: Sequence[tuple[float, float]], rasters: RasterReader
) -> tuple[str, Sequence[str]]:
    """Return what a raster shows at each point: `class`, `none`, `not_mapped`, and `unavailable` of an unreadable file."""
    info, kind = hazard.info, hazard.kind or ""
    if not isinstance(info, RasterInfo):
        return kind, ["none"] * len(points)
    try:
        found = await asyncio.gather(*(rasters.value(info, lon, lat) for lon, lat in points))
    except Unavailable:
        return kind, ["unavailable"] * len(points)
    return kind, [_shown(info, one.value) for one in found]


def _shown(info: RasterInfo, value: float | None) -> str:
    if value is None:
        return "not_mapped"
    return "class" if class_of(value, info.definition.classes) else "none"
