"""The way on foot to a place, and how far one comes in some minutes; straight lines where there is no network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from psycopg import sql
from starlette.responses import Response

from api import parameters
from api.answers import document
from api.asked import Asked
from api.declared import LATITUDE, LONGITUDE
from api.links import GEOJSON, self_and_alternates
from api.raster_profiles import ELLIPSOID
from gis_core.boxes import Box
from gis_core.definition import Texts
from gis_core.errors import BadParameter, Message, NotFound
from layers import ways as statements
from layers.exposure import SITES, list_statement
from layers.exposure_areas import parse_list
from layers.exposure_sums import Chosen
from layers.nearest import LATITUDE_DEGREE_M, LONGITUDE_DEGREE_M
from layers.ways import METRES_A_MINUTE, Avoided, Point

FORMATS = {"geojson": GEOJSON}
CLOSURES, RIVERS, ROADS = "road_closures", "rivers", "roads"
MINUTES = (5, 10, 15)
MINUTES_MOST, BANDS_MOST = 60, 5
# Beyond, a way on foot means nothing, and the network around would be all of it.
FARTHEST_M = 30_000.0
# How far a way may lead out of the box of its ends.
DETOUR_M = 3_000.0
NOTES = {
    None: Texts(
        ja="道路のデータに沿った道のりです。実際に通れるかは現地の状況に従ってください。",
        en="The way follows the road data. Whether it can be walked depends on what you find there.",
    ),
    "no_network": Texts(
        ja="道路網がまだないため、直線の距離です。実際の道のりはこれより長くなります。",
        en="There is no road network yet, so this is the straight distance. The way itself is longer.",
    ),
    "no_road_near": Texts(
        ja="近くに使える道路のデータがないため、直線の距離です。実際の道のりはこれより長くなります。",
        en="No usable road is near in the data, so this is the straight distance. The way itself is longer.",
    ),
    "no_way": Texts(
        ja="条件に合う道が見つからないため、直線の距離です。この直線は避けるべき所を通ることがあります。",
        en="No way fits what is to be avoided, so this is the straight distance, which may lead through it.",
    ),
}


@dataclass(frozen=True)
class Ends:
    """Where on the network points lie: each an edge and where on it, and how far it is from there (metres)."""

    places: tuple[tuple[int, float], ...]
    away: tuple[float, ...]


async def way(asked: Asked) -> Response:
    """Answer with the shortest way on foot as a GeoJSON feature, over roads or, saying so, straight."""
    begin, end = _point(asked, "from"), await _end(asked)
    straight = ELLIPSOID.inv(*begin, *end)[2]
    if straight > FARTHEST_M:
        raise BadParameter(
            "to",
            Message(
                f"歩く道のりは直線で {FARTHEST_M / 1000:.0f} km までです。近い目的地を指定してください。",
                f"Ways on foot are up to {FARTHEST_M / 1000:.0f} km straight. Name a nearer place.",
            ),
        )
    avoided = await _avoided(asked)
    edges = statements.usable(_around([begin, end], max(DETOUR_M, straight)), avoided)
    found = await _ends(asked, [begin, end], edges)
    metres, line, reason = (
        straight,
        shapely.LineString([begin, end]),
        found if isinstance(found, str) else None,
    )
    if isinstance(found, Ends):
        row = await asked.service.database.row(statements.way_statement(edges, *found.places), prepared=False)
        if row is None or row[0] is None:
            reason = "no_way"
        else:
            metres = row[0] + sum(found.away)
            line = shapely.LineString([begin, *shapely.from_geojson(row[1]).coords, end])
    properties = {
        "metres": round(metres, 1),
        "minutes": math.ceil(metres / METRES_A_MINUTE),
        "straightMetres": round(straight, 1),
        **_about(asked, avoided, reason),
    }
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(line), "properties": properties}
    return await document(asked, {**feature, "links": self_and_alternates(asked)})


async def reach(asked: Asked) -> Response:
    """Answer with the areas that are reached on foot in some minutes, the largest first, or circles, saying so."""
    point = parameters.number(asked.query, LONGITUDE), parameters.number(asked.query, LATITUDE)
    minutes = _minutes(asked)
    bands = [one * METRES_A_MINUTE for one in minutes]
    avoided = await _avoided(asked)
    edges = statements.usable(_around([point], max(bands)), avoided)
    found = await _ends(asked, [point], edges)
    if isinstance(found, str):
        areas, reason = [orjson.loads(shapely.to_geojson(_circle(point, band))) for band in bands], found
    else:
        plane = asked.service.settings.city.plane_srid
        rows = await asked.service.database.rows(
            statements.reach_statement(edges, found.places[0], found.away[0], bands, plane),
            prepared=False,
        )
        areas, reason = [row[1] and orjson.loads(row[1]) for row in rows], None
    about = _about(asked, avoided, reason)
    features = [
        {"type": "Feature", "geometry": area, "properties": {"minutes": one, "metres": band, **about}}
        for one, band, area in zip(minutes, bands, areas, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features, "links": self_and_alternates(asked)}
    return await document(asked, collection)


async def _ends(asked: Asked, points: Sequence[Point], edges: sql.Composable) -> Ends | str:
    """Return where the points lie on the network, or why they do not."""
    # Who may not see the roads may not walk on them here: the network is theirs.
    if ROADS not in asked.catalogue.layers:
        return "no_network"
    rows = await asked.service.database.rows(statements.near_statement(points, edges), prepared=False)
    if not rows[0][3]:
        return "no_network"
    if any(row[0] is None for row in rows):
        return "no_road_near"
    return Ends(tuple((row[0], row[1]) for row in rows), tuple(row[2] for row in rows))


async def _avoided(asked: Asked) -> Avoided:
    layers, query = asked.catalogue.layers, asked.query
    names = tuple(filter(None, query.get("rivers", "").split(",")))
    hazard = query.get("hazard")
    places = () if hazard is None else await _dangerous(asked, hazard)
    rivers = layers.get(RIVERS)
    if names and (rivers is None or all(field.name != "name" for field in rivers.fields)):
        raise BadParameter("rivers", Message("川のデータがありません。", "There are no data of rivers here."))
    return Avoided(layers.get(CLOSURES), hazard, places, rivers, names)


async def _dangerous(asked: Asked, hazard: str) -> tuple[int, ...]:
    """Return the places of the hazard's classes that are to be avoided. Raises `BadParameter`."""
    listed = None
    if asked.catalogue.knows(hazard):
        listed = await asked.service.database.row(list_statement(hazard))
    if listed is None or listed[0] is None:
        raise BadParameter(
            "hazard",
            Message(
                "hazard に /api/exposure で使えるハザードのレイヤの ID を指定してください。",
                "Give hazard the id of a hazard layer that /api/exposure knows.",
            ),
        )
    areas = parse_list(orjson.loads(listed[0]))
    (least, *_) = Chosen.of(areas, asked.query.get("class")).places or (1,)
    return tuple(range(least, len(areas.classes) + 1))


