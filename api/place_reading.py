"""All that is known of a point: one statement, and the values of the rasters beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.place_asked import Question
from api.place_books import Book
from api.place_hazards import Said, ordered, raster_said, zones_said
from api.place_sites import Chosen, Near, State, chosen_sites, ids_of, nearest_shelters
from api.raster_values import Found
from api.service import Service
from gis_core.errors import Unavailable
from gis_core.hazards import KINDS
from layers.catalogue import Catalogue, LayerInfo, RasterInfo
from layers.hazards import Hazard
from layers.places import ELEVATION
from layers.reads import Statement

Point = tuple[float, float]


@dataclass(frozen=True)
class Reading:
    """What is known of a point (degrees), before it is put into words. `said`: what each hazard layer says, worst first."""

    point: Point
    book: Book
    in_city: bool | None
    district: dict[str, Any] | None
    elevation: tuple[RasterInfo, Found | None] | None
    said: tuple[Said, ...]
    chosen: tuple[Chosen, ...]
    shelters: tuple[Near, ...]
    states: dict[int, State]
    shelter_states: dict[int, State]


async def read_place(service: Service, catalogue: Catalogue, point: Point, question: Question) -> Reading:
    """Read all that a viewer's layers know of a point. Raises `Unavailable`."""
    book = await service.places.of(catalogue, service.database, service.rasters)
    chosen = chosen_sites(book, point, question.kinds, question.limit)
    shelters = nearest_shelters(book, point, question.limit)
    ids = {"sites": ids_of(chosen), "shelters": [near.site.id for near in shelters]}
    statement = Statement(book.text, {"lon": point[0], "lat": point[1], **ids})
    rasters = [h.info for h in book.layers.hazards if isinstance(h.info, RasterInfo)]
    height = catalogue.rasters.get(ELEVATION)
    reading = asyncio.gather(*(_value(service, i, point) for i in (*rasters, *([height] if height else []))))
    row = await service.database.row(statement)
    values = await reading
    assert row is not None
    in_city, district, zones, states, shelter_states = row
    found = dict(zip((info.id for info in rasters), values, strict=False))
    return Reading(
        point,
        book,
        in_city,
        district,
        (height, values[-1]) if height else None,
        tuple(_said(book, found, zones, in_city, question)),
        tuple(chosen),
        shelters,
        _states(states),
        _states(shelter_states),
    )


def _said(
    book: Book,
    found: dict[str, Found | None],
    zones: Sequence[Sequence[dict[str, Any]]],
    in_city: bool | None,
    question: Question,
) -> list[Said]:
    """Put what the layers say in order; of a layer of no known kind, when all kinds are asked for."""
    here = {info.id: rows for (_, info), rows in zip(book.layers.zones, zones, strict=True)}

    def said(hazard: Hazard) -> Said:
        info = hazard.info
        if isinstance(info, LayerInfo):
            return zones_said(hazard, info, here[info.id], in_city)
        return raster_said(hazard, found[info.id])

    wanted = {*question.kinds}
    all_kinds = len(wanted) == len(KINDS)
    hazards = (h for h in book.layers.hazards if h.kind in wanted or (h.kind is None and all_kinds))
    return ordered([said(hazard) for hazard in hazards])


async def _value(service: Service, info: RasterInfo, point: Point) -> Found | None:
    try:
        return await service.rasters.value(info, *point)
    except Unavailable:
        return None


def _states(entries: Sequence[dict[str, Any]] | None) -> dict[int, State]:
    return {entry["id"]: State(entry["state"], entry["at"]) for entry in entries or ()}
