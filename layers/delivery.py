"""A delivery: the checked rows of one file on their way into a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Cells = dict[str, str | None]


class Quarantined(NamedTuple):
    """A row kept out of the layer: its place, its values as they came, and its issues as data."""

    row: int
    values: Cells
    issues: list[dict[str, Any]]


@dataclass(frozen=True)
class Delivery:
    """A checked file, ready to become the layer's content.

    `columns` are the fields that the file feeds; fields it does not feed keep their value in matched
    features. `rows` are Python values aligned with `columns`, then the geometry as WKB bytes (2D, EPSG:4326,
    of the layer's geometry type). `key` names the fields that match rows to features; empty means that a row
    matches only its equal. `report` is the load report without diff, load and state. `row_numbers` say where
    each row stands in the file, as a person counts (rising; empty for 1, 2, 3 …), and `cells` gives a row's
    cells as they came, by that number.
    """

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    report: dict[str, Any]
    quarantine: Sequence[Quarantined] = ()
    row_numbers: Sequence[int] = ()
    cells: Callable[[int], Cells] | None = None

    def numbers(self) -> Sequence[int]:
        """Return each row's place in the file."""
        return self.row_numbers or range(1, len(self.rows) + 1)

    def cells_of(self, row: int) -> Cells:
        """Return the cells of the row at that place as they came, else its values as text."""
        if self.cells is not None:
            return self.cells(row)
        values = self.rows[self.numbers().index(row)]
        return {
            name: None if value is None else str(value)
            for name, value in zip(self.columns, values, strict=False)
        }

    def header(self, field: str) -> str | None:
        """Return the file's column that feeds a field; for `geom` that of the latitude, None for own geometry."""
        column = self.report.get("mapping", {}).get(field)
        return str(column[-1]) if isinstance(column, list) else column