def _about(asked: Asked, avoided: Avoided, reason: str | None) -> dict[str, Any]:
    return {
        "method": "straight" if reason else "roads",
        "reason": reason,
        "note": NOTES[reason].to(asked.language),
        "avoided": {
            "closures": avoided.closures is not None,
            "hazard": avoided.hazard,
            "classes": [asked.query["class"]] if avoided.hazard and "class" in asked.query else [],
            "rivers": [*avoided.names],
        },
    }


async def _end(asked: Asked) -> Point:
    """Return where the way leads. Raises `BadParameter`, `NotFound`."""
    site = parameters.whole(asked.query, "site")
    if site is None:
        return _point(asked, "to")
    info = asked.catalogue.layer(SITES)
    row = await asked.service.database.row(statements.site_statement(info, site))
    if row is None:
        raise NotFound(
            Message(
                f"避難場所 {site} はありません。/api/collections/{SITES}/items で番号を確かめてください。",
                f"There is no evacuation site {site}. See /api/collections/{SITES}/items for its number.",
            )
        )
    return row[0], row[1]


def _point(asked: Asked, name: str) -> Point:
    place = parameters.place(asked.query.get(name, ""))
    if place is None:
        raise BadParameter(
            name,
            Message(
                f"{name} は「経度,緯度」（度）で指定してください。", f"Give {name} as lon,lat in degrees."
            ),
        )
    return place


def _minutes(asked: Asked) -> list[int]:
    """Return the minutes asked for, the most first. Raises `BadParameter`."""
    given = asked.query.get("minutes", ",".join(map(str, MINUTES))).split(",")
    numbers = {int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 4}
    if (
        len(numbers) != len(given)
        or len(given) > BANDS_MOST
        or not 1 <= min(numbers) <= max(numbers) <= MINUTES_MOST
    ):
        raise BadParameter(
            "minutes",
            Message(
                f"minutes は 1〜{MINUTES_MOST} の整数をコンマで区切って {BANDS_MOST} つまで指定してください。",
                f"Give minutes as up to {BANDS_MOST} whole numbers from 1 to {MINUTES_MOST}, separated by commas.",
            ),
        )
    return sorted(numbers, reverse=True)


def _around(points: Sequence[Point], metres: float) -> Box:
    """Return a box (degrees) that holds all within so many metres of the points' own box."""
    longitudes, latitudes = zip(*points, strict=True)
    high = metres / LATITUDE_DEGREE_M
    shrunk = max(0.01, math.cos(math.radians(max(map(abs, latitudes)) + high)))
    wide = min(180.0, metres / (LONGITUDE_DEGREE_M * shrunk))
    return Box(min(longitudes) - wide, min(latitudes) - high, max(longitudes) + wide, max(latitudes) + high)


def _circle(point: Point, metres: float) -> shapely.Polygon:
    count = 64
    azimuths = [360 / count * n for n in range(count)]
    longitudes, latitudes, _ = ELLIPSOID.fwd(
        [point[0]] * count, [point[1]] * count, azimuths, [metres] * count
    )
    return shapely.Polygon(zip(longitudes, latitudes, strict=True))
