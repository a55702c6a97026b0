"""The data of a snapshot: every public layer as GeoJSON, the sites' states, the rasters as pictures with their classes."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import psycopg

from api.formats.reading import batches
from layers import live
from layers.catalogue import Catalogue, LayerInfo, RasterInfo
from layers.exports import geojson_statement
from layers.filters import ItemsQuery
from webmap.context import filters
from webmap.handouts.rasters import Picture, picture

ROWS = 500
ALL = 2**62


def write(connection: psycopg.Connection[Any], catalogue: Catalogue, folder: Path) -> dict[str, Picture]:
    """Write the files; returns the rasters' pictures by id, whose addresses are no longer needed."""
    folder.mkdir(parents=True)
    for info in catalogue.layers.values():
        _layer(connection, info, folder / f"{info.id}.geojson")
        if filters.has_states(info.definition):
            _json(folder / f"status-{info.id}.json", {"entries": live.status_of(info)})
    pictures = {name: _picture(info, folder) for name, info in catalogue.rasters.items()}
    _json(folder / "rasters.json", [_classes(catalogue.rasters[name], pictures[name]) for name in pictures])
    return pictures


def _layer(connection: psycopg.Connection[Any], info: LayerInfo, path: Path) -> None:
    statement = geojson_statement(info, ItemsQuery(limit=ALL))
    with (
        path.open("wb") as file,
        connection.transaction(),
        batches(connection, statement, ROWS) as rows,
    ):
        file.write(b'{"type":"FeatureCollection","features":[')
        between = b""
        for batch in rows:
            file.write(between + b",\n".join(bytes(line) for (line,) in batch))
            between = b",\n"
        file.write(b"]}\n")


def _picture(info: RasterInfo, folder: Path) -> Picture:
    drawn = picture(info)
    (folder / f"{info.id}.png").write_bytes(b64decode(drawn.address.partition(",")[2]))
    return drawn


def _classes(info: RasterInfo, drawn: Picture) -> dict[str, Any]:
    return {
        "id": info.id,
        "title": info.definition.title,
        "unit": info.definition.unit,
        "picture": f"{info.id}.png",
        "bounds": drawn.bounds,
        "classes": [
            {"minimum": c.minimum, "maximum": c.maximum, "color": c.color, "title": c.title}
            for c in info.definition.classes
        ],
    }


def _json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, default=str), encoding="utf-8")
