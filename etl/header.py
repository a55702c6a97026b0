"""Where the header of a table stands, how many rows it takes, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from etl.mapping import Vocabulary
from etl.sheets import SCANNED_ROWS, Sheet, Span, is_blank
from etl.table import Cells

_MOST_ROWS = 3
# One known word may stand in a row of data by chance; two do not.
ENOUGH = 2
# Of the columns, in a header of which no name is known.
_FULL = 0.8
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_BREAK_BETWEEN_WORDS = re.compile(r"(?<=[A-Za-z0-9])\s*[\r\n]+\s*(?=[A-Za-z0-9])")
# "←データの項目名を入力" beside the header is no name.
_ARROWS = ("←", "→", "↑", "↓", "⇐", "⇒")
_NUMBER = re.compile(r"[\d０-９.,:/+\-]+")


@dataclass(frozen=True)
class Header:
    """The columns of a table: `labels` name each of them, no two alike; `named` tells which the file names.

    `rows`: how many rows of the sheet stand above the data. `known`: how many of the labels the layer knows.
    `cells`: the header's rows as they stand, for telling their repetitions. `guessed`: the file has no header, and
    its columns were named by their content.
    """

    labels: tuple[str, ...]
    named: tuple[bool, ...]
    rows: int
    known: int
    cells: tuple[Cells, ...] = ()
    guessed: bool = False


@dataclass(frozen=True)
class _Reading:
    known: int
    repeated: int
    merged: bool
    names: list[str]
    end: int
    cells: tuple[Cells, ...]


def find_header(sheet: Sheet, vocabulary: Vocabulary) -> Header | None:
    """Return the reading of one to three rows that shows most of the layer's headers, None where no row looks like one.

    A row of unknown names over numbers is a header too. Of equal readings the one with fewest repeated names counts,
    then one whose cells are merged over all columns, then the one with fewest rows, then the first.
    """
    readings = list(_readings(sheet, vocabulary))
    if not readings:
        return _unknown_header(sheet)
    best = max(readings, key=lambda found: (found.known, -found.repeated, found.merged, -len(found.cells)))
    if best.known < ENOUGH and not _is_all_words(best.cells[-1]):
        return _unknown_header(sheet)
    return _header(best.names, best.end, best.known, best.cells)


def _unknown_header(sheet: Sheet) -> Header | None:
    """Return the first full row if it is all words while numbers stand below: names that the layer does not know."""
    rows = [(number, row) for number, row in enumerate(sheet.head, start=1) if not is_blank(row)]
    width = max((len(row) for _, row in rows), default=0)
    number, first = next(((number, row) for number, row in rows if _is_full(row, width)), (0, []))
    below = [row for at, row in rows if at > number]
    if not 0 < number <= SCANNED_ROWS or number in sheet.hidden or not _is_all_words(first):
        return None
    columns = [[cell for row in below if place < len(row) and (cell := row[place])] for place in range(width)]
    if not any(cells and all(map(_is_number, cells)) for cells in columns):
        return None
    return _header([_on_one_line(cell or "") for cell in first], number, 0, (first,))


def _is_full(row: Cells, width: int) -> bool:
    filled = [cell for cell in row if cell and not cell.isspace()]
    return len(filled) > 1 and len(filled) >= _FULL * width and len(set(filled)) == len(filled)


def given_header(headers: Sequence[str], above: int = 0) -> Header:
    """Return the header of a file that has none, as somebody or its content told it; `above` rows are titles.

    It counts as one known name: a sheet with a header of its own goes before.
    """
    return _header(headers, above, 1, ())


def widened(header: Header, width: int) -> Header:
    """Return the header with nameless columns added at its right, up to `width` columns."""
    names = [label if named else "" for label, named in zip(header.labels, header.named, strict=True)]
    names += [""] * (width - len(names))
    return replace(header, labels=tuple(_labels(names)), named=tuple(map(bool, names)))


def _header(names: Sequence[str], above: int, known: int, cells: tuple[Cells, ...]) -> Header:
    return Header(tuple(_labels(names)), tuple(map(bool, names)), above, known, cells)


def _readings(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[_Reading]:
    head = [[] if number in sheet.hidden else row for number, row in enumerate(sheet.head, start=1)]
    spread = _spread(head, sheet.spans)
    for depth in range(1, _MOST_ROWS + 1):
        for first in range(min(SCANNED_ROWS, len(head) - depth + 1)):
            rows = spread[first : first + depth]
            if depth > 1 and not _are_levels(rows):
                continue
            names = _joined(rows, vocabulary, filled=bool(sheet.spans))
            known = vocabulary.count(names)
            if known:
                named = [name for name in names if name]
                repeated = len(named) - len(set(named))
                merged = bool(sheet.spans) and depth > 1 and _covers(rows)
                cells = tuple(head[first : first + depth])
                yield _Reading(known, repeated, merged, names, first + depth, cells)


def _spread(head: Sequence[Cells], spans: Sequence[Span]) -> list[list[str]]:
    """Write a cell that is merged over columns in each of them."""
    rows = [[(cell or "").strip() for cell in row] for row in head]
    for row, first, last in spans:
        cells = rows[row] if row < len(rows) else []
        if first < len(cells):
            cells += [""] * (last + 1 - len(cells))
            cells[first : last + 1] = [cells[first]] * (last + 1 - first)
    return rows


def _are_levels(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows may be one header: a title (one text alone) is no level, nor is a blank row."""
    return all(len({cell for cell in row if cell}) > 1 for row in rows[:-1]) and any(rows[-1])


