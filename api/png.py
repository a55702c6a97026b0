"""Palette PNG, written by hand: 256 colours at most are all a legend needs, and the file stays small."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH = 8
PALETTE_COLOUR = 3
# Classes run in large areas, so the fastest level already packs them well.
ZLIB_LEVEL = 1


def palette_png(indices: NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """Return a PNG of `indices` (rows × columns): 0 is transparent, n is the n-th colour (`#RRGGBB`)."""
    height, width = indices.shape
    palette = b"\0\0\0" + b"".join(bytes.fromhex(colour[1:]) for colour in colours)
    # Each row begins with its filter: 0, none.
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = indices
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, DEPTH, PALETTE_COLOUR, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", b"\0"),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), ZLIB_LEVEL)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
