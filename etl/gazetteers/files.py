"""The tables of gazetteers' files: CSV, in a zip or in a zip within one, as they are distributed; row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from etl.faults import fault
from etl.formats.archives import unpacked
from etl.table import Limits
from gis_core import encodings
from gis_core.errors import BadInput

_LIMITS = Limits()
# No row of a gazetteer is longer; a file without line ends must not be taken into memory whole.
_LINE_CHARACTERS = 1024**2


@dataclass(frozen=True)
class Rows:
    """A table: where each column stands, and its rows, which can be read once."""

    file: str
    columns: dict[str, int]
    rows: Iterator[list[str]]

    def select(self, *names: str) -> Iterator[list[str]]:
        """Return the cells of these columns, row by row; "" where a row is too short. Raises `BadInput`."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            raise fault("gazetteer_columns", file=self.file, columns="、".join(missing))
        places = [self.columns[name] for name in names]
        for row in self.rows:
            yield [row[place].strip() if place < len(row) else "" for place in places]

    def first_of(self, *names: str) -> str:
        """Return the first of the names that is a column: publishers rename them. Raises `BadInput`."""
        found = next((name for name in names if name in self.columns), None)
        if found is None:
            raise fault("gazetteer_columns", file=self.file, columns=names[0])
        return found


def open_tables(path: Path, stack: ExitStack) -> Iterator[Rows]:
    """Open all tables of a file; they can be read until `stack` is closed. Raises `BadInput`."""
    if not path.is_file():
        raise fault("not_a_file" if path.exists() else "missing", file=path.name)
    if path.stat().st_size > _LIMITS.file_bytes:
        raise fault("too_big", file=path.name, size=path.stat().st_size >> 20, limit=_LIMITS.file_bytes >> 20)
    if path.suffix.lower() == ".zip":
        folder = stack.enter_context(unpacked(path, _LIMITS))
        members = sorted(m for m in folder.rglob("*") if m.suffix.lower() in (".csv", ".zip"))
        if not members:
            raise fault("zip_nothing", file=path.name)
        for member in members:
            yield from open_tables(member, stack)
    else:
        yield _table(path, stack)


def _table(path: Path, stack: ExitStack) -> Rows:
    file = stack.enter_context(path.open("rb"))
    try:
        text = stack.enter_context(encodings.open_text(file, encodings.detect_in(file).encoding))
    except BadInput as error:
        raise fault("text", file=path.name, reason_ja=error.message.ja, reason_en=error.message.en) from error
    rows = _rows(path.name, text)
    header = next(rows, [])
    return Rows(path.name, {name.strip(): place for place, name in enumerate(header)}, rows)


def _rows(name: str, text: TextIO) -> Iterator[list[str]]:
    reader = csv.reader(iter(partial(text.readline, _LINE_CHARACTERS), ""), strict=True)
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        raise fault("quotes", file=name, row=reader.line_num) from error


def degrees(file: str, longitude: str, latitude: str) -> tuple[float, float]:
    """Return a position in degrees. Raises `BadInput` naming a value that is none."""
    try:
        lon, lat = float(longitude), float(latitude)
    except ValueError:
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise fault("gazetteer_position", file=file, value=f"{latitude}, {longitude}")
    return lon, lat
