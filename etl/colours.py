"""Which colour of a picture stands for which value: by the layer's legend, or by a table of the deliverer's."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.faults import fault
from etl.formats.pictures import Rgba
from gis_core.definition import RasterClass, RasterDefinition

Codes = npt.NDArray[np.uint8]

# What a pixel is said to be while pictures are read. Of two pictures of a place the greater code counts: classes
# rise with their values, so the worse of two is kept; a colour of the legend itself outweighs one near it.
NOTHING, UNDECIDED, FIRST_NEAR, FIRST_EXACT = 0, 1, 2, 3
MOST_CLASSES = 100

# Programs that pack pictures move a colour by a few steps of 255; the legends' neighbours are 20 or more apart.
_TOLERANCE = 6
_EXACT = 0

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_NO_CLASS = ("none", "なし")
_MOST_BYTES = 64 * 1024
# Colours outside the legend that are told apart in the count: smoothed edges have thousands.
_COUNTED = 4096
_KEPT = 8192


@dataclass(frozen=True)
class ColourTable:
    """Colours of a legend, in rising order of their values: `colours[i]` (red, green, blue) means `values[i]`.

    `background` are colours that mean that nothing is shown, as transparency does.
    """

    colours: npt.NDArray[np.uint8]
    values: npt.NDArray[np.float32]
    background: frozenset[tuple[int, int, int]] = frozenset()

    def code(self, colour: tuple[int, int, int]) -> int:
        """Return the code of a colour that covers something."""
        if colour in self.background:
            return NOTHING
        distances = np.abs(self.colours.astype(np.int16) - np.array(colour, np.int16)).max(axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] > _TOLERANCE:
            return UNDECIDED
        first = FIRST_EXACT if distances[nearest] <= _EXACT else FIRST_NEAR
        return first + 2 * nearest


class Coder:
    """Turns pixels into codes of a table, and counts what is not in it."""

    def __init__(self, table: ColourTable) -> None:
        self._table = table
        self._known: dict[int, int] = {}
        self.coloured = 0
        self.undecided: Counter[str] = Counter()

    def codes(self, pixels: Rgba) -> Codes:
        """Return the code of each pixel; what is transparent is `NOTHING`."""
        packed = np.ascontiguousarray(pixels).view("<u4")[..., 0]
        if not packed.any():
            return np.zeros(packed.shape, np.uint8)
        # By hashing: sorting, as np.unique does, takes several times as long.
        places, colours = pd.factorize(packed.ravel())
        counts = np.bincount(places)
        codes = np.array([self._code(colour) for colour in colours.tolist()], np.uint8)
        self._count(colours.tolist(), codes.tolist(), counts.tolist())
        return codes[places].reshape(packed.shape)

    def _code(self, packed: int) -> int:
        if packed >> 24 == 0:
            return NOTHING
        rgb = packed & 0xFFFFFF
        if rgb not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._known[rgb] = self._table.code((rgb & 0xFF, rgb >> 8 & 0xFF, rgb >> 16))
        return self._known[rgb]

    def _count(self, colours: list[int], codes: list[int], counts: list[int]) -> None:
        for packed, code, count in zip(colours, codes, counts, strict=True):
            if code != NOTHING:
                self.coloured += count
            if code == UNDECIDED:
                self.undecided[f"#{packed & 0xFF:02X}{packed >> 8 & 0xFF:02X}{packed >> 16 & 0xFF:02X}"] += (
                    count
                )
        if len(self.undecided) > 2 * _COUNTED:
            self.undecided = Counter(dict(self.undecided.most_common(_COUNTED)))


def of_legend(definition: RasterDefinition) -> ColourTable:
    """Return the table of a layer's own legend; a class stands as the value `class_value` gives."""
    pairs = [(_rgb(kind.color), class_value(kind)) for kind in definition.classes]
    return _table(pairs, definition.id)


def read_table(path: Path) -> ColourTable:
    """Read a table of colours: CSV of `#RRGGBB` and a value, or `none` where the colour means that nothing is shown.

    Raises `BadInput` naming the line.
    """
    if not path.is_file():
        raise fault("missing", file=path.name)
    if path.stat().st_size > _MOST_BYTES:
        raise fault("colours_line", file=path.name, row=1, text="…")
    pairs: list[tuple[tuple[int, int, int], float]] = []
    background: set[tuple[int, int, int]] = set()
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        colour, value = ([cell.strip() for cell in row] + ["", ""])[:2]
        if not _COLOUR.fullmatch(colour):
            if number == 1 or not colour:
                continue
            raise fault("colours_line", file=path.name, row=number, text=",".join(row)[:60])
        if value.lower() in _NO_CLASS:
            background.add(_rgb(colour))
            continue
        pairs.append((_rgb(colour), _number(path, number, value)))
    return _table(pairs, path.name, frozenset(background))


def class_value(kind: RasterClass) -> float:
    """Return the value that stands for a class where a picture tells no more: its least, or 1 below an open end."""
    if kind.minimum is not None:
        return kind.minimum
    return 0.0 if kind.maximum is None else kind.maximum - 1


def _table(
    pairs: list[tuple[tuple[int, int, int], float]],
    name: str,
    background: frozenset[tuple[int, int, int]] = frozenset(),
) -> ColourTable:
    if not 0 < len(pairs) <= MOST_CLASSES or len({colour for colour, _ in pairs}) < len(pairs):
        raise fault("colours_table", file=name, limit=MOST_CLASSES)
    pairs = sorted(pairs, key=lambda pair: pair[1])
    return ColourTable(
        np.array([colour for colour, _ in pairs], np.uint8),
        np.array([value for _, value in pairs], np.float32),
        background,
    )


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _number(path: Path, row: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise fault("colours_line", file=path.name, row=row, text=text[:60])
    return value
