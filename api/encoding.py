"""Content codings: which one an asker gets, and bodies put into it and taken out again."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import brotli
import zstandard

from api.language import weighed

# Shorter than this, a packet is sent in any case.
COMPRESS_FROM = 1_000
# Compressing this much takes about a millisecond; more goes to a thread, so that others need not wait.
COMPRESS_ASIDE_FROM = 65_536
# Measured on tiles of 26 to 380 kB and on 230 kB of GeoJSON: at these levels the three save the same within a tenth,
# zstd in a quarter and br in half of gzip's time. Higher levels cost two to three times as much for 3 to 5 %.
GZIP_LEVEL = 3
BR_LEVEL = 3
ZSTD_LEVEL = 3


class Coding(NamedTuple):
    """How a content coding is made and undone."""

    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]


class Packed(bytes):
    """A body in the content coding that it names."""

    coding: str

    @classmethod
    def of(cls, body: bytes, coding: str) -> Packed:
        """Return the body encoded."""
        made = cls(CODINGS[coding].encode(body))
        made.coding = coding
        return made


# The quickest first. A compressor of zstandard must not be used by two threads at once, so each body gets its own.
CODINGS: Mapping[str, Coding] = {
    "zstd": Coding(
        lambda body: zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body),
        lambda body: zstandard.ZstdDecompressor().decompress(body),
    ),
    "br": Coding(partial(brotli.compress, quality=BR_LEVEL), brotli.decompress),
    "gzip": Coding(partial(gzip.compress, compresslevel=GZIP_LEVEL, mtime=0), gzip.decompress),
}


@lru_cache(maxsize=1024)
def negotiate(header: str) -> str | None:
    """Return the coding for an Accept-Encoding header, None for the body as it is.

    Of those that the asker likes best it is the quickest; he who names none, or only others, gets none.
    """
    weights = {entry: weight for weight, entry in weighed(header) if weight > 0}
    known = [coding for coding in CODINGS if coding in weights]
    return max(known, key=weights.__getitem__, default=None)


async def pack(body: bytes, coding: str | None) -> bytes:
    """Return the body in the coding, or as it is without one or when it is short."""
    if coding is None or len(body) < COMPRESS_FROM:
        return body
    if len(body) < COMPRESS_ASIDE_FROM:
        return Packed.of(body, coding)
    return await asyncio.to_thread(Packed.of, body, coding)


def unpack(body: bytes) -> bytes:
    """Return the body as it was before `pack`."""
    return CODINGS[body.coding].decode(body) if isinstance(body, Packed) else body
