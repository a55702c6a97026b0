"""A delivery: the checked rows of one file on their way into a layer, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Cells = dict[str, str | None]

_NULL = "\\N"
# What COPY's text format would take for something else (PostgreSQL's documentation of COPY).
_ODD = "\\\t\n\r"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Quarantined(NamedTuple):
    """A row kept out of the layer: its place, its values as they came, and its issues as data."""

    row: int
    values: Cells
    issues: list[dict[str, Any]]


class Copied(NamedTuple):
    """Rows as COPY takes them, with the columns that they fill: half the columns of most files are empty."""

    columns: tuple[str, ...]
    rows: bytes


@dataclass(frozen=True)
class Part:
    """One stretch of a delivery: its accepted rows (`count` of them, see `copied`), and what was found."""

    copies: Sequence[Copied]
    count: int
    quarantine: Sequence[Quarantined] = ()
    issues: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Delivery:
    """A file, ready to become the layer's content.

    `columns` are the fields that the file feeds; fields it does not feed keep their value in matched
    features. `parts` are taken once, in order, so the file need not fit into memory. `keys` are the groups of
    fields that may match rows to features: the first group that is filled in every row is used; without any, a
    row matches only its equal. `report` is the load report's part that is known before the rows are. With
    `distinct`, a row that repeats an earlier one, or its key, is refused. `cells` gives rows as they came, by
    their places.
    """

    file: str
    columns: tuple[str, ...]
    parts: Iterable[Part]
    keys: tuple[tuple[str, ...], ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    distinct: bool = False
    cells: Callable[[Sequence[int]], Mapping[int, Cells]] = lambda rows: {row: {} for row in rows}

    @classmethod
    def whole(
        cls,
        file: str,
        columns: tuple[str, ...],
        key: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        report: Mapping[str, Any] | None = None,
        quarantine: Sequence[Quarantined] = (),
        row_numbers: Sequence[int] = (),
    ) -> Delivery:
        """Return a delivery of rows in memory: values aligned with `columns`, then the geometry as WKB bytes.

        `row_numbers` say where each row stands in the file, from 1 (empty for 1, 2, 3 …).
        """
        numbers = row_numbers or range(1, len(rows) + 1)
        *values, geometry = zip(*rows, strict=True) if rows else [()] * (len(columns) + 1)
        copy = copied(columns, numbers, values, [wkb.hex() for wkb in geometry])
        head = dict(report or {})
        issues = head.pop("issues", ())
        by_place = dict(zip(numbers, rows, strict=True))

        def cells(places: Sequence[int]) -> dict[int, Cells]:
            return {place: _as_cells(columns, by_place[place]) for place in places}

        return cls(
            file,
            columns,
            [Part([copy], len(rows), quarantine, issues)],
            (key,) if key else (),
            head,
            cells=cells,
        )

    def header(self, field: str) -> str | None:
        """Return the file's column that feeds a field; for `geom` that of the latitude, None for own geometry."""
        column = self.report.get("mapping", {}).get(field)
        return str(column[-1]) if isinstance(column, list) else column


def copied(
    columns: Iterable[str], numbers: Iterable[int], values: Iterable[Sequence[Any]], geometry: Iterable[str]
) -> Copied:
    """Return rows in COPY's text format: places in the file, values column by column, geometries as hexadecimal WKB."""
    filled = {name: given for name, given in zip(columns, values, strict=True) if _is_filled(given)}
    lines = map("\t".join, zip(map(str, numbers), *map(_texts, filled.values()), geometry, strict=True))
    # An empty line would be a row; COPY takes what follows the last newline as none.
    return Copied(("stage_order", *filled, "geom"), "\n".join([*lines, ""]).encode())


def _is_filled(values: Sequence[Any]) -> bool:
    # Nearly every column is told by its first value.
    return any(value is not None for value in values)


def _texts(values: Sequence[Any]) -> Sequence[str]:
    """Return a column's values as COPY takes them; all values of a column are of one type."""
    filled = values if None not in values else [value for value in values if value is not None]
    if not isinstance(filled[0], str):
        return [_NULL if value is None else str(value) for value in values]
    together = "".join(filled)
    if any(sign in together for sign in _ODD):
        return [_NULL if value is None else value.translate(_ESCAPES) for value in values]
    if len(filled) == len(values):
        return values
    return [_NULL if value is None else value for value in values]


def _as_cells(columns: Sequence[str], values: Sequence[Any]) -> Cells:
    pairs = zip(columns, values, strict=False)
    return {name: None if value is None else str(value) for name, value in pairs}
