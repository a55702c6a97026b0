"""A raster's tiles as TileJSON describes them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.answers import document
from api.asked import Asked
from api.links import JSON, tile_template
from api.raster_handles import SIDE
from api.rasters import raster_path
from api.wmts import LAST_ZOOM

FORMATS = {"json": JSON}


async def tilejson(asked: Asked) -> Response:
    """Answer with TileJSON 3.0.0; its tile address names the revision, so that tiles can be kept for ever."""
    info = asked.raster
    definition, encoding = info.definition, asked.query.get("heights")
    query = f"?rev={info.revision}" + (f"&heights={encoding}" if encoding else "")
    west, south, east, north = info.extent.as_tuple()
    source = definition.source or info.department
    content: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": definition.title.to(asked.language),
        "description": definition.description.to(asked.language),
        "version": f"{info.revision}.0.0",
        "attribution": source.to(asked.language),
        "scheme": "xyz",
        "tiles": [tile_template(asked, raster_path(info), ("z", "y", "x"), ".png", query)],
        "tileSize": SIDE,
        "minzoom": 0,
        "maxzoom": LAST_ZOOM,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, int(asked.service.settings.city.zoom)],
    }
    if encoding:
        # What MapLibre calls the encodings that it knows by name.
        content["encoding"] = {"terrain-rgb": "mapbox"}.get(encoding, encoding)
    return await document(asked, content)
