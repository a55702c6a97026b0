"""Writing CSV files and Excel books that are the same bytes each time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from data_samples.delivery import MADE_ON

Row = Mapping[str, object]

STAMP: Final = (MADE_ON.year, MADE_ON.month, MADE_ON.day, 9, 0, 0)
_SAVED: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_csv(
    path: Path, columns: Sequence[str], rows: Iterable[Row], encoding: str, newline: str = "\r\n"
) -> Path:
    """Write the named columns of the rows; a column that a row lacks stays empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_book(
    path: Path, sheet: str, top: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> Path:
    """Write one sheet: lines of text on top, then the header in bold, then the rows."""
    book = Workbook()
    page: Any = book.active
    page.title = sheet
    for line in top:
        page.append([line])
    page.append(list(columns))
    for row in rows:
        page.append([row.get(column) for column in columns])
    _dress(page, len(top), columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    pin_zip(path)
    return path


def _dress(page: Any, top: int, columns: Sequence[str]) -> None:
    for line in range(1, top + 1):
        page.cell(line, 1).font = Font(bold=line == 1, size=14 if line == 1 else 10)
    for number, column in enumerate(columns, 1):
        head = page.cell(top + 1, number)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDEBF7")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(number)].width = max(10, 2 * len(column))
    page.freeze_panes = page.cell(top + 2, 1)


def pin_zip(path: Path) -> None:
    """Give every entry of a zip (and the properties of a book) the day the samples are made on."""
    with zipfile.ZipFile(path) as packed:
        entries = [(info.filename, packed.read(info)) for info in packed.infolist()]
    moment = dt.datetime(*STAMP, tzinfo=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries:
            pinned = _SAVED.sub(rb"\g<1>" + moment, data) if name == "docProps/core.xml" else data
            packed.writestr(zipfile.ZipInfo(name, STAMP), pinned, zipfile.ZIP_DEFLATED)
