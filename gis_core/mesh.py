"""Grid square codes (地域メッシュ, JIS X 0410): from a point to its code and from a code to its cell.

Levels 1 to 3 are the 1次 to 3次 meshes (about 80, 10 and 1 km), 4 to 6 the half, quarter and eighth of the 3次
(500, 250, 125 m). The integrated meshes are named by their size: `"5000m"`. South and west edges belong to a
cell. Old statistics are on meshes of the Tokyo datum; the caller says which datum the degrees are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from gis_core.boxes import Box

Level = Literal[
    1, 2, 3, 4, 5, 6, "40000m", "20000m", "16000m", "8000m", "5000m", "4000m", "2500m", "2000m"
]  # fmt: skip

# All cells are whole numbers of the eighth mesh: 3.75″ of latitude by 5.625″ of longitude. Working in these
# units, snapped, keeps 140.0125° (40.01249999999999 after subtracting 100) in the cell east of it.
_ROWS_PER_DEGREE, _COLUMNS_PER_DEGREE = 960, 640
_FIRST_SIZE = 640
_SNAP = 1e-9
_WEST, _EAST = 100, 180


@dataclass(frozen=True)
class _Step:
    """One division of a cell: the side of the parts in units, how they are numbered, and what ends the code."""

    size: int
    numbering: Literal["pair", "even_pair", "quadrant"]
    suffix: str = ""


_SECOND, _THIRD = _Step(80, "pair"), _Step(8, "pair")
_HALF, _QUARTER, _EIGHTH = _Step(4, "quadrant"), _Step(2, "quadrant"), _Step(1, "quadrant")
_STEPS: dict[Level, tuple[_Step, ...]] = {
    1: (),
    2: (_SECOND,),
    3: (_SECOND, _THIRD),
    4: (_SECOND, _THIRD, _HALF),
    5: (_SECOND, _THIRD, _HALF, _QUARTER),
    6: (_SECOND, _THIRD, _HALF, _QUARTER, _EIGHTH),
    "40000m": (_Step(320, "quadrant"),),
    "20000m": (_Step(320, "quadrant"), _Step(160, "quadrant", "5")),
    "16000m": (_Step(128, "even_pair", "7"),),
    "8000m": (_Step(64, "pair", "6"),),
    "5000m": (_SECOND, _Step(40, "quadrant")),
    "4000m": (_Step(64, "pair", "6"), _Step(32, "quadrant", "7")),
    "2500m": (_SECOND, _Step(40, "quadrant"), _Step(20, "quadrant", "6")),
    "2000m": (_SECOND, _Step(16, "even_pair", "5")),
}


def encode(lon: float, lat: float, level: Level) -> str:
    """Return the code of the cell a point (degrees) lies in. Raises `ValueError` outside 0–66.66 N, 100–180 E."""
    if not (0 <= lat < 66.66 and _WEST <= lon < _EAST):
        raise ValueError(f"no grid square at {lat} N, {lon} E")
    row, column = _snap(lat * _ROWS_PER_DEGREE), _snap((lon - _WEST) * _COLUMNS_PER_DEGREE)
    (first_row, row), (first_column, column) = divmod(row, _FIRST_SIZE), divmod(column, _FIRST_SIZE)
    code = f"{first_row:02}{first_column:02}"
    for step in _STEPS[level]:
        (part_row, row), (part_column, column) = divmod(row, step.size), divmod(column, step.size)
        code += _digits(step, part_row, part_column) + step.suffix
    return code


def decode(code: str) -> Box:
    """Return the cell of a code in degrees. Raises `ValueError` when it is not a grid square code."""
    return _cell(code, level_of(code))


def level_of(code: str) -> Level:
    """Return the level of a code; codes of one length differ in their last digit. Raises `ValueError`."""
    for level in _STEPS:
        try:
            _cell(code, level)
        except ValueError:
            continue
        return level
    raise ValueError(f"not a grid square code: {code!r}")


def _snap(units: float) -> int:
    nearest = round(units)
    return nearest if abs(units - nearest) < _SNAP else int(units)


def _digits(step: _Step, row: int, column: int) -> str:
    if step.numbering == "quadrant":
        return str(1 + column + 2 * row)
    factor = 2 if step.numbering == "even_pair" else 1
    return f"{row * factor}{column * factor}"


def _cell(code: str, level: Level) -> Box:
    steps = _STEPS[level]
    if not (code.isascii() and code.isdigit() and len(code) == _length(steps)):
        raise ValueError(code)
    row, column, rest = int(code[:2]) * _FIRST_SIZE, int(code[2:4]) * _FIRST_SIZE, code[4:]
    if column >= (_EAST - _WEST) * _COLUMNS_PER_DEGREE:
        raise ValueError(code)
    sizes = [_FIRST_SIZE, *(step.size for step in steps)]
    for (outer, inner), step in zip(pairwise(sizes), steps, strict=True):
        width = 1 if step.numbering == "quadrant" else 2
        digits, suffix, rest = (
            rest[:width],
            rest[width : width + len(step.suffix)],
            rest[width + len(step.suffix) :],
        )
        part_row, part_column = _part(step, digits)
        if suffix != step.suffix or max(part_row, part_column) >= outer // inner:
            raise ValueError(code)
        row, column = row + part_row * inner, column + part_column * inner
    return _box(row, column, sizes[-1])


def _part(step: _Step, digits: str) -> tuple[int, int]:
    if step.numbering == "quadrant":
        if digits not in "1234":
            raise ValueError(digits)
        return divmod(int(digits) - 1, 2)
    factor = 2 if step.numbering == "even_pair" else 1
    if int(digits[0]) % factor or int(digits[1]) % factor:
        raise ValueError(digits)
    return int(digits[0]) // factor, int(digits[1]) // factor


def _length(steps: tuple[_Step, ...]) -> int:
    return 4 + sum((1 if step.numbering == "quadrant" else 2) + len(step.suffix) for step in steps)


def _box(row: int, column: int, size: int) -> Box:
    return Box(
        _WEST + column / _COLUMNS_PER_DEGREE,
        row / _ROWS_PER_DEGREE,
        _WEST + (column + size) / _COLUMNS_PER_DEGREE,
        (row + size) / _ROWS_PER_DEGREE,
    )
