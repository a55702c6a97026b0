"""What lies in the areas of a hazard, of an alert, or in a polygon that is drawn."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import shapely
from starlette.responses import Response

from api import bodies, parameters
from api.answers import answer, document
from api.asked import Asked
from api.errors import TooLarge
from api.exposure_found import Content, Found, bring_together, contents_of
from api.exposure_writing import Written
from api.formats.kinds import KINDS
from api.links import GEOJSON, JSON, self_and_alternates
from gis_core.definition import Texts
from gis_core.errors import BadInput, BadParameter, Message, NotFound, Unavailable
from gis_core.hazards import Kind
from layers import exposure as statements
from layers.exposure_areas import AreaClass, AreaList, drawn, parse_list, version_of
from layers.exposure_sums import Chosen
from layers.hazards import Hazard, hazards_of
from layers.places import BOUNDARY

CSV, XLSX = KINDS["csv"].media, KINDS["xlsx"].media
FORMATS = {"json": JSON, "geojson": GEOJSON, "csv": CSV, "xlsx": XLSX}
BODIES = {GEOJSON: "exposureArea", JSON: "exposureArea"}
VERTICES = 10_000
DRAWN = AreaList(
    "", 0, True, True, (AreaClass("area", Texts(ja="指定した範囲", en="The area asked for"), "#D92D20", 0),)
)


async def of_hazard(asked: Asked) -> Response:
    """Answer with what lies in each class of a hazard, as counted for its newest version."""
    hazard = _hazard(asked)
    database = asked.service.database
    rows = await database.rows(statements.stored_statement(hazard.id, public=asked.identity is None))
    listed = await database.row(statements.list_statement(hazard.id))
    contents = contents_of(rows)
    if not rows or listed is None or listed[0] is None or hazard.id not in contents:
        raise Unavailable(
            Message(
                "このハザードの影響はいま集計しているところです。1〜2 分おいてやり直してください。",
                "What lies in this hazard is being counted. Try again in a minute or two.",
            )
        )
    areas = parse_list(orjson.loads(listed[0]))
    sizes = contents[hazard.id].found
    chosen = Chosen.of(areas, asked.query.get("class"))
    found = await bring_together(asked, chosen, sizes, contents, hazard.kind)
    about = {
        "hazard": hazard.id,
        "title": hazard.info.definition.title.to(asked.language),
        "kind": hazard.kind,
        "revision": areas.revision,
        "current": areas.version == version_of(hazard.info) and not found.stale,
        "madeAt": max(row[3] for row in rows).isoformat(),
    }
    return await _written(asked, found, about)


async def of_alert(asked: Asked) -> Response:
    """Answer with what lies in the area of a published alert; of one for the whole city, in the city."""
    number = parameters.whole(asked.query, "alert")
    if number is None:
        raise BadParameter(
            "alert",
            Message(
                "alert に /api/alerts の番号を指定してください。範囲を描くときは POST で GeoJSON を送ってください。",
                "Give alert the id of one of /api/alerts. For a drawn area send GeoJSON by POST.",
            ),
        )
    row = await asked.service.database.row(statements.alert_area_statement(number))
    if row is None:
        raise NotFound(
            Message(
                f"警報 {number} はありません。/api/alerts で番号を確かめてください。",
                f"There is no alert {number}. See /api/alerts for its number.",
            )
        )
    return await _of_area(asked, row[0] or await _whole_city(asked), {"alert": number}, None)


async def of_polygon(asked: Asked) -> Response:
    """Answer with what lies in a polygon that the request brings as GeoJSON."""
    return await _of_area(asked, _drawn(bodies.json_of(asked, BODIES)), {}, None)


async def _of_area(asked: Asked, area: str, about: dict[str, Any], kind: Kind | None) -> Response:
    database, values = asked.service.database, {"drawn": area}
    contents = {}
    for info in statements.counted_layers(asked.catalogue):
        row = await database.row(statements.counting_statement(info, drawn(), values))
        contents[info.id] = Content(info.revision, _json(row))
    sizes = _json(await database.row(statements.size_statement(drawn(), values)))
    found = await bring_together(asked, Chosen.of(DRAWN, None), sizes, contents, kind)
    return await _written(asked, found, about)


def _json(row: Any) -> Any:
    (found,) = row
    return orjson.loads(found) if isinstance(found, str) else found


async def _written(asked: Asked, found: Found, about: dict[str, Any]) -> Response:
    written, part = Written(found, asked.language), asked.query.get("part", "")
    if asked.media == GEOJSON:
        return await answer(asked, written.geojson(part))
    if asked.media == CSV:
        return await answer(asked, written.csv(part))
    if asked.media == XLSX:
        return await answer(asked, await asyncio.to_thread(written.workbook), compress=False)
    return await document(asked, {**about, **written.content(), "links": self_and_alternates(asked)})


def _hazard(asked: Asked) -> Hazard:
    hazards = {hazard.id: hazard for hazard in hazards_of(asked.catalogue)}
    found = hazards.get(asked.path["hazardId"])
    if found is None:
        names = ", ".join(hazards) or "-"
        raise NotFound(
            Message(
                f"その ID のハザードのレイヤはありません。あるもの：{names}",
                f"There is no hazard layer with that id. There are: {names}",
            )
        )
    return found


async def _whole_city(asked: Asked) -> str:
    boundary = asked.catalogue.layers.get(BOUNDARY)
    row = boundary and await asked.service.database.row(statements.whole_city_statement(boundary))
    if not row or row[0] is None:
        raise Unavailable(
            Message(
                "この警報は市の全域を対象としますが、市の境界のデータがありません。POST で範囲を送ってください。",
                "This alert is for the whole city, whose boundary is not there. Send an area by POST.",
            )
        )
    return str(row[0])


def _drawn(content: Any) -> str:
    """Return the polygon of a geometry, a feature or a collection of one, as GeoJSON text. Raises `BadInput`."""
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        features = content.get("features")
        content = features[0] if isinstance(features, list) and len(features) == 1 else None
    if isinstance(content, dict) and content.get("type") == "Feature":
        content = content.get("geometry")
    text = orjson.dumps(content).decode()
    try:
        shape = shapely.from_geojson(text)
    except shapely.errors.GEOSException:
        shape = None
    if shape is not None and shapely.get_num_coordinates(shape) > VERTICES:
        raise TooLarge(
            Message(
                f"範囲の頂点は {VERTICES:,} 個までです。簡単な形にして送ってください。",
                f"The area may have {VERTICES:,} vertices. Send it simplified.",
            )
        )
    if shape is None or not _is_area(shape):
        raise BadInput(
            Message(
                "面積のある Polygon か MultiPolygon を、経度・緯度（度）の GeoJSON で一つ送ってください。",
                "Send one Polygon or MultiPolygon with an area as GeoJSON, in longitude and latitude (degrees).",
            )
        )
    return text


def _is_area(shape: Any) -> bool:
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty or not shape.area > 0:
        return False
    west, south, east, north = shape.bounds
    return bool(west >= -180 and south >= -90 and east <= 180 and north <= 90)
