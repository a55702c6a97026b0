"""What the tiles are: tilesets of one layer and of several, and TileJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from api.answers import document
from api.asked import Asked
from api.collections import EXTENT_MARGIN
from api.links import (
    JSON,
    JSON_SCHEMA,
    MVT,
    REL,
    Link,
    collection_path,
    link,
    self_and_alternates,
    tile_template,
)
from api.matrixsets import grid_of, grids, summary
from api.service import CRS84
from api.shapes import field_schema
from api.tiles import chosen
from gis_core.boxes import Box
from gis_core.tiles import DETAIL_ZOOM, MERCATOR, Grid
from layers.catalogue import LayerInfo

FORMATS = {"json": JSON}
DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}


async def tilesets(asked: Asked) -> Response:
    """Answer with the collection's tilesets: one in each grid."""
    info = asked.layer
    return await _list(asked, collection_path(info.id), info.definition.title.to(asked.language))


async def dataset_tilesets(asked: Asked) -> Response:
    """Answer with the tilesets of several layers."""
    chosen(asked)
    return await _list(asked, "", _title(asked))


async def tileset(asked: Asked) -> Response:
    """Answer with the metadata of a collection's tileset (OGC 17-083r4)."""
    info = asked.layer
    path = collection_path(info.id)
    source = link(asked.url(path), REL + "geodata", JSON)
    return await _tileset(asked, path, info.definition.title.to(asked.language), [info], source)


async def dataset_tileset(asked: Asked) -> Response:
    """Answer with the metadata of a tileset of several layers."""
    source = link(asked.url("/collections"), REL + "geodata", JSON)
    return await _tileset(asked, "", _title(asked), chosen(asked), source)


async def tilejson(asked: Asked) -> Response:
    """Answer with TileJSON 3.0.0; its tile address names the revision, so that tiles can be kept for ever."""
    info = asked.layer
    template = tile_template(asked, collection_path(info.id), ("z", "y", "x"), query=f"?rev={info.revision}")
    about = {
        "name": info.definition.title.to(asked.language),
        "description": info.definition.description.to(asked.language),
        "version": f"{info.revision}.0.0",
        "attribution": info.department.to(asked.language),
    }
    return await document(asked, _tilejson(asked, about, template, [info]))


async def dataset_tilejson(asked: Asked) -> Response:
    """Answer with TileJSON of several layers."""
    template = tile_template(asked, "", ("z", "y", "x"), query=_selection(asked))
    return await document(asked, _tilejson(asked, {"name": _title(asked)}, template, chosen(asked)))


async def _list(asked: Asked, path: str, title: str) -> Response:
    entries = [
        {
            "title": title,
            "dataType": "vector",
            **summary(grid),
            "links": [
                link(asked.url(f"{path}/tiles/{grid.id}") + _selection(asked), "self", JSON),
                _scheme(asked, grid),
            ],
        }
        for grid in grids(asked.service.settings).values()
    ]
    return await document(asked, {"links": self_and_alternates(asked), "tilesets": entries})


async def _tileset(asked: Asked, path: str, title: str, infos: Sequence[LayerInfo], source: Link) -> Response:
    grid = grid_of(asked)
    query = _selection(asked)
    names = ("tileMatrix", "tileRow", "tileCol")
    links = [
        *self_and_alternates(asked),
        link(tile_template(asked, path, names, query=query, grid=grid.id), "item", MVT, templated=True),
        source,
        _scheme(asked, grid),
    ]
    if grid is MERCATOR:
        address = asked.url(f"{path}/tiles/{grid.id}/tilejson.json") + query
        links.append(link(address, "alternate", JSON, "TileJSON"))
    content = {
        "title": title,
        "dataType": "vector",
        **summary(grid),
        "layers": [_layer(asked, info, grid) for info in infos],
        "links": links,
    }
    extent = _extent(infos)
    if extent:
        west, south, east, north = extent.expand(EXTENT_MARGIN).as_tuple()
        content["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84}
        content["tileMatrixSetLimits"] = _limits(grid, extent)
    return await document(asked, content)


def _tilejson(
    asked: Asked, about: dict[str, str], template: str, infos: Sequence[LayerInfo]
) -> dict[str, Any]:
    city = asked.service.settings.city
    bounds = (_extent(infos) or city.bounds).as_tuple()
    return {
        "tilejson": "3.0.0",
        **about,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": DETAIL_ZOOM,
        "bounds": bounds,
        "center": [*_centre(Box(*bounds)), int(city.zoom)],
        "vector_layers": [
            {
                "id": info.id,
                "description": info.definition.title.to(asked.language),
                "minzoom": 0,
                "maxzoom": DETAIL_ZOOM,
                "fields": {f.name: f.title.to(asked.language) for f in info.fields},
            }
            for info in infos
        ],
    }


def _selection(asked: Asked) -> str:
    """Return the query that keeps the choice of layers."""
    if "collections" not in asked.query:
        return ""
    return "?collections=" + ",".join(info.id for info in chosen(asked))


def _title(asked: Asked) -> str:
    return asked.service.settings.title.to(asked.language)


def _extent(infos: Sequence[LayerInfo]) -> Box | None:
    boxes = [info.extent.as_tuple() for info in infos if info.extent]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return Box(min(west), min(south), max(east), max(north))


def _limits(grid: Grid, extent: Box) -> list[dict[str, Any]]:
    """Return which tiles may hold something, at each zoom worth loading."""
    names = ("minTileRow", "maxTileRow", "minTileCol", "maxTileCol")
    return [
        {"tileMatrix": str(zoom), **dict(zip(names, grid.limits(extent, zoom), strict=True))}
        for zoom in range(DETAIL_ZOOM - grid.behind + 1)
    ]


def _scheme(asked: Asked, grid: Grid) -> Link:
    return link(asked.url(f"/tileMatrixSets/{grid.id}"), REL + "tiling-scheme", JSON)


def _layer(asked: Asked, info: LayerInfo, grid: Grid) -> dict[str, Any]:
    geometry = info.definition.geometry.removeprefix("Multi")
    return {
        "id": info.id,
        "title": info.definition.title.to(asked.language),
        "dataType": "vector",
        "geometryDimension": DIMENSIONS[geometry],
        "minTileMatrix": "0",
        "maxTileMatrix": str(DETAIL_ZOOM - grid.behind),
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
