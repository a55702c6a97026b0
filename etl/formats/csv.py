"""Delimited text: CSV, TSV and their cousins, in any of the encodings that Japanese offices use."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from etl.faults import fault
from etl.sheets import SCANNED_ROWS, Sheet, head_of
from etl.table import Cells, Options
from gis_core import encodings
from gis_core.errors import BadInput

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_CHARACTERS = 65_536
_BLOCK_BYTES = 1024**2
# No honest row is longer or wider (Excel's width); a file without line ends must not be taken into memory whole.
_LINE_CHARACTERS = 4 * 1024**2
_COLUMNS = 16_384
# The first line by which Excel is told of the delimiter.
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"(?:^|[,\t;|])'[^'\r\n]*'(?=[,\t;|\r\n])", re.MULTILINE)
_FEW = 3


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quote: str = '"'
    declared: bool = False


def sheet(path: Path, options: Options, count: Callable[[Cells], int]) -> Sheet:
    """Return a text file's rows; `count` tells how many headers of the layer are in a row. Raises `BadInput`.

    A cell with line breaks is one row's. `rows()` may raise `BadInput` wherever a quotation mark is not closed.
    """
    encoding = _encoding(path, options)
    dialect = _dialect(_sample(path, encoding), count)
    rows = partial(_rows, path, encoding, dialect)
    return Sheet(
        head=head_of(rows()),
        rows=rows,
        format="TSV" if dialect.delimiter == "\t" else "CSV",
        encoding=encoding,
        shifts=True,
        total=_estimated_lines(path),
    )


def _estimated_lines(path: Path) -> int:
    """Tell about how many lines a file has by those at its beginning: about as many as rows, for few cells hold one."""
    with path.open("rb") as file:
        begun = file.read(_BLOCK_BYTES)
    return round(begun.count(b"\n") * path.stat().st_size / max(len(begun), 1))


def _encoding(path: Path, options: Options) -> str:
    try:
        with path.open("rb") as file:
            if not options.encoding:
                return encodings.detect_in(file).encoding
            named = encodings.canonical(options.encoding)
            encodings.verify(file, named)
            return named
    except BadInput as error:
        parts = {"reason_ja": error.message.ja, "reason_en": error.message.en}
        raise fault("text", file=path.name, **parts) from error


def _sample(path: Path, encoding: str) -> str:
    with path.open("rb") as file, encodings.open_text(file, encoding) as text:
        return text.read(_SAMPLE_CHARACTERS)


def _rows(path: Path, encoding: str, dialect: _Dialect) -> Iterator[Cells]:
    with path.open("rb") as file, encodings.open_text(file, encoding) as text:
        lines = iter(partial(text.readline, _LINE_CHARACTERS), "")
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
        number = 0
        try:
            for number, row in enumerate(reader, start=1):
                if len(row) > _COLUMNS:
                    raise fault("too_many_columns", file=path.name, limit=_COLUMNS)
                yield [] if number == 1 and dialect.declared else row
        except csv.Error as error:
            raise fault("quotes", file=path.name, row=number + 1) from error


def _dialect(sample: str, count: Callable[[Cells], int]) -> _Dialect:
    """Tell how a text is parted into cells.

    The right delimiter makes most headers of the layer appear; where none does, it parts the first rows into most
    cells (the median: title rows do not decide, and semicolons inside a cell less often than commas between them).
    """
    declared = _SEP.fullmatch(sample.split("\n", 1)[0].strip("\r"))
    if declared:
        return _Dialect(declared[1], declared=True)
    quote = "'" if '"' not in sample and len(_SINGLE_QUOTED.findall(sample)) >= _FEW else '"'
    delimiter = max(_DELIMITERS, key=lambda delimiter: _worth(sample, _Dialect(delimiter, quote), count))
    return _Dialect(delimiter, quote)


def _worth(sample: str, dialect: _Dialect, count: Callable[[Cells], int]) -> tuple[int, float]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        rows = list(itertools.islice(filter(None, reader), SCANNED_ROWS))
    except csv.Error:
        return 0, 0
    parted = [row for row in rows if len(row) > 1]
    return max(map(count, parted), default=0), median([len(row) for row in rows] or [0])
