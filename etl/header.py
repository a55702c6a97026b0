"""From a grid to a table: where the header stands, and which rows below it are data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.faults import fault
from etl.findings import whole_row
from etl.mapping import Vocabulary
from etl.table import Cells, Grid, Table
from gis_core.issues import Issue
from gis_core.text import header_key

# Title, date, department and a blank line may stand above the header.
SCANNED_ROWS = 20


def best_grid(grids: Sequence[Grid], vocabulary: Vocabulary) -> Grid:
    """Return the sheet whose header holds most of the layer's names (the first of equals)."""
    return max(grids, key=lambda grid: max(_scores(grid, vocabulary), default=0))


def table_of(grid: Grid, vocabulary: Vocabulary, *, file: str, layer: str) -> Table:
    """Part a grid into header and data rows; empty and repeated header rows are not data. Raises `BadInput`."""
    scores = _scores(grid, vocabulary)
    if not any(any(row) for row in grid.rows):
        raise fault("empty", file=file)
    if not any(scores):
        raise _no_header(grid, vocabulary, file=file, layer=layer)
    at = scores.index(max(scores))
    header, body = grid.rows[at], grid.rows[at + 1 :]
    filled = [(number, row) for number, row in enumerate(body, start=at + 2) if any(row)]
    repeated = _repeated(header, [row for _, row in filled])
    data = [place for place, again in zip(filled, repeated, strict=True) if not again]
    if not data:
        raise fault("no_rows", file=file)
    return _table(
        grid, header, data, [number for (number, _), again in zip(filled, repeated, strict=True) if again]
    )


def _scores(grid: Grid, vocabulary: Vocabulary) -> list[int]:
    return [vocabulary.count(row) for row in grid.rows[:SCANNED_ROWS]]


def _no_header(grid: Grid, vocabulary: Vocabulary, *, file: str, layer: str) -> Exception:
    widest = max(grid.rows[:SCANNED_ROWS], key=lambda row: sum(map(bool, row)), default=[])
    found = "、".join(str(cell)[:20] for cell in list(widest)[:6] if cell)
    scanned = min(SCANNED_ROWS, len(grid.rows))
    return fault(
        "no_header", file=file, layer=layer, scanned=scanned, found=found, expected=vocabulary.expected()
    )


def _repeated(header: Cells, rows: Sequence[Cells]) -> list[bool]:
    keys = _header_keys(header)
    first = next((cell for cell in header if cell), None)
    return [first in row and _header_keys(row) == keys for row in rows]


def _header_keys(row: Cells) -> list[str]:
    return [header_key(cell) for cell in row if cell]


def _table(grid: Grid, header: Cells, data: list[tuple[int, Cells]], repeated: list[int]) -> Table:
    width = len(header)
    issues = [whole_row("row.hint", "fixed", number) for number in repeated]
    issues += [_ragged(number, row, width) for number, row in data if len(row) > width and any(row[width:])]
    padded = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for _, row in data]
    # One block of columns, filled by transposing with zip: five times faster than a series for each column.
    block = np.empty((width, len(data)), dtype=object)
    for place, cells in enumerate(zip(*padded, strict=True)):
        block[place] = [cell or None for cell in cells] if any(cells) else None
    frame = pd.DataFrame(block.T, columns=_labels(header), dtype=object, copy=False)
    used = [bool(cell) or any(cells) for cell, cells in zip(header, block, strict=True)]
    return Table(
        cells=frame.loc[:, used],
        row_numbers=np.array([number for number, _ in data], dtype=np.int64),
        format=grid.format,
        encoding=grid.encoding,
        issues=tuple(issues),
    )


def _ragged(number: int, row: Cells, width: int) -> Issue:
    return whole_row("row.ragged", "error", number, value=str(next(filter(None, row[width:]))), width=width)


def _labels(header: Cells) -> list[str]:
    """Name the columns as the file does; a nameless one by its place, a repeated name with its count."""
    seen: Counter[str] = Counter()
    labels = []
    for place, cell in enumerate(header, start=1):
        name = (cell or "").strip() or f"{place}列目"
        seen[name] += 1
        labels.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return labels
