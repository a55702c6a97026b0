"""PNG, written by hand: a palette of 256 colours at most is all a legend needs, and the file stays small."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH = 8
TRUE_COLOUR, PALETTE_COLOUR = 2, 3
# Filters of rows: as they are, or each pixel's difference from the one before.
NONE, SUB = 0, 1
# Classes run in large areas, so the fastest level already packs them well.
ZLIB_LEVEL = 1


def palette_png(indices: NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """Return a PNG of `indices` (rows × columns): 0 is transparent, n is the n-th colour (`#RRGGBB`)."""
    palette = b"\0\0\0" + b"".join(bytes.fromhex(colour[1:]) for colour in colours)
    height, width = indices.shape
    rows = np.full((height, width + 1), NONE, np.uint8)
    rows[:, 1:] = indices
    return _png(rows, width, PALETTE_COLOUR, _chunk(b"PLTE", palette) + _chunk(b"tRNS", b"\0"))


def rgb_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG of `pixels` (rows × columns × red, green, blue)."""
    height, width, _ = pixels.shape
    rows = np.full((height, 3 * width + 1), SUB, np.uint8)
    rows[:, 1:4] = pixels[:, 0]
    rows[:, 4:] = np.diff(pixels, axis=1).reshape(height, -1)
    return _png(rows, width, TRUE_COLOUR, b"")


def _png(rows: NDArray[np.uint8], width: int, kind: int, more: bytes) -> bytes:
    """Return a PNG of rows that begin with their filter."""
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), DEPTH, kind, 0, 0, 0)),
            more,
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), ZLIB_LEVEL)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
