"""What the tiles are: tilesets, TileJSON, and the tile matrix set itself."""

from __future__ import annotations

from functools import cache
from typing import Any

import morecantile
from starlette.responses import Response

from api.answers import document
from api.asked import Asked
from api.collections import EXTENT_MARGIN
from api.links import (
    JSON,
    JSON_SCHEMA,
    MERCATOR,
    MVT,
    REL,
    TILE_MATRIX_SET,
    Link,
    collection_path,
    link,
    self_and_alternates,
    tile_template,
)
from api.service import CRS84
from api.shapes import field_schema
from gis_core.boxes import Box
from gis_core.tiles import MAX_ZOOM
from layers.catalogue import LayerInfo

QUAD = "WebMercatorQuad"
FORMATS = {"json": JSON}
DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}


async def tilesets(asked: Asked) -> Response:
    """Answer with the collection's tilesets: one."""
    info = asked.layer
    entry = _summary(asked, info)
    own = link(asked.url(f"{collection_path(info.id)}/tiles/{QUAD}"), "self", JSON)
    entry["links"] = [own, _scheme(asked)]
    return await document(asked, {"links": self_and_alternates(asked), "tilesets": [entry]})


async def tileset(asked: Asked) -> Response:
    """Answer with the tileset's metadata (OGC 17-083r4)."""
    info = asked.layer
    path = collection_path(info.id)
    template = tile_template(asked, path, ("tileMatrix", "tileRow", "tileCol"))
    links = [
        *self_and_alternates(asked),
        link(template, "item", MVT, templated=True),
        link(asked.url(f"{path}/tiles/{QUAD}/tilejson.json"), "alternate", JSON, "TileJSON"),
        link(asked.url(path), REL + "geodata", JSON),
        _scheme(asked),
    ]
    content = _summary(asked, info) | {"layers": [_layer(asked, info)], "links": links}
    if info.extent:
        west, south, east, north = info.extent.expand(EXTENT_MARGIN).as_tuple()
        content["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84}
    return await document(asked, content)


async def tilejson(asked: Asked) -> Response:
    """Answer with TileJSON 3.0.0; its tile address names the revision, so that tiles can be kept for ever."""
    info = asked.layer
    city = asked.service.settings.city
    bounds = (info.extent or city.bounds).as_tuple()
    template = tile_template(asked, collection_path(info.id), ("z", "y", "x"), query=f"?rev={info.revision}")
    content = {
        "tilejson": "3.0.0",
        "name": info.definition.title.to(asked.language),
        "description": info.definition.description.to(asked.language),
        "version": f"{info.revision}.0.0",
        "attribution": info.department.to(asked.language),
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": bounds,
        "center": [*_centre(Box(*bounds)), int(city.zoom)],
        "vector_layers": [
            {
                "id": info.id,
                "description": info.definition.title.to(asked.language),
                "minzoom": 0,
                "maxzoom": MAX_ZOOM,
                "fields": {f.name: f.title.to(asked.language) for f in info.fields},
            }
        ],
    }
    return await document(asked, content)


async def matrix_sets(asked: Asked) -> Response:
    """Answer with the tile matrix sets: one."""
    entry = {
        "id": QUAD,
        "title": _definition()["title"],
        "uri": TILE_MATRIX_SET,
        "crs": MERCATOR,
        "links": [link(asked.url(f"/tileMatrixSets/{QUAD}"), "self", JSON)],
    }
    return await document(asked, {"tileMatrixSets": [entry], "links": self_and_alternates(asked)})


async def matrix_set(asked: Asked) -> Response:
    """Answer with the definition of WebMercatorQuad."""
    return await document(asked, _definition())


@cache
def _definition() -> dict[str, Any]:
    found = morecantile.tms.get(QUAD).model_dump(mode="json", exclude_none=True, by_alias=True)
    # As plain URIs, which every version of the standard's schema allows.
    return found | {"id": QUAD, "uri": TILE_MATRIX_SET, "crs": MERCATOR}


def _summary(asked: Asked, info: LayerInfo) -> dict[str, Any]:
    return {
        "title": info.definition.title.to(asked.language),
        "dataType": "vector",
        "crs": MERCATOR,
        "tileMatrixSetURI": TILE_MATRIX_SET,
    }


def _scheme(asked: Asked) -> Link:
    return link(asked.url(f"/tileMatrixSets/{QUAD}"), REL + "tiling-scheme", JSON)


def _layer(asked: Asked, info: LayerInfo) -> dict[str, Any]:
    geometry = info.definition.geometry.removeprefix("Multi")
    return {
        "id": info.id,
        "title": info.definition.title.to(asked.language),
        "dataType": "vector",
        "geometryDimension": DIMENSIONS[geometry],
        "propertiesSchema": {
            "type": "object",
            "properties": {
                f.name: {"title": f.title.to(asked.language), **field_schema(f)} for f in info.fields
            },
        },
        "links": [link(asked.url(f"{collection_path(info.id)}/schema"), "describedby", JSON_SCHEMA)],
    }


def _centre(box: Box) -> tuple[float, float]:
    return (box.west + box.east) / 2, (box.south + box.north) / 2
