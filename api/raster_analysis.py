"""Rasters along a line and in a polygon."""

from __future__ import annotations

from typing import Any

import shapely
from starlette.responses import Response

from api import parameters
from api.answers import document, unchanged
from api.asked import Asked
from api.declared import SAMPLES_DEFAULT, SAMPLES_MAXIMUM, VERTICES_MAXIMUM
from api.links import JSON, self_and_alternates
from api.raster_colours import class_of
from api.rasters import class_entry, status_of
from gis_core.errors import BadParameter, Message
from layers.catalogue import RasterInfo

FORMATS = {"json": JSON}
RING_LEAST = 3


async def profile(asked: Asked) -> Response:
    """Answer with the values along a line, by distance from its beginning."""
    info = asked.raster
    line = _places(asked.query, "coords", 2)
    samples = parameters.whole(asked.query, "samples")
    samples = SAMPLES_DEFAULT if samples is None else samples
    if not 2 <= samples <= SAMPLES_MAXIMUM:
        raise BadParameter(
            "samples",
            Message(
                f"samples は 2〜{SAMPLES_MAXIMUM} の整数にしてください。",
                f"Give samples as a whole number from 2 to {SAMPLES_MAXIMUM}.",
            ),
        )
    tag = _tag(asked, info)
    same = unchanged(asked, tag)
    if same is not None:
        return same
    found = await asked.service.rasters.profile(info, line, samples)
    values = [value for *_, value in found.points if value is not None]
    content = {
        **_head(asked, info),
        "exact": found.exact,
        "length": round(found.length, 2),
        "minimum": min(values, default=None),
        "maximum": max(values, default=None),
        "points": [_point(info, *point) for point in found.points],
    }
    return await document(asked, content, tag=tag)


async def statistics(asked: Asked) -> Response:
    """Answer with the area of each class in a polygon, and the least, greatest and mean value."""
    info = asked.raster
    polygon = _polygon(asked.query)
    tag = _tag(asked, info)
    same = unchanged(asked, tag)
    if same is not None:
        return same
    found = await asked.service.rasters.statistics(info, polygon)
    classes = info.definition.classes

    def share(area: float) -> float:
        return round(area / found.area, 6) if found.area else 0.0

    in_classes = sum(found.by_class)
    content = {
        **_head(asked, info),
        "exact": found.exact,
        "area": round(found.area, 2),
        "notMapped": round(max(0.0, found.area - found.mapped), 2),
        "notMappedShare": share(max(0.0, found.area - found.mapped)),
        "inNoClass": round(max(0.0, found.mapped - in_classes), 2),
        "classes": [
            {**class_entry(kind, asked.language), "area": round(area, 2), "share": share(area)}
            for kind, area in zip(classes, found.by_class, strict=True)
        ],
        "minimum": found.minimum,
        "maximum": found.maximum,
        "mean": None if found.mean is None else round(found.mean, 4),
        "pixelSize": found.pixel,
    }
    return await document(asked, content, tag=tag)


def _head(asked: Asked, info: RasterInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "title": info.definition.title.to(asked.language),
        "unit": info.definition.unit,
        "links": self_and_alternates(asked),
    }


def _tag(asked: Asked, info: RasterInfo) -> str:
    return asked.tag(info.revision).removesuffix('"') + f'-{asked.language}"'


def _point(
    info: RasterInfo, distance: float, longitude: float, latitude: float, value: float | None
) -> dict[str, Any]:
    classes = info.definition.classes
    kind = None if value is None else class_of(value, classes)
    return {
        "distance": distance,
        "longitude": longitude,
        "latitude": latitude,
        "value": value,
        "status": status_of(value, kind),
        "color": kind.color if kind else None,
    }


def _polygon(query: dict[str, str]) -> shapely.Polygon:
    """Return the polygon (degrees) of the parameter `polygon`. Raises `BadParameter`."""
    ring = _places(query, "polygon", RING_LEAST)
    polygon = shapely.Polygon(ring) if len(set(ring)) >= RING_LEAST else shapely.Polygon()
    if polygon.is_empty or not polygon.is_valid or polygon.area == 0:
        raise BadParameter(
            "polygon",
            Message(
                "polygon の線が交わっているか、面積がありません。角を順に、交わらないように並べてください。",
                "The polygon crosses itself or has no area. Give its corners in turn, without crossings.",
            ),
        )
    return polygon


def _places(query: dict[str, str], name: str, least: int) -> list[tuple[float, float]]:
    """Return the places (longitude, latitude) of a parameter. Raises `BadParameter`."""
    text = query.get(name, "")
    places = [parameters.place(part) for part in text.strip(";").split(";")]
    if not least <= len(places) <= VERTICES_MAXIMUM or None in places:
        raise BadParameter(
            name,
            Message(
                f"{name} は「経度,緯度;経度,緯度;…」（度）の形で {least}〜{VERTICES_MAXIMUM} 点を並べてください。",
                f"Give {name} as lon,lat;lon,lat;… in degrees, from {least} to {VERTICES_MAXIMUM} places.",
            ),
        )
    return [place for place in places if place is not None]
