"""Delimited text: CSV, TSV and their cousins, in any of the encodings that Japanese offices use."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from etl.faults import fault
from etl.table import Grid, Options
from gis_core import encodings
from gis_core.errors import BadInput

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 20
_SAMPLE_CHARACTERS = 65_536


def read(path: Path, options: Options) -> Grid:
    """Read delimited text. A cell with line breaks is one row's. Raises `BadInput`."""
    data = path.read_bytes()
    try:
        encoding = (
            encodings.canonical(options.encoding) if options.encoding else encodings.detect(data).encoding
        )
        text = encodings.decode(data, encoding)
    except BadInput as error:
        parts = {"reason_ja": error.message.ja, "reason_en": error.message.en}
        raise fault("text", file=path.name, **parts) from error
    delimiter = _delimiter(text[:_SAMPLE_CHARACTERS])
    return Grid(
        rows=_rows(path.name, text, delimiter, options.limits.rows),
        format="TSV" if delimiter == "\t" else "CSV",
        encoding=encoding,
    )


def _rows(name: str, text: str, delimiter: str, limit: int) -> list[list[str]]:
    reader = _reader(text, delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        # extend() keeps the rows that it took before an error.
        rows.extend(itertools.islice(reader, limit + 1))
    except csv.Error as error:
        raise fault("quotes", file=name, row=len(rows) + 1) from error
    if len(rows) > limit:
        raise fault("too_many_rows", file=name, limit=limit)
    return rows


def _reader(text: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    # Without newline="" a lone carriage return (old Macintosh files) would not end a row.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _delimiter(sample: str) -> str:
    """Choose the delimiter that parts the first rows into most cells (the median: title rows do not decide)."""
    return max(_DELIMITERS, key=lambda delimiter: _width(sample, delimiter))


def _width(sample: str, delimiter: str) -> float:
    rows = itertools.islice(filter(None, _reader(sample, delimiter, strict=False)), _SAMPLE_ROWS)
    try:
        return median([len(row) for row in rows] or [0])
    except csv.Error:
        return 0