def _covers(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether merged groups stand over every name: a title covers some columns, or is one text for all."""
    upper, last = rows[:-1], rows[-1]
    return all(place < len(row) and row[place] for row in upper for place, name in enumerate(last) if name)


def _joined(rows: Sequence[Sequence[str]], vocabulary: Vocabulary, *, filled: bool) -> list[str]:
    """Name each column by what stands above it in the header's rows, groups first (災害種別 over 洪水)."""
    width = max(map(len, rows))
    levels = [[*row, *[""] * (width - len(row))] for row in rows]
    if not filled:
        _carry(levels)
    columns = zip(*levels, strict=True)
    return [_name([part for part in dict.fromkeys(parts) if part], vocabulary) for parts in columns]


def _carry(levels: list[list[str]]) -> None:
    """Let a group's name reach over the nameless cells at its right: so a merged cell comes out as text.

    It reaches to the next name on its level or above, and only over columns that have a name below.
    """
    starts = [False] * len(levels[0])
    for depth, level in enumerate(levels[:-1]):
        starts = [start or bool(cell) for start, cell in zip(starts, level, strict=True)]
        group = ""
        for place, start in enumerate(starts):
            below = any(lower[place] for lower in levels[depth + 1 :])
            if start:
                group = level[place] if below else ""
            elif below:
                level[place] = group


def _name(parts: Sequence[str], vocabulary: Vocabulary) -> str:
    """Join a column's levels, leaving out upper ones until the layer knows the name."""
    parts = [_on_one_line(part) for part in parts if not part.startswith(_ARROWS)]
    choices = ["_".join(parts[start:]) for start in range(len(parts))]
    return next((name for name in choices if vocabulary.count([name])), choices[0] if choices else "")


def _on_one_line(text: str) -> str:
    return _BREAKS.sub("", _BREAK_BETWEEN_WORDS.sub(" ", text)).strip()


def _is_all_words(row: Cells) -> bool:
    return not any(cell and _is_number(cell) for cell in row) and not is_blank(row)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def _labels(names: Sequence[str]) -> list[str]:
    """Name the columns as the file does; a nameless one by its place, a repeated name with its count."""
    seen: Counter[str] = Counter()
    labels: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        label = name = name or f"{place}列目"
        while label in labels:
            seen[name] += 1
            label = f"{name} ({seen[name] + 1})"
        labels[label] = None
    return list(labels)
