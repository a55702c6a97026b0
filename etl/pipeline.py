"""Plan once, clean part by part: a file's rows and a definition in, checked rows out. Knows no database.

All that is decided about a file (which column feeds which field, which coordinate system) is decided from its
first part, so that every part is cleaned alike, wherever and in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etl import checking, cleaning
from etl.faults import fault
from etl.findings import Mask
from etl.mapping import Mapping, Vocabulary, guess_issues, map_columns
from etl.positions import Way, find_way, locate
from etl.steps import Refused, Unplaced
from etl.table import Options, Table
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.geometry import hex_wkb
from gis_core.issues import Issue, rows_with_errors


@dataclass(frozen=True)
class Plan:
    """What was decided about a file: all that cleaning a part of it needs. `issues` are about the whole file.

    `total`: about how many rows it has, None where that cannot be told beforehand.
    """

    file: str
    format: str
    encoding: str | None
    definition: LayerDefinition
    city: City
    mapping: Mapping
    way: Way
    unmapped: tuple[str, ...]
    issues: tuple[Issue, ...]
    geocode: bool = True
    total: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the fields that the file feeds, in the layer's order."""
        return tuple(field.name for field in self.definition.fields if field.name in self.mapping.fields)

    @property
    def address(self) -> str | None:
        """Return the field by whose address a row without a position may be found, None where it may not."""
        if not self.geocode or self.definition.geometry not in {"Point", "MultiPoint"}:
            return None
        addresses = (field.name for field in self.definition.fields if field.kind == "address")
        return next((name for name in addresses if name in self.mapping.fields), None)


@dataclass(frozen=True)
class CleanPart:
    """The outcome of one part. Accepted rows: their places in the file, values by column, WKB (2D, EPSG:4326)."""

    numbers: list[int]
    columns: list[list[Any]]
    geometry: list[str]
    refused: list[Refused]
    unplaced: list[Unplaced]
    issues: list[Issue]


def make_plan(table: Table, definition: LayerDefinition, city: City, options: Options, file: str) -> Plan:
    """Decide from a file's first part how all of it is read. Raises `BadInput` when the file cannot be used."""
    mapping = map_columns(
        [str(name) for name in table.cells.columns],
        definition,
        sample=table.cells,
        corrections=options.columns,
        reach=city.reach,
        has_geometry=table.geometry is not None,
    )
    if not mapping.fields:
        raise _nothing_known(table, definition, file)
    way = find_way(table, mapping, definition, city, options, file)
    plan = Plan(
        file,
        table.format,
        table.encoding,
        definition,
        city,
        mapping,
        way,
        unmapped=_unmapped(mapping, way),
        issues=(*guess_issues(mapping, definition), *way.issues),
        geocode=options.geocode,
        total=table.total,
    )
    if way.source is None and plan.address is None:
        raise fault("no_positions", file=file)
    return plan


def clean_part(plan: Plan, table: Table) -> CleanPart:
    """Clean and check the rows of one part of the file that the plan was made for."""
    positions = locate(table, plan.way, plan.definition, plan.city)
    values, issues = _cleaned(plan, table)
    issues = sorted([*table.issues, *positions.issues, *issues], key=lambda issue: issue.row or 0)
    accepted = ~np.isin(table.row_numbers, list(rows_with_errors(issues)))
    refused = _refused(table, accepted, issues)
    unplaced = _unplaced(plan, table, values, refused)
    found_out = {row.row for row in unplaced}
    return CleanPart(
        numbers=table.row_numbers[accepted].tolist(),
        columns=[_taken(series, accepted) for series in values.values()],
        geometry=hex_wkb(positions.geometry[accepted]),
        refused=[row for row in refused if row.row not in found_out],
        unplaced=unplaced,
        issues=[issue for issue in issues if issue.row not in found_out or issue.severity != "error"],
    )


def _nothing_known(table: Table, definition: LayerDefinition, file: str) -> Exception:
    found = "、".join(str(name) for name in table.cells.columns[:8])
    expected = Vocabulary(definition).expected()
    return fault("no_columns", file=file, found=found, layer=definition.title["ja"], expected=expected)


def _unmapped(mapping: Mapping, way: Way) -> tuple[str, ...]:
    """Return the columns that feed nothing; coordinates beside the file's own geometry are among them."""
    if way.columns is not None or mapping.position is None:
        return mapping.unmapped
    return (*mapping.unmapped, *mapping.position.columns)


def _cleaned(plan: Plan, table: Table) -> tuple[dict[str, pd.Series[Any]], list[Issue]]:
    """Clean and check every fed field; a required field that no column feeds is missing in every row."""
    values: dict[str, pd.Series[Any]] = {}
    issues: list[Issue] = []
    rows = table.row_numbers
    for field in plan.definition.fields:
        column = plan.mapping.fields.get(field.name)
        if column is None:
            if field.required:
                nothing = pd.Series([None] * len(rows), dtype=object)
                refused = np.zeros(len(rows), dtype=bool)
                issues += checking.check_values(field, field.title["ja"], nothing, refused, rows)
            continue
        clean = cleaning.clean(field, column, table.column(column), rows, plan.city)
        chosen, unknown = checking.choose(field, column, clean.values, rows)
        refused = np.isin(rows, list(rows_with_errors(clean.issues)))
        issues += [*clean.issues, *unknown, *checking.check_values(field, column, chosen, refused, rows)]
        values[field.name] = chosen
    return values, issues


def _taken(series: pd.Series[Any], accepted: Mask) -> list[Any]:
    values: list[Any] = series.to_numpy()[accepted].tolist()
    return values


def _refused(table: Table, accepted: Mask, issues: list[Issue]) -> list[Refused]:
    if accepted.all():
        return []
    by_row: dict[int, list[Issue]] = {number: [] for number in table.row_numbers[~accepted].tolist()}
    for issue in issues:
        if issue.row in by_row:
            by_row[issue.row].append(issue)
    cells = table.cells[~accepted].to_dict("records")
    return [
        Refused(row, {str(name): cell for name, cell in as_given.items()}, told)
        for (row, told), as_given in zip(by_row.items(), cells, strict=True)
    ]


def _unplaced(
    plan: Plan, table: Table, values: dict[str, pd.Series[Any]], refused: list[Refused]
) -> list[Unplaced]:
    """Pick the refused rows that lack nothing but a position and have an address."""
    if plan.address is None:
        return []
    found = []
    for row in refused:
        errors = [issue.rule for issue in row.issues if issue.severity == "error"]
        at = int(np.searchsorted(table.row_numbers, row.row))
        address = values[plan.address].iloc[at]
        if errors == ["coordinates.missing"] and address is not None:
            found.append(Unplaced(row.row, tuple(s.iloc[at] for s in values.values()), address, row))
    return found
