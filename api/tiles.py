"""Vector tiles: bytes straight from SQL, made once, kept compressed."""

from __future__ import annotations

from starlette.responses import Response

from api.answers import BASE_HEADERS, IMMUTABLE, REVALIDATE, answer, packed, unchanged
from api.asked import Asked, whole_number
from api.links import MVT
from gis_core import tiles
from gis_core.errors import BadParameter, Message, NotFound
from layers.catalogue import LayerInfo
from layers.reads import tile_statement

FORMATS = {"mvt": MVT}


async def tile(asked: Asked) -> Response:
    """Answer with one vector tile, 204 where it is empty."""
    info = asked.layer
    place = tile_place(asked.path)
    caching = caching_of(asked, info.revision)
    tag = asked.tag(info.revision)
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    body = await asked.service.cache.get(
        (info.id, info.revision, asked.viewer, place), lambda: _make(asked, info, place)
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


def caching_of(asked: Asked, revision: int) -> str:
    """Return how long the answer may be kept: for ever, when the address names the current revision."""
    text = asked.query.get("rev")
    if text is None:
        return REVALIDATE
    if not (text.isascii() and text.isdigit()):
        raise BadParameter(
            "rev", Message("rev は 0 以上の整数にしてください。", "rev must be a whole number, 0 or more.")
        )
    return IMMUTABLE if text == str(revision) else REVALIDATE


async def _make(asked: Asked, info: LayerInfo, place: tuple[int, int, int]) -> bytes:
    row = await asked.service.database.row(tile_statement(info, *place))
    assert row is not None
    return await packed(bytes(row[0]))
