"""Read, map, clean, check: a file and a definition in, checked rows out. Knows no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from etl import checking, cleaning, reading
from etl.faults import fault
from etl.findings import Mask
from etl.mapping import Mapping, Vocabulary, map_columns
from etl.positions import Positions, locate
from etl.report import FileReport
from etl.table import Geometries, Options, Table
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.issues import Issue, rows_with_errors


@dataclass(frozen=True)
class Quarantined:
    """A refused row: its place in the file, its cells as delivered, its issues as in the report."""

    row: int
    values: dict[str, str | None]
    issues: list[dict[str, Any]]


@dataclass(frozen=True)
class Checked:
    """What a file comes to.

    `columns`: the fields it feeds, in the layer's order. `key`: by which its rows are matched, () for none.
    `rows`: the accepted ones, values aligned with `columns`, then the geometry as WKB (2D, EPSG:4326).
    `row_numbers`: their places in the file; `cells` gives the cells as delivered of the row at such a place.
    """

    report: FileReport
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    row_numbers: list[int]
    cells: Callable[[int], dict[str, str | None]]
    quarantine: list[Quarantined]


def check(path: Path, definition: LayerDefinition, city: City, options: Options | None = None) -> Checked:
    """Bring a file to checked rows. Raises `BadInput` when the file as a whole cannot be used."""
    options = options or Options()
    table = reading.read(path, definition, options)
    mapping = map_columns([str(name) for name in table.cells.columns], definition)
    if not mapping.fields:
        raise _nothing_known(path, table, definition)
    positions = locate(table, mapping, definition, city, options, path.name)
    values, issues = _cleaned(table, mapping, definition, city)
    issues = [*table.issues, *positions.issues, *issues]
    key, duplicates = _duplicates(table, mapping, definition, values, positions.geometry, issues)
    return _assembled(path, table, mapping, definition, positions, values, key, [*issues, *duplicates])


def _nothing_known(path: Path, table: Table, definition: LayerDefinition) -> Exception:
    found = "、".join(str(name) for name in table.cells.columns[:8])
    expected = Vocabulary(definition).expected()
    return fault("no_columns", file=path.name, found=found, layer=definition.title["ja"], expected=expected)


def _cleaned(
    table: Table, mapping: Mapping, definition: LayerDefinition, city: City
) -> tuple[dict[str, pd.Series[Any]], list[Issue]]:
    """Clean and check every fed field; a required field that no column feeds is missing in every row."""
    values: dict[str, pd.Series[Any]] = {}
    issues: list[Issue] = []
    rows = table.row_numbers
    for field in definition.fields:
        column = mapping.fields.get(field.name)
        if column is None:
            if field.required:
                nothing = pd.Series([None] * len(rows), dtype=object)
                refused = np.zeros(len(rows), dtype=bool)
                issues += checking.check_values(field, field.title["ja"], nothing, refused, rows)
            continue
        clean = cleaning.clean(field, column, table.column(column), rows, city)
        chosen, unknown = checking.choose(field, column, clean.values, rows)
        refused = np.isin(rows, list(rows_with_errors(clean.issues)))
        issues += [*clean.issues, *unknown, *checking.check_values(field, column, chosen, refused, rows)]
        values[field.name] = chosen
    return values, issues


def _duplicates(
    table: Table,
    mapping: Mapping,
    definition: LayerDefinition,
    values: dict[str, pd.Series[Any]],
    geometry: Geometries,
    issues: list[Issue],
) -> tuple[tuple[str, ...], list[Issue]]:
    """Choose the key and refuse what occurs twice among the rows that are accepted so far."""
    rows = table.row_numbers
    wkb = pd.Series(shapely.to_wkb(geometry), dtype=object, name="geom")
    among = _accepted(table, issues)
    found = checking.duplicate_rows(list(values.values()), wkb, among, rows)
    among = _accepted(table, [*issues, *found])
    key = checking.usable_key(definition.keys, values, among)
    unique = [(field.name,) for field in definition.fields if field.unique and field.name in values]
    for names in dict.fromkeys([*([key] if key else []), *unique]):
        found += checking.duplicate_keys(
            names, values, mapping.fields, _accepted(table, [*issues, *found]), rows
        )
    return key, found


def _accepted(table: Table, issues: list[Issue]) -> Mask:
    return ~np.isin(table.row_numbers, list(rows_with_errors(issues)))


def _assembled(
    path: Path,
    table: Table,
    mapping: Mapping,
    definition: LayerDefinition,
    positions: Positions,
    values: dict[str, pd.Series[Any]],
    key: tuple[str, ...],
    issues: list[Issue],
) -> Checked:
    accepted = _accepted(table, issues)
    issues = sorted(issues, key=lambda issue: issue.row or 0)
    columns = [series[accepted].tolist() for series in values.values()]
    wkb = shapely.to_wkb(positions.geometry[accepted]).tolist()
    report = FileReport(
        layer=definition.id,
        file=path.name,
        format=table.format,
        encoding=table.encoding,
        crs=positions.crs,
        mapping=mapping.as_dict(geometry_is_own=not positions.from_columns),
        unmapped_columns=_unmapped(mapping, positions),
        read=len(accepted),
        accepted=int(accepted.sum()),
        issues=tuple(issues),
    )
    rows = list(zip(*columns, wkb, strict=True))
    return Checked(
        report,
        tuple(values),
        key,
        rows,
        row_numbers=table.row_numbers[accepted].tolist(),
        cells=partial(_cells, table),
        quarantine=_quarantine(table, accepted, issues),
    )


def _cells(table: Table, row: int) -> dict[str, str | None]:
    """Return the cells of the row at a place in the file; places rise."""
    cells = table.cells.iloc[int(np.searchsorted(table.row_numbers, row))]
    return {str(name): cell for name, cell in cells.items()}


def _unmapped(mapping: Mapping, positions: Positions) -> tuple[str, ...]:
    """Return the columns that feed nothing; coordinates beside the file's own geometry are among them."""
    spare = (
        ()
        if positions.from_columns or mapping.position is None
        else (mapping.position.north, mapping.position.east)
    )
    return (*mapping.unmapped, *spare)


def _quarantine(table: Table, accepted: Mask, issues: list[Issue]) -> list[Quarantined]:
    by_row: dict[int, list[dict[str, Any]]] = {}
    for issue in issues:
        if issue.row is not None:
            by_row.setdefault(issue.row, []).append(issue.as_dict())
    refused = table.cells[~accepted].to_dict("records")
    numbers = table.row_numbers[~accepted].tolist()
    return [
        Quarantined(number, {str(name): cell for name, cell in cells.items()}, by_row.get(number, []))
        for number, cells in zip(numbers, refused, strict=True)
    ]
