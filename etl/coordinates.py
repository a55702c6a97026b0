"""Coordinate columns to numbers: decimals, degrees-minutes-seconds, full-width digits, metres, both in one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from etl.cleaning import FORMULA_ERRORS
from etl.findings import Mask, findings
from etl.kinds import WKB_POINT
from etl.mapping import PositionColumns
from etl.table import RowNumbers, Table
from gis_core.cleaned import Plain
from gis_core.dms import clean_degrees_column, clean_latlons
from gis_core.issues import Issue
from gis_core.numbers import clean_numbers

Floats = npt.NDArray[np.float64]

_PLAIN = Plain(re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,17})?"), lambda texts: list(map(float, texts)))


@dataclass(frozen=True)
class Columns:
    """Northings and eastings (latitudes and longitudes) as numbers, NaN where there is none.

    `refused`: rows that cannot have a position; their `issues` are errors.
    """

    position: PositionColumns
    north: Floats
    east: Floats
    refused: Mask
    issues: tuple[Issue, ...]
    north_texts: Any

    def names(self) -> dict[str, Any]:
        """Return what issues about the position name: the northern column and its texts."""
        return {"column": self.position.north, "values": self.north_texts}


def read_columns(table: Table, position: PositionColumns) -> Columns:
    """Read the two columns, or the one that holds both; a row that lacks one, or cannot be read, is refused."""
    if position.is_one_cell:
        return _read_one_cell(table, position)
    north, north_bad, north_issues = _numbers(table.column(position.north), position.north, table.row_numbers)
    east, east_bad, east_issues = _numbers(table.column(position.east), position.east, table.row_numbers)
    issues = north_issues + east_issues
    no_north = np.isnan(north) & ~north_bad
    no_east = np.isnan(east) & ~east_bad & ~no_north
    for column, missing in ((position.north, no_north), (position.east, no_east)):
        known_bad = north_bad | east_bad
        issues += findings(
            "coordinates.missing",
            "error",
            table.row_numbers,
            missing & ~known_bad,
            column=column,
            field="geom",
        )
    refused = np.isnan(north) | np.isnan(east)
    return Columns(position, north, east, refused, tuple(issues), table.column(position.north).to_numpy())


def _read_one_cell(table: Table, position: PositionColumns) -> Columns:
    """Read cells that hold latitude and longitude, in degrees; the hemispheres or Japan's ranges tell which is which."""
    column, cells, rows = position.north, table.column(position.north), table.row_numbers
    read = clean_latlons(_wkb_as_wkt(cells))
    values = np.array([value or (np.nan, np.nan) for value in read.values], dtype=float).reshape(-1, 2)
    refused, bad = np.isnan(values[:, 0]), read.error.notna().to_numpy()
    parts: dict[str, Any] = {"column": column, "field": "geom"}
    issues = findings("coordinates.missing", "error", rows, refused & ~bad, **parts)
    parts["values"] = cells.to_numpy()
    broken = cells.isin(FORMULA_ERRORS).to_numpy() & bad
    issues += findings("formula.error", "error", rows, broken, **parts)
    for code in sorted(set(read.error[bad & ~broken])):
        found = read.error.eq(code).to_numpy() & ~broken
        issues += findings("coordinates.unparsable", "error", rows, found, detail=code, **parts)
    exchanged = read.warning.eq("lon_first").to_numpy()
    # Where the whole column has the longitude first, that is its form; a single row is a slip.
    if exchanged.sum() <= (~refused).sum() / 2:
        issues += findings("coordinates.swapped", "fixed", rows, exchanged, **parts)
    return Columns(position, values[:, 0], values[:, 1], refused, tuple(issues), cells.to_numpy())


def _wkb_as_wkt(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Write points that a database exported in its own form as a person would (`POINT (140.016 36.871)`)."""
    binary = cells.str.fullmatch(WKB_POINT, na=False)
    if not binary.any():
        return cells
    points = shapely.from_wkb(cells[binary].to_numpy(), on_invalid="ignore")
    readable = cells.copy()
    readable[binary] = [None if point is None else f"POINT ({point.x!r} {point.y!r})" for point in points]
    return readable.where(readable.notna(), cells)


def _numbers(cells: pd.Series[Any], column: str, rows: RowNumbers) -> tuple[Floats, Mask, list[Issue]]:
    texts = cells.tolist()
    if None not in texts and _PLAIN.is_column(texts):
        return np.array(_PLAIN.convert(texts)), np.zeros(len(texts), dtype=bool), []
    plain: Floats = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan).copy()
    there = np.isfinite(plain)
    # pandas reads fast but not exactly: one number of 17 digits in eight comes out a last bit off.
    plain[there] = cells.to_numpy(dtype=object)[there].astype(float)
    plain[~np.isfinite(plain)] = np.nan
    odd = np.isnan(plain) & cells.notna().to_numpy()
    if not odd.any():
        return plain, odd, []
    read = _odd_numbers(cells[odd])
    plain[odd] = read.to_numpy(dtype=float, na_value=np.nan)
    bad = np.isnan(plain) & odd & cells.map(_is_filled, na_action="ignore").eq(True).to_numpy()
    broken = cells.isin(FORMULA_ERRORS).to_numpy() & bad
    parts: dict[str, Any] = {"column": column, "field": "geom", "values": cells.to_numpy()}
    issues = findings("formula.error", "error", rows, broken, **parts)
    issues += findings("number.unparsable", "error", rows, bad & ~broken, **parts)
    issues += findings(
        "value.rewritten", "fixed", rows, odd & ~np.isnan(plain), after=plain.round(9), **parts
    )
    return plain, bad, issues


def _odd_numbers(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Read what is no plain number: as an angle, else as a number of metres with commas or full-width digits."""
    angles = clean_degrees_column(cells).values
    return angles.where(angles.notna(), clean_numbers(cells).values)


def _is_filled(cell: str) -> bool:
    return bool(cell.strip(" \t\r\n\u3000\u00a0-－"))
