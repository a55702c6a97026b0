"""Vector tiles: bytes straight from SQL, made once, kept in the coding they are sent in, until an edit touches them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

from starlette.responses import Response

from api import parameters
from api.answers import BASE_HEADERS, IMMUTABLE, REVALIDATE, unchanged
from api.asked import Asked, whole_number
from api.encoding import CODINGS, Packed, pack, unpack
from api.links import MVT
from api.matrixsets import grid_of
from gis_core.boxes import Box
from gis_core.errors import BadParameter, Message, NotFound
from gis_core.tiles import MERCATOR, Grid, degrees, reach
from layers.catalogue import LayerInfo
from layers.tile_reads import Interval, tile_statement

FORMATS = {"mvt": MVT}
# Degrees; about 1 cm, far more than coordinates lose between degrees and Mercator metres.
ROUNDING = 1e-7

Place = tuple[int, int, int]


@dataclass(frozen=True)
class Part:
    """One layer's share of a tile: zoom, row and column of a grid, and the time it is of."""

    info: LayerInfo
    grid: Grid
    place: Place
    interval: Interval | None

    @cached_property
    def own(self) -> int:
        """The revision in which this last changed."""
        return self.info.revision_in(_held(self.grid, self.place))

    @cached_property
    def key(self) -> Hashable:
        """What the part's bytes depend on. The layer's plan counts only where it decides what is shown."""
        info, plan = self.info, self.info.plan
        planned = plan.revision if plan.level(self.place[0] + self.grid.behind) is not None else None
        return info.id, self.own, planned, info.form, self.grid.id, self.place, self.interval


async def tile(asked: Asked) -> Response:
    """Answer with one vector tile of a layer, 204 where it is empty."""
    part = _part(asked, asked.layer, grid_of(asked))
    return await _answer(asked, [part], caching_of(asked, part.own, part.info.revision))


async def dataset_tile(asked: Asked) -> Response:
    """Answer with one vector tile of several layers."""
    grid = grid_of(asked)
    return await _answer(asked, [_part(asked, info, grid) for info in chosen(asked)], REVALIDATE)


def chosen(asked: Asked) -> list[LayerInfo]:
    """Return the layers that `collections` names, all without it. Raises `BadParameter`."""
    layers = asked.catalogue.layers
    text = asked.query.get("collections")
    if text is None:
        return [*layers.values()]
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    missing = next((name for name in names if name not in layers), None)
    if missing is not None:
        raise BadParameter(
            "collections",
            Message(
                f"レイヤ「{missing}」はありません。/collections にある ID をコンマで区切ってください。",
                f"There is no layer “{missing}”. Give ids of /collections, separated by commas.",
            ),
        )
    return [layers[name] for name in names]


def tile_place(path: dict[str, str], grid: Grid = MERCATOR) -> Place:
    """Return zoom, row, column. Raises `NotFound` outside the grid (OGC 20-057, /req/core/tc-error)."""
    zoom, row, column = (whole_number(path[name]) for name in ("tileMatrix", "tileRow", "tileCol"))
    if not grid.holds(zoom, row, column):
        raise NotFound(
            Message(
                f"{grid.id} に {zoom}/{row}/{column} というタイルはありません。",
                f"{grid.id} has no tile {zoom}/{row}/{column}.",
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


def _part(asked: Asked, info: LayerInfo, grid: Grid) -> Part:
    interval = None
    if "datetime" in asked.query:
        interval = parameters.interval(asked.query, asked.service.settings.city.time_zone)
    timed = info.field_with_role("start") is not None
    return Part(info, grid, tile_place(asked.path, grid), interval if timed else None)


async def _answer(asked: Asked, parts: Sequence[Part], caching: str) -> Response:
    keys = tuple(part.key for part in parts)
    tag = _tag(asked, keys, max((part.own for part in parts), default=0))
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    body = await _coded(asked, parts, keys, asked.coding)
    headers = {**BASE_HEADERS, "cache-control": caching, "vary": "Accept-Encoding", "etag": tag}
    if isinstance(body, Packed):
        headers |= {"content-encoding": body.coding, "etag": f"W/{tag}"}
    response = Response(body, 200, headers, MVT) if body else Response(None, 204, headers)
    if asked.identity is None:
        asked.service.hot.keep(asked.scope, response, tag, (keys, asked.coding))
    return response


async def _coded(
    asked: Asked, parts: Sequence[Part], keys: tuple[Hashable, ...], coding: str | None
) -> bytes:
    """Return the parts' tile in a coding: kept, or made of another that is kept, or new."""
    cache = asked.service.cache

    async def make() -> bytes:
        kept = (cache.peek((keys, other)) for other in (None, *CODINGS) if other != coding)
        found = next((body for body in kept if body is not None), None)
        if found is not None:
            return await pack(unpack(found), coding)
        if len(parts) == 1:
            return await pack(await _new(asked, parts[0]), coding)
        # A tile's layers are repeated messages, so tiles one after the other are a tile.
        shares = [
            unpack(await _coded(asked, [part], (key,), coding)) for part, key in zip(parts, keys, strict=True)
        ]
        return await pack(b"".join(shares), coding)

    return await cache.get((keys, coding), make)


async def _new(asked: Asked, part: Part) -> bytes:
    row = await asked.service.database.row(tile_statement(part.info, part.grid, *part.place, part.interval))
    assert row is not None
    return bytes(row[0])


@lru_cache(maxsize=16_384)
def _held(grid: Grid, place: Place) -> Box:
    """Return the tile with its buffer in degrees, a little larger, so that rounding misses no change."""
    return degrees(reach(grid, *place)).expand(ROUNDING)


def _tag(asked: Asked, keys: tuple[Hashable, ...], own: int) -> str:
    parts = repr((asked.service.settings.version, keys))
    return f'"{own}-{blake2b(parts.encode(), digest_size=9).hexdigest()}"'
