"""Vector tiles: bytes straight from SQL, made once, kept compressed, until an edit touches them."""

from __future__ import annotations

import math

from starlette.responses import Response

from api.answers import BASE_HEADERS, IMMUTABLE, REVALIDATE, answer, packed, unchanged
from api.asked import Asked, whole_number
from api.links import MVT
from gis_core import tiles
from gis_core.boxes import Box
from gis_core.errors import BadParameter, Message, NotFound
from layers.catalogue import LayerInfo
from layers.reads import tile_statement

FORMATS = {"mvt": MVT}
# Degrees; about 1 cm, far more than coordinates lose between degrees and Mercator metres.
ROUNDING = 1e-7


async def tile(asked: Asked) -> Response:
    """Answer with one vector tile, 204 where it is empty."""
    info = asked.layer
    place = tile_place(asked.path)
    own = info.revision_in(_reach(place))
    caching = caching_of(asked, own, info.revision)
    tag = asked.tag(own, info.form)
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    body = await asked.service.cache.get(
        (info.id, own, info.form, asked.viewer, place), lambda: _make(asked, info, place)
    )
    if not body:
        return Response(None, 204, {**BASE_HEADERS, "etag": tag, "cache-control": caching})
    return await answer(asked, body, tag=tag, caching=caching)


def tile_place(path: dict[str, str]) -> tuple[int, int, int]:
    """Return zoom, row, column. Raises `NotFound` outside WebMercatorQuad (OGC 20-057, /req/core/tc-error)."""
    zoom, row, column = (whole_number(path[name]) for name in ("tileMatrix", "tileRow", "tileCol"))
    if not tiles.valid(zoom, row, column):
        raise NotFound(
            Message(
                f"WebMercatorQuad に {zoom}/{row}/{column} というタイルはありません。",
                f"WebMercatorQuad has no tile {zoom}/{row}/{column}.",
            )
        )
    return zoom, row, column


def caching_of(asked: Asked, own: int, current: int) -> str:
    """Return how long the answer may be kept: for ever, when the address names a revision that it is the same at.

    These run from `own`, in which it last changed, to the layer's `current` one.
    """
    text = asked.query.get("rev")
    if text is None:
        return REVALIDATE
    if not (text.isascii() and text.isdigit()):
        raise BadParameter(
            "rev", Message("rev は 0 以上の整数にしてください。", "rev must be a whole number, 0 or more.")
        )
    return IMMUTABLE if len(text) < 20 and own <= int(text) <= current else REVALIDATE


def _reach(place: tuple[int, int, int]) -> Box:
    """Return the tile with its buffer in degrees, a little larger, so that rounding misses no change."""
    box = tiles.mercator_box(*place, margin=tiles.BUFFER / tiles.EXTENT)
    west, east = (180 * x / tiles.HALF_WORLD_M for x in (box.west, box.east))
    south, north = (
        math.degrees(math.atan(math.sinh(math.pi * y / tiles.HALF_WORLD_M))) for y in (box.south, box.north)
    )
    return Box(west, south, east, north).expand(ROUNDING)


async def _make(asked: Asked, info: LayerInfo, place: tuple[int, int, int]) -> bytes:
    row = await asked.service.database.row(tile_statement(info, *place))
    assert row is not None
    return await packed(bytes(row[0]))
