"""What a reader hands on: the cells of a file with the row numbers that a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gis_core.issues import Issue

if TYPE_CHECKING:
    # It takes a third of a second, which who only says how a file is read need not wait for.
    import pandas as pd

Geometries = npt.NDArray[np.object_]
RowNumbers = npt.NDArray[np.int64]
Cells = Sequence[str | None]

# A file is read, cleaned and stored part by part, so that memory does not grow with it. Larger parts were no faster.
PART_ROWS = 12_500

# A column whose header holds this is our own, come back with a corrected file: it feeds nothing.
REMARKS_HEADER = "まち図からの指摘"


@dataclass(frozen=True)
class Limits:
    """How much a delivery may bring: far above any municipal list."""

    file_bytes: int = 2 * 1024**3
    unpacked_bytes: int = 4 * 1024**3
    rows: int = 10_000_000


@dataclass(frozen=True)
class Options:
    """What the deliverer says of the file, where it does not say it itself.

    `headers`: the names of the columns of a file without a header. `columns`: corrections of the mapping, pairs
    of a column and the field it feeds (`geom.lat` and `geom.lon` for a position, None for nothing). `records`: the
    path to the records of a JSON or XML feed (`hits.hits[]._source`). `geocode`: rows without a position may be
    placed by their address.
    """

    encoding: str | None = None
    crs: str | None = None
    sheet: str | None = None
    headers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str | None], ...] = ()
    records: str | None = None
    geocode: bool = True
    limits: Limits = Limits()


@dataclass(frozen=True)
class Table:
    """Data rows of a file: all of them, or one part of at most `PART_ROWS`, with the same columns in each part.

    `cells`: one object column for each column of the file, of text or None, named as in the file.
    `row_numbers`: the place of each row as a person sees it, from 1. `geometry`: shapely geometries or None
    for each row, in `crs`; None when the file has only columns. `crs`: as the file says it (`EPSG:6677`, WKT).
    `total`: about how many rows the whole file has, None where that cannot be told beforehand.
    """

    cells: pd.DataFrame
    row_numbers: RowNumbers
    format: str
    encoding: str | None = None
    geometry: Geometries | None = None
    crs: str | None = None
    total: int | None = None
    issues: tuple[Issue, ...] = ()

    def column(self, name: str) -> pd.Series[Any]:
        """Return the column of that name."""
        return self.cells[name]
