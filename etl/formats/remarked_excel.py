"""A workbook with a column of remarks: formats, formulas and other sheets are kept; xls becomes xlsx."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import openpyxl
import xlrd
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter

from etl.remarks import Remarks
from etl.table import REMARKS_HEADER
from gis_core.issues import Severity

# Light enough for black text (contrast above 15 : 1); the words say the severity as well.
_FILLS: dict[Severity | None, str] = {
    "error": "FFFFD6D6",
    "warning": "FFFFF3C4",
    "fixed": "FFDDEBF7",
    None: "FFE6E6E6",
}
_WIDTH = 60
_OLD = b"\xd0\xcf\x11\xe0"


def write(original: Path, target: Path, remarks: Remarks, *, sheet: str | None) -> None:
    """Write the workbook with remarks on the sheet that was read: the one named, else the likeliest visible one."""
    with warnings.catch_warnings():
        # openpyxl warns of extensions that it cannot keep.
        warnings.simplefilter("ignore")
        book = _opened(original)
        chosen, header = _read_sheet(book, remarks, sheet)
        _remark(chosen, remarks, header)
        book.save(target)


def _opened(original: Path) -> Any:
    with original.open("rb") as file:
        if file.read(4) == _OLD:
            return _converted(original)
    return openpyxl.load_workbook(original, keep_vba=original.suffix.lower() == ".xlsm")


def _read_sheet(book: Any, remarks: Remarks, name: str | None) -> tuple[Any, int]:
    """Return the sheet and the row (from 1) of its header."""
    sheets = [s for s in book.worksheets if s.title == name or (name is None and s.sheet_state == "visible")]
    scored = []
    for sheet in sheets:
        rows = [
            [None if cell is None else str(cell) for cell in row]
            for row in sheet.iter_rows(max_row=25, values_only=True)
        ]
        scored.append((*remarks.header_row(rows), sheet))
    _, at, sheet = max(scored, key=lambda found: found[0])
    return sheet, at + 1


def _remark(sheet: Any, remarks: Remarks, header: int) -> None:
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    ours = [cell for cell in filled if cell.row == header and str(cell.value).startswith(REMARKS_HEADER)]
    column = ours[-1].column if ours else max(cell.column for cell in filled) + 1
    for cell in filled:
        if cell.column == column:
            cell.value = None
            cell.fill = PatternFill()
    _put(sheet, header, column, remarks.header, None)
    for row, remark in remarks.rows.items():
        _put(sheet, row, column, remark, remarks.severities[row])
    sheet.column_dimensions[get_column_letter(column)].width = _WIDTH


def _put(sheet: Any, row: int, column: int, text: str, severity: Severity | None) -> None:
    cell = sheet.cell(row=row, column=column)
    _set_text(cell, text)
    cell.fill = PatternFill("solid", fgColor=_FILLS[severity])
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _set_text(cell: Any, text: str) -> None:
    """Write text that stays text, also where it begins with an equals sign."""
    cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"


def _converted(original: Path) -> Any:
    """Return an old workbook (xls) as a new one: values, dates and sheets; formulas as their values."""
    with Path("/dev/null").open("w") as silent:
        old = xlrd.open_workbook(str(original), logfile=silent)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for given in old.sheets():
        sheet = book.create_sheet(given.name)
        sheet.sheet_state = "visible" if given.visibility == 0 else "hidden"
        for place in range(given.nrows):
            for index, cell in enumerate(given.row(place)):
                _convert(cell, sheet.cell(row=place + 1, column=index + 1), old.datemode)
    return book


def _convert(old: Any, cell: Any, datemode: int) -> None:
    if old.ctype == xlrd.XL_CELL_TEXT:
        _set_text(cell, old.value)
    elif old.ctype == xlrd.XL_CELL_ERROR:
        _set_text(cell, xlrd.error_text_from_code.get(old.value, "#N/A"))
    elif old.ctype == xlrd.XL_CELL_BOOLEAN:
        cell.value = bool(old.value)
    elif old.ctype == xlrd.XL_CELL_DATE:
        cell.value = _date(old.value, datemode)
    elif old.ctype == xlrd.XL_CELL_NUMBER:
        cell.value = int(old.value) if old.value.is_integer() else old.value


def _date(serial: float, datemode: int) -> Any:
    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return serial
    return moment.time() if serial < 1 else moment
