"""Excel workbooks, new (xlsx) and old (xls), as sheets of texts: hidden ones and instructions are not taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import xlrd

from etl.faults import fault
from etl.formats import archives, xlsx
from etl.formats.excel_values import UNCALCULATED, date_text, kind_of, number_text
from etl.formats.xlsx_layout import Area, Layout, read_layout
from etl.sheets import HEAD_ROWS, Sheet, Span, head_of
from etl.table import Cells, Options
from gis_core.errors import BadInput

# Sheets that stand beside the data in forms that offices hand out.
_ASIDE = re.compile(
    r"(?:入力|記入|記載|回答)(?:例|見本|要領|方法|要項|の?仕方|上の注意)|見本|サンプル|凡例|コード(?:一覧|表)|(?:選択|区分)肢?(?:一覧|リスト)|選択肢"
    r"|プルダウン|(?:更新|改訂|変更)履歴|表紙|目次|(?:項目|データ)?定義書?|使い方|はじめに|注意事項"
)


def read_xlsx(path: Path, options: Options) -> list[Sheet]:
    """Return the sheets of an xlsx (or xlsm) workbook; values of formulas as Excel last saved them."""
    archives.check_size(path, options.limits)
    with _guarded(path), archives.opened(path) as archive:
        book = xlsx.read_book(archive)
        visible = {part.name: part.visible for part in book.sheets}
        chosen = _chosen(path, visible, options.sheet)
        return [_xlsx_sheet(path, archive, part, book) for part in book.sheets if part.name in chosen]


def read_xls(path: Path, options: Options) -> list[Sheet]:
    """Return the sheets of an xls workbook."""
    with _guarded(path), Path("/dev/null").open("w") as silent:
        book = xlrd.open_workbook(
            str(path),
            logfile=silent,
            on_demand=True,
            encoding_override=options.encoding,
            formatting_info=True,
        )
        visible = {name: book.sheet_by_name(name).visibility == 0 for name in book.sheet_names()}
        return [_xls_sheet(book, name) for name in _chosen(path, visible, options.sheet)]


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        # On damaged bytes the parsers fail in any way, from KeyError to their own errors.
        raise fault("unreadable", file=path.name, reason=type(error).__name__) from error


def _chosen(path: Path, visible: dict[str, bool], wanted: str | None) -> list[str]:
    """Return the sheet that was named, else those shown, without instructions unless there is nothing else."""
    shown = [name for name, is_shown in visible.items() if is_shown]
    if wanted is None:
        return [name for name in shown if not _ASIDE.search(name)] or shown
    if wanted not in visible:
        raise fault("sheet_unknown", file=path.name, sheet=wanted, sheets="、".join(shown))
    return [wanted]


def _xlsx_sheet(path: Path, archive: Any, part: xlsx.SheetPart, book: xlsx.Book) -> Sheet:
    layout = read_layout(archive, part.member)
    rows = partial(_xlsx_rows, path, part, book, layout)
    return _sheet(part.name, "Excel (xlsx)", rows(), rows, layout.merged, layout.hidden)


def _xlsx_rows(path: Path, part: xlsx.SheetPart, book: xlsx.Book, layout: Layout) -> Iterator[Cells]:
    with _guarded(path), archives.opened(path) as archive:
        yield from _filled_down(xlsx.read_rows(archive, part, book), layout.merged)


def _sheet(
    name: str,
    format_: str,
    head: Iterable[Cells],
    rows: Any,
    merged: Sequence[Area],
    hidden: frozenset[int],
) -> Sheet:
    return Sheet(head_of(head), rows, format_, name=name, spans=_spans(merged), hidden=hidden)


def _spans(merged: Sequence[Area]) -> tuple[Span, ...]:
    return tuple(
        (row, left, right)
        for top, left, bottom, right in merged
        if right > left
        for row in range(top, min(bottom + 1, HEAD_ROWS))
    )


def _filled_down(rows: Iterable[list[str | None]], merged: Sequence[Area]) -> Iterator[Cells]:
    """Write a cell that is merged over rows in each of them."""
    tall = sorted((area for area in merged if area[2] > area[0]), reverse=True)
    open_areas: list[tuple[int, int, str]] = []
    for number, row in enumerate(rows):
        for _, column, value in open_areas:
            row += [None] * (column + 1 - len(row))
            row[column] = row[column] or value
        while tall and tall[-1][0] <= number:
            _, column, bottom, _ = tall.pop()
            if column < len(row) and (top_value := row[column]):
                open_areas.append((bottom, column, top_value))
        if open_areas:
            open_areas = [area for area in open_areas if area[0] > number]
        yield row


def _xls_sheet(book: Any, name: str) -> Sheet:
    sheet = book.sheet_by_name(name)
    merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    texts = [[_xls_text(cell, book) for cell in sheet.row(index)] for index in range(sheet.nrows)]
    rows = list(_filled_down(texts, merged))
    hidden = frozenset(
        number + 1 for number, info in sheet.rowinfo_map.items() if info.hidden and not info.outline_level
    )
    return _sheet(name, "Excel (xls)", rows, partial(iter, rows), merged, hidden)


def _xls_text(cell: Any, book: Any) -> str | None:
    if cell.ctype == xlrd.XL_CELL_DATE:
        shown = book.format_map[book.xf_list[cell.xf_index].format_key]
        kind = kind_of(shown.format_key, shown.format_str or None)
        return date_text(cell.value, kind, since_1904=bool(book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, UNCALCULATED))
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return number_text(cell.value)
    return str(cell.value).replace("\r\n", "\n") or None
