"""Features of documents that must be read twice: once for the columns of each kind, once for the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from etl.faults import fault
from etl.formats import layers
from etl.formats.layers import Count
from etl.table import PART_ROWS, Options, Table

# A feature's values by column, and its geometry (shapely) or None.
Record = tuple[dict[str, str], Any]


@dataclass
class Survey:
    """What the first reading tells of a file: the columns and the number of the features of each kind."""

    file: str
    columns: dict[str, dict[str, None]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, names: Iterable[str], options: Options) -> None:
        """Count a feature of a kind and its columns. Raises `BadInput` beyond the limit of rows."""
        self.rows[kind] = self.rows.get(kind, 0) + 1
        self.columns.setdefault(kind, {}).update(dict.fromkeys(names))
        if self.rows[kind] > options.limits.rows:
            raise fault("too_many_rows", file=self.file, limit=options.limits.rows)

    def chosen(self, options: Options, count: Count) -> str:
        """Return the kind that is meant. Raises `BadInput` where nobody can tell."""
        return layers.chosen(
            self.file,
            self.rows,
            options,
            lambda: {kind: count(list(self.columns[kind])) for kind in self.rows},
        )


def tables(
    records: Iterator[Record], columns: Iterable[str], format_: str, crs: str | None
) -> Iterator[Table]:
    """Yield features in parts with the same columns, and with geometries (None where a feature has none)."""
    names, first = list(columns), 0
    while part := list(islice(records, PART_ROWS)):
        shapes = np.empty(len(part), dtype=object)
        shapes[:] = [shape for _, shape in part]
        texts = {name: [values.get(name) or None for values, _ in part] for name in names}
        yield Table(
            cells=pd.DataFrame(texts, index=pd.RangeIndex(len(part)), dtype=object),
            row_numbers=np.arange(first + 1, first + len(part) + 1),
            format=format_,
            geometry=shapes,
            crs=crs,
        )
        first += len(part)
