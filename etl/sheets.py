"""A text file or one sheet of a workbook, as its reader hands it on: rows that come when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from etl.table import Cells

# Title, date, department and a blank line may stand above the header.
SCANNED_ROWS = 20
# The header may take three rows, and what stands below tells of the columns where there is none.
HEAD_ROWS = SCANNED_ROWS + 40

Span = tuple[int, int, int]


@dataclass(frozen=True)
class Sheet:
    """Rows as the file has them (row `i` is its row `i + 1`), of any length, blank ones included.

    `head`: the first `HEAD_ROWS`. `rows`: reads all of them anew, from the first. `spans`: cells merged over columns
    among the head, as (row, first column, last column) from 0. `hidden`: rows that the sheet does not show, from 1.
    `shifts`: whether a cell too many means that the others may have slipped (in text; never in a workbook).
    `total`: about how many rows there are, None where that cannot be told beforehand.
    """

    head: Sequence[Cells]
    rows: Callable[[], Iterator[Cells]]
    format: str
    encoding: str | None = None
    name: str | None = None
    spans: tuple[Span, ...] = ()
    hidden: frozenset[int] = frozenset()
    shifts: bool = False
    total: int | None = None


def head_of(rows: Iterable[Cells]) -> list[Cells]:
    """Take the head of a sheet's rows."""
    return list(islice(rows, HEAD_ROWS))


def is_blank(row: Cells) -> bool:
    """Tell whether a row holds nothing but white space."""
    return not any(cell and not cell.isspace() for cell in row)
