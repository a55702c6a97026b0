"""Rasters: what there is, tiles in colours or heights, values at a point."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from urllib.parse import quote

import numpy as np
from starlette.responses import Response

from api import declared, parameters
from api.answers import BASE_HEADERS, answer, document, unchanged
from api.asked import Asked
from api.links import JSON, PNG, Link, link, self_and_alternates, tile_template
from api.png import palette_png, rgb_png
from api.raster_colours import ENCODINGS, class_of
from api.raster_handles import SIDE, tile_range
from api.service import CRS84
from api.tiles import caching_of, tile_place
from gis_core.definition import RasterClass, Texts
from layers.catalogue import RasterInfo

FORMATS = {"json": JSON}
TILE_FORMATS = {"png": PNG}
_NOTHING = np.ma.array(np.zeros((SIDE, SIDE), np.float32), mask=True)
# Map clients take a missing raster tile for an error, so an empty one is a picture too.
EMPTY: dict[str | None, bytes] = {
    None: palette_png(np.zeros((SIDE, SIDE), np.uint8), []),
    **{name: rgb_png(encode(_NOTHING)) for name, encode in ENCODINGS.items()},
}
WORDS = {
    "dry": Texts(
        ja="この図に表示はありません（安全という意味ではありません）",
        en="Nothing is shown here on this map (this does not mean safe)",
        pt="Nada é mostrado aqui neste mapa (não significa seguro)",
        es="En este mapa no se muestra nada aquí (no significa seguro)",
        ko="이 지도에는 표시가 없습니다(안전하다는 뜻이 아닙니다)",
        **{"ja-easy": "この 地図には 何も かいて ありません（安全と いう ことでは ありません）",
           "zh-hans": "此图在这里没有标示（不代表安全）"},
    ),
    "not_mapped": Texts(
        ja="調査の対象外（安全という意味ではありません）", en="Not mapped (this does not mean safe)",
        pt="Não mapeado (não significa seguro)", es="Sin cartografiar (no significa seguro)",
        ko="조사 대상 외(안전하다는 뜻이 아닙니다)",
        **{"ja-easy": "しらべて いない ところ（安全と いう ことでは ありません）", "zh-hans": "未调查（不代表安全）"},
    ),
}  # fmt: skip


async def rasters(asked: Asked) -> Response:
    """Answer with all rasters the viewer may see."""
    entries = [_raster(asked, info) for info in asked.catalogue.rasters.values()]
    return await document(asked, {"rasters": entries, "links": self_and_alternates(asked)})


async def raster(asked: Asked) -> Response:
    """Answer with one raster: legend, extent, freshness, where its tiles are."""
    return await document(asked, _raster(asked, asked.raster))


async def tile(asked: Asked) -> Response:
    """Answer with one tile, in the legend's colours or in an encoding of heights."""
    info = asked.raster
    place = tile_place(asked.path)
    caching = caching_of(asked, info.revision, info.revision)
    tag = asked.tag(info.revision)
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    encoding = asked.query.get("heights")
    # PNG is compressed already.
    if not _meets(info, place):
        return await answer(asked, EMPTY[encoding], tag=tag, caching=caching, compress=False)
    key: Hashable = (info.id, info.revision, place, encoding)
    body = await asked.service.cache.get(key, lambda: asked.service.rasters.tile(info, place, encoding))
    headers = {**BASE_HEADERS, "cache-control": caching, "vary": "Accept-Encoding", "etag": tag}
    response = Response(body, 200, headers, PNG)
    if asked.identity is None:
        asked.service.hot.keep(asked.scope, response, tag, key)
    return response


async def value(asked: Asked) -> Response:
    """Answer with the raster's value at a point. What was not mapped is never called dry."""
    info = asked.raster
    longitude = parameters.number(asked.query, declared.LONGITUDE)
    latitude = parameters.number(asked.query, declared.LATITUDE)
    tag = asked.tag(info.revision).removesuffix('"') + f'-{asked.language}"'
    same = unchanged(asked, tag)
    if same is not None:
        return same
    found = await asked.service.rasters.value(info, longitude, latitude)
    definition = info.definition
    kind = None if found.value is None else class_of(found.value, definition.classes)
    status = status_of(found.value, kind)
    content = {
        "id": info.id,
        "title": definition.title.to(asked.language),
        "longitude": longitude,
        "latitude": latitude,
        "value": found.value,
        "exact": found.exact,
        "unit": definition.unit,
        "nodata": found.value is None,
        "status": status,
        "class": class_entry(kind, asked.language) if kind else None,
        "description": (kind.title if kind else WORDS[status]).to(asked.language),
    }
    return await document(asked, content, tag=tag)


def status_of(value: float | None, kind: RasterClass | None) -> str:
    """Return what is known where the raster has this value: a class, that none is shown, or nothing."""
    if value is None:
        return "not_mapped"
    return "class" if kind else "dry"


def class_entry(kind: RasterClass, language: str) -> dict[str, Any]:
    """Return a class of the legend as answers show it."""
    return {
        "minimum": kind.minimum,
        "maximum": kind.maximum,
        "color": kind.color,
        "title": kind.title.to(language),
    }


def raster_path(info: RasterInfo) -> str:
    """Return the path of a raster below `/api`."""
    return f"/rasters/{quote(info.id)}"


def _raster(asked: Asked, info: RasterInfo) -> dict[str, Any]:
    definition, language = info.definition, asked.language
    path = raster_path(info)
    template = tile_template(asked, path, ("z", "y", "x"), ".png", f"?rev={info.revision}")
    return {
        "id": info.id,
        "title": definition.title.to(language),
        "description": definition.description.to(language),
        "theme": definition.theme,
        "unit": definition.unit,
        "opacity": definition.opacity,
        "classes": [class_entry(c, language) for c in definition.classes],
        "extent": {"spatial": {"bbox": [info.extent.as_tuple()], "crs": CRS84}},
        "revision": info.revision,
        "updated": info.updated_at.isoformat() if info.updated_at else None,
        "nextDue": info.next_due.isoformat() if info.next_due else None,
        "overdue": info.overdue,
        "sample": info.is_sample,
        "department": info.department.to(language),
        "license": definition.licence,
        "attribution": definition.source.to(language) if definition.source else None,
        "tiles": [template],
        "links": _links(asked, path, template),
    }


def _links(asked: Asked, path: str, template: str) -> list[Link]:
    here = asked.url(path)
    return [
        link(here, "self", JSON),
        link(template, "item", PNG, templated=True),
        *(link(f"{template}&heights={name}", "item", PNG, name, templated=True) for name in ENCODINGS),
        link(f"{here}/tiles/WebMercatorQuad/tilejson.json", "alternate", JSON, "TileJSON"),
        link(asked.url("/wmts/1.0.0/WMTSCapabilities.xml"), "alternate", "application/xml", "WMTS"),
        link(f"{here}/value?lon={{lon}}&lat={{lat}}", "related", JSON, "value", templated=True),
        link(f"{here}/profile?coords={{coords}}", "related", JSON, "profile", templated=True),
        link(f"{here}/statistics?polygon={{polygon}}", "related", JSON, "statistics", templated=True),
    ]


def _meets(info: RasterInfo, place: tuple[int, int, int]) -> bool:
    """Tell whether the tile lies where the raster is, so that no file is opened for the rest of the world."""
    zoom, row, column = place
    top, left, bottom, right = tile_range(info, zoom)
    return top <= row <= bottom and left <= column <= right
