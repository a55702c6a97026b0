"""Rasters: what there is, coloured tiles, values at a point."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import numpy as np
from starlette.responses import Response

from api import declared, parameters
from api.answers import answer, document, unchanged
from api.asked import Asked
from api.links import JSON, PNG, Link, link, self_and_alternates, tile_template
from api.png import palette_png
from api.raster_reader import SIDE, class_of, tile_range
from api.service import CRS84
from api.tiles import caching_of, tile_place
from gis_core.definition import RasterClass, Texts
from layers.catalogue import RasterInfo

FORMATS = {"json": JSON}
TILE_FORMATS = {"png": PNG}
# Map clients take a missing raster tile for an error, so an empty one is a picture too.
TRANSPARENT = palette_png(np.zeros((SIDE, SIDE), np.uint8), [])
WORDS = {
    "dry": Texts(
        ja="区分なし（想定なし）", en="In no class (none expected)", pt="Sem classe (não previsto)",
        es="Sin clase (no previsto)", ko="구분 없음(예상 없음)", **{"zh-hans": "无分级（无预想）"},
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
    """Answer with one tile in the legend's colours."""
    info = asked.raster
    zoom, row, column = place = tile_place(asked.path)
    caching = caching_of(asked, info.revision, info.revision)
    tag = asked.tag(info.revision)
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    body = TRANSPARENT
    if _meets(info, place):
        body = await asked.service.cache.get(
            (info.id, info.revision, place), lambda: asked.service.rasters.tile(info, zoom, row, column)
        )
    # PNG is compressed already.
    return await answer(asked, body, tag=tag, caching=caching, compress=False)


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
    kind = None if found is None else class_of(found, definition.classes)
    status = "not_mapped" if found is None else "class" if kind else "dry"
    content = {
        "id": info.id,
        "title": definition.title.to(asked.language),
        "longitude": longitude,
        "latitude": latitude,
        "value": found,
        "unit": definition.unit,
        "nodata": found is None,
        "status": status,
        "class": _class(kind, asked.language) if kind else None,
        "description": (kind.title if kind else WORDS[status]).to(asked.language),
    }
    return await document(asked, content, tag=tag)


def _raster(asked: Asked, info: RasterInfo) -> dict[str, Any]:
    definition, language = info.definition, asked.language
    path = f"/rasters/{quote(info.id)}"
    template = tile_template(asked, path, ("z", "y", "x"), ".png", f"?rev={info.revision}")
    links: list[Link] = [
        link(asked.url(path), "self", JSON),
        link(template, "item", PNG, templated=True),
        link(asked.url(path + "/value") + "?lon={lon}&lat={lat}", "related", JSON, "value", templated=True),
    ]
    return {
        "id": info.id,
        "title": definition.title.to(language),
        "description": definition.description.to(language),
        "theme": definition.theme,
        "unit": definition.unit,
        "opacity": definition.opacity,
        "classes": [_class(c, language) for c in definition.classes],
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
        "links": links,
    }


def _class(kind: RasterClass, language: str) -> dict[str, Any]:
    return {
        "minimum": kind.minimum,
        "maximum": kind.maximum,
        "color": kind.color,
        "title": kind.title.to(language),
    }


def _meets(info: RasterInfo, place: tuple[int, int, int]) -> bool:
    """Tell whether the tile lies where the raster is, so that no file is opened for the rest of the world."""
    zoom, row, column = place
    top, left, bottom, right = tile_range(info, zoom)
    return top <= row <= bottom and left <= column <= right
