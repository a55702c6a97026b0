"""From the rows under a header to tables of at most `PART_ROWS` rows, with whatever is no data set aside and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.faults import fault
from etl.findings import whole_row
from etl.header import Header, widened
from etl.hints import LEADING_ROWS, RowJudge, suspects
from etl.sheets import Sheet, is_blank
from etl.table import PART_ROWS, REMARKS_HEADER, Cells, Table
from gis_core.issues import Issue

Block = npt.NDArray[np.object_]


@dataclass
class _Part:
    """Rows cut or filled to one width, their numbers in the file, what stood beyond the width, what was found."""

    rows: list[Cells]
    numbers: range | list[int]
    beyond: dict[int, str]
    issues: list[Issue] = field(default_factory=list)


def tables_of(sheet: Sheet, header: Header, judge: RowJudge, *, file: str, limit: int) -> Iterator[Table]:
    """Yield a sheet's data in parts with the same columns each; the first has rows. Raises `BadInput`.

    Blank rows are passed over; hidden rows, totals, notes, examples and repeated headers are told as issues. A column
    without a name counts where the first part holds a value in it; later values in others are told as `row.stray`.
    """
    rows: Iterator[Cells] = islice(sheet.rows(), header.rows, None)
    number = header.rows + 1
    used: list[int] = []
    issues = [_guess(header)] if header.guessed else []
    if not header.rows:
        rows = map(_without_remarks, rows)
    while chunk := list(islice(rows, PART_ROWS)):
        if number - 1 + len(chunk) > limit:
            raise fault("too_many_rows", file=file, limit=limit)
        if not used:
            header = _wide_enough(header, chunk, sheet)
        part = _fitted(chunk, number, len(header.labels))
        _set_aside(part, judge, header, sheet)
        _tell_of_strays(part, len(header.labels), sheet)
        number += len(chunk)
        issues += part.issues
        if part.rows or (used and issues):
            block = _block(part.rows, len(header.labels))
            # Else two parts' rows would be held at a time while the next one is read.
            chunk.clear()
            part.rows.clear()
            used = used or _used(header, block)
            yield _table(sheet, header, part.numbers, block, used, issues)
            issues = []
    if not used:
        raise fault("no_rows", file=file)


def _without_remarks(row: Cells) -> Cells:
    """Return a row of a file without header as it was before it came back with remarks."""
    return row[:-1] if row and (row[-1] or "").startswith(REMARKS_HEADER) else row


def _guess(header: Header) -> Issue:
    return whole_row("header.guessed", "warning", None, "、".join(header.labels))


def _wide_enough(header: Header, rows: Sequence[Cells], sheet: Sheet) -> Header:
    """Take in values right of the header as nameless columns; in text they mean that a row has slipped."""
    width = len(header.labels)
    if not sheet.shifts:
        width = max((_length(row) for row in rows if len(row) > width), default=width)
    return widened(header, width)


def _length(row: Cells) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1]), 0)


def _fitted(chunk: list[Cells], first: int, width: int) -> _Part:
    numbers = range(first, first + len(chunk))
    if set(map(len, chunk)) == {width}:
        return _Part(chunk, numbers, {})
    beyond = {
        number: str(next(filter(None, row[width:])))
        for number, row in zip(numbers, chunk, strict=True)
        if len(row) > width and any(row[width:])
    }
    rows: list[Cells] = [
        row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for row in chunk
    ]
    return _Part(rows, numbers, beyond)


def _set_aside(part: _Part, judge: RowJudge, header: Header, sheet: Sheet) -> None:
    """Take out of a part what is no data."""
    first = part.numbers[0]
    leading = header.rows + LEADING_ROWS
    places = {*suspects(part.rows, judge), *range(min(len(part.rows), max(0, leading + 1 - first)))}
    if sheet.hidden:
        places.update(place for place, number in enumerate(part.numbers) if number in sheet.hidden)
    aside: set[int] = set()
    for place in sorted(places):
        row, number = part.rows[place], part.numbers[place]
        issue = _aside(
            row, number, judge, part.beyond, leading=number <= leading, hidden=number in sheet.hidden
        )
        if issue or is_blank(row):
            aside.add(place)
            part.issues += [issue] if issue else []
            part.beyond.pop(number, None)
    if aside:
        part.rows = [row for place, row in enumerate(part.rows) if place not in aside]
        part.numbers = [number for place, number in enumerate(part.numbers) if place not in aside]


def _aside(
    row: Cells, number: int, judge: RowJudge, beyond: dict[int, str], *, leading: bool, hidden: bool
) -> Issue | None:
    value = next((cell for cell in row if cell and not cell.isspace()), None) or beyond.get(number)
    if value is None:
        return None
    if hidden:
        return whole_row("row.hidden", "warning", number, value)
    hint = "note" if is_blank(row) else judge.hint(row, leading=leading)
    return whole_row("row.hint", "fixed", number, value, detail=hint) if hint else None


def _tell_of_strays(part: _Part, width: int, sheet: Sheet) -> None:
    for number, value in part.beyond.items():
        if sheet.shifts:
            part.issues.append(whole_row("row.ragged", "error", number, value, width=width))
        else:
            part.issues.append(whole_row("row.stray", "warning", number, value))


def _block(rows: Sequence[Cells], width: int) -> Block:
    """Make rows of one length one array, None for empty cells: three times faster than column by column."""
    block = np.array(rows, dtype=object).reshape(len(rows), width)
    block[block == ""] = None
    return block


def _used(header: Header, block: Block) -> list[int]:
    """Return the columns that have a name or, in this part, a value."""
    return [place for place, named in enumerate(header.named) if named or any(block[:, place])]


def _table(
    sheet: Sheet, header: Header, numbers: Sequence[int], block: Block, used: list[int], issues: list[Issue]
) -> Table:
    columns = np.ascontiguousarray(block[:, used].T)
    labels = [header.labels[place] for place in used]
    return Table(
        cells=pd.DataFrame(columns.T, columns=labels, dtype=object, copy=False),
        row_numbers=np.array(numbers, dtype=np.int64),
        format=sheet.format,
        encoding=sheet.encoding,
        total=sheet.total,
        issues=(*issues, *_strays(block, numbers, set(range(len(header.labels))) - set(used))),
    )


def _strays(block: Block, numbers: Sequence[int], unused: set[int]) -> list[Issue]:
    return [
        whole_row("row.stray", "warning", numbers[place], block[place, column])
        for column in sorted(unused)
        for place in np.flatnonzero(block[:, column]).tolist()
    ]
