"""The tile matrix sets: WebMercatorQuad, and a grid of the city's JGD2011 plane rectangular zone."""

from __future__ import annotations

from functools import cache
from typing import Any

import morecantile
from pyproj import CRS
from starlette.responses import Response

from api.answers import document
from api.asked import Asked
from api.links import JSON, link, self_and_alternates
from api.settings import ApiSettings
from gis_core.errors import Message, NotFound
from gis_core.tiles import MERCATOR, Grid, plane_grid

FORMATS = {"json": JSON}
CRS_URI = "http://www.opengis.net/def/crs/EPSG/0/"
# Only what OGC has registered has an address of its own.
URIS = {MERCATOR.id: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"}


def grids(settings: ApiSettings) -> dict[str, Grid]:
    """Return the grids that tiles come in, by their ids."""
    return {grid.id: grid for grid in (MERCATOR, plane_grid(settings.city.plane_srid))}


def grid_of(asked: Asked) -> Grid:
    """Return the grid that the path names. Raises `NotFound`."""
    known = grids(asked.service.settings)
    try:
        return known[asked.path["tileMatrixSetId"]]
    except KeyError:
        raise NotFound(
            Message(
                f"そのタイル座標系はありません。あるもの：{', '.join(known)}",
                f"There is no such tile matrix set. There are: {', '.join(known)}",
            )
        ) from None


async def matrix_sets(asked: Asked) -> Response:
    """Answer with the tile matrix sets."""
    entries = [_entry(asked, grid) for grid in grids(asked.service.settings).values()]
    return await document(asked, {"tileMatrixSets": entries, "links": self_and_alternates(asked)})


async def matrix_set(asked: Asked) -> Response:
    """Answer with the definition of a tile matrix set (OGC 17-083r4)."""
    return await document(asked, definition(grid_of(asked)))


def summary(grid: Grid) -> dict[str, Any]:
    """Return how a tileset names its grid."""
    named = {"tileMatrixSetURI": URIS[grid.id]} if grid.id in URIS else {}
    return {"crs": f"{CRS_URI}{grid.srid}", **named}


def _entry(asked: Asked, grid: Grid) -> dict[str, Any]:
    own = link(asked.url(f"/tileMatrixSets/{grid.id}"), "self", JSON)
    known = {key: value for key, value in definition(grid).items() if key in ("id", "title", "uri", "crs")}
    return known | {"links": [own]}


@cache
def definition(grid: Grid) -> dict[str, Any]:
    """Return the grid's definition as OGC's JSON encoding has it."""
    made: morecantile.TileMatrixSet = morecantile.tms.get(grid.id) if grid is MERCATOR else _plane(grid)
    found = made.model_dump(mode="json", exclude_none=True, by_alias=True)
    # As plain URIs, which every version of the standard's schema allows.
    found |= {"id": grid.id, "crs": f"{CRS_URI}{grid.srid}"}
    if grid.id in URIS:
        return found | {"uri": URIS[grid.id]}
    # A plane zone's X runs north and its Y east (EPSG), and points are given in that order; morecantile knows this
    # of axes called N or Y only.
    for matrix in found["tileMatrices"]:
        matrix["pointOfOrigin"].reverse()
    return found | {"orderedAxes": ["X", "Y"]}


def _plane(grid: Grid) -> morecantile.TileMatrixSet:
    south, east = grid.north - grid.side, grid.west + grid.side
    made: morecantile.TileMatrixSet = morecantile.TileMatrixSet.custom(
        [grid.west, south, east, grid.north],
        CRS.from_epsg(grid.srid),
        id=grid.id,
        title=f"JGD2011 / Japan Plane Rectangular CS (EPSG:{grid.srid}), 2^20 m square around its origin",
        minzoom=0,
        maxzoom=grid.last_zoom,
    )
    return made
