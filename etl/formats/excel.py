"""Excel workbooks, new (xlsx) and old (xls): one grid of texts for each visible sheet."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import xlrd

from etl.faults import fault
from etl.formats.archives import check_size
from etl.table import Grid, Options
from gis_core.errors import BadInput

# What Excel shows for a formula that cannot be worked out; also for one that was never worked out.
UNCALCULATED = "#CALC!"


def read_xlsx(path: Path, options: Options) -> list[Grid]:
    """Read the sheets of an xlsx (or xlsm) workbook; values of formulas as Excel last saved them."""
    check_size(path, options.limits)
    with warnings.catch_warnings():
        # openpyxl warns of headers, styles and extensions that it leaves out; cells are all we read.
        warnings.simplefilter("ignore")
        return _guarded(path, lambda: _xlsx(path, options))


def read_xls(path: Path, options: Options) -> list[Grid]:
    """Read the sheets of an xls workbook."""
    return _guarded(path, lambda: _xls(path, options))


def _guarded(path: Path, read: Callable[[], list[Grid]]) -> list[Grid]:
    try:
        return read()
    except BadInput:
        raise
    except Exception as error:
        # On damaged bytes the parsers fail in any way, from KeyError to their own errors.
        raise fault("unreadable", file=path.name, reason=type(error).__name__) from error


def _xlsx(path: Path, options: Options) -> list[Grid]:
    formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)
    values = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        visible = [sheet.title for sheet in values.worksheets if sheet.sheet_state == "visible"]
        return [
            Grid(
                _sheet_rows(formulas[name], values[name], path.name, options.limits.rows),
                "Excel (xlsx)",
                sheet=name,
            )
            for name in _chosen(path, visible, options.sheet)
        ]
    finally:
        formulas.close()
        values.close()


def _sheet_rows(formulas: Any, values: Any, name: str, limit: int) -> list[list[str | None]]:
    values.reset_dimensions()
    rows = _limited((list(map(_text, row)) for row in values.iter_rows(values_only=True)), name, limit)
    formulas.reset_dimensions()
    for row, cells in zip(rows, formulas.iter_rows(), strict=False):
        for index, cell in enumerate(cells[: len(row)]):
            if cell.data_type == "f" and row[index] is None:
                row[index] = UNCALCULATED
    return rows


def _limited(rows: Iterator[list[str | None]], name: str, limit: int) -> list[list[str | None]]:
    kept: list[list[str | None]] = []
    for row in rows:
        if len(kept) >= limit:
            raise fault("too_many_rows", file=name, limit=limit)
        kept.append(row)
    return kept


def _xls(path: Path, options: Options) -> list[Grid]:
    with Path("/dev/null").open("w") as silent:
        book = xlrd.open_workbook(
            str(path), logfile=silent, on_demand=True, encoding_override=options.encoding
        )
    visible = [name for name in book.sheet_names() if book.sheet_by_name(name).visibility == 0]
    return [_xls_grid(book, name) for name in _chosen(path, visible, options.sheet)]


def _xls_grid(book: Any, name: str) -> Grid:
    sheet = book.sheet_by_name(name)
    rows = [[_xls_text(cell, book.datemode) for cell in sheet.row(index)] for index in range(sheet.nrows)]
    return Grid(rows, "Excel (xls)", sheet=name)


def _chosen(path: Path, names: list[str], wanted: str | None) -> list[str]:
    if wanted is None:
        return names
    if wanted not in names:
        raise fault("sheet_unknown", file=path.name, sheet=wanted, sheets="、".join(names))
    return [wanted]


def _xls_text(cell: Any, datemode: int) -> str | None:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_date(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, UNCALCULATED))
    return _text(cell.value)


def _xls_date(value: float, datemode: int) -> str | None:
    try:
        if value < 1:
            return _text(datetime.time(*xlrd.xldate_as_tuple(value, datemode)[3:]))
        return _text(xlrd.xldate_as_datetime(value, datemode))
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return _text(value)


def _text(value: Any) -> str | None:
    """Write a cell's value as text: whole numbers without .0, dates as ISO 8601, midnight as a mere date."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return str(value)
