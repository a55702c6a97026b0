"""Delimited text with a column added: the bytes that were there stay as they are."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl.remarks import Remarks
from etl.table import REMARKS_HEADER

_DELIMITERS = (",", "\t", ";", "|")
# A few cells in single quotation marks may be texts; more are the way of the file.
_SINGLE_QUOTED = re.compile(r"(?:^|[,\t;|])'[^'\r\n]*'(?=[,\t;|\r\n])", re.MULTILINE)
_FEW = 3
_DECLARED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_SCANNED_ROWS = 25
# Characters of Unicode for which CP932 and EUC-JP each know another that looks the same.
_LOOKALIKES = str.maketrans("〜～−－—―‖∥", "～〜－−―—∥‖")


@dataclass(frozen=True)
class _Record:
    """A row as it stands in the file: its cells, its bytes, and the bytes that end it."""

    cells: list[str]
    body: bytes
    end: bytes


def write(original: Path, target: Path, remarks: Remarks, *, encoding: str, headers: Sequence[str]) -> None:
    """Copy text row by row with its remarks at the end.

    A file without a header (`headers` names its columns) has no header for ours: there each remark begins
    with `REMARKS_HEADER`, and the first row carries what is said of the whole file.
    """
    column, at = _layout(original, _codec(original, encoding), remarks)
    with target.open("wb") as out:
        if headers or at is None:
            _write_headless(original, out, remarks, column, len(headers))
            return
        width, replaces = 0, False
        for place, record in enumerate(column.records(original)):
            if place < at or not record.cells:
                out.write(record.body + record.end)
                continue
            if place == at:
                replaces = record.cells[-1].startswith(REMARKS_HEADER)
                width = len(record.cells) - replaces
            body = column.without_last(record) if replaces and len(record.cells) > width else record.body
            empty = width - min(len(record.cells), width)
            text = remarks.header if place == at else remarks.rows.get(place + 1, "")
            out.write(body + column.added(text, empty) + record.end)


def _write_headless(original: Path, out: IO[bytes], remarks: Remarks, column: _Column, width: int) -> None:
    for place, record in enumerate(column.records(original)):
        told = [REMARKS_HEADER, remarks.rows[place + 1]] if place + 1 in remarks.rows else []
        if place == 0 and remarks.header != REMARKS_HEADER:
            told = [remarks.header, *told[1:]]
        ours = bool(record.cells) and record.cells[-1].startswith(REMARKS_HEADER)
        body = column.without_last(record) if ours else record.body
        empty = max(width - len(record.cells), 0)
        out.write(body + (column.added("：".join(told), empty) if told else b"") + record.end)


def _layout(original: Path, codec: str, remarks: Remarks) -> tuple[_Column, int | None]:
    """Return how the rows are parted, by the delimiter that shows most of the file's headers, and their index."""
    quote = _quote(original, codec)
    best, chosen, at = 0, _Column(codec, quote=quote), None
    for delimiter in _delimiters(original, codec):
        column = _Column(codec, delimiter, quote)
        try:
            rows = [record.cells for record in itertools.islice(column.records(original), _SCANNED_ROWS)]
        except csv.Error:
            continue
        score, index = remarks.header_row(rows)
        if score > best:
            best, chosen, at = score, column, index
    return chosen, at


def _quote(original: Path, codec: str) -> str:
    """Return the quotation mark: the single one only where it stands around cells and no double one is there."""
    head = "".join(itertools.islice(_Column(codec).texts(original), _SCANNED_ROWS))
    return "'" if '"' not in head and len(_SINGLE_QUOTED.findall(head)) >= _FEW else '"'


def _delimiters(original: Path, codec: str) -> Iterator[str]:
    """Yield the delimiters that may part the file; one that Excel's first line declares comes before the others."""
    first = next(_Column(codec).texts(original), "").strip()
    declared = _DECLARED.fullmatch(first)
    yield from [declared[1]] if declared else []
    yield from _DELIMITERS


def _codec(original: Path, encoding: str) -> str:
    """Return the encoding without the byte order mark, which the first row keeps as it is."""
    if encoding == "utf-16":
        with original.open("rb") as file:
            return "utf-16-be" if file.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
    return "utf-8" if encoding == "utf-8-sig" else encoding


@dataclass(frozen=True)
class _Column:
    """How rows are taken apart and cells are added: encoding, delimiter, quotation mark."""

    codec: str
    delimiter: str = ","
    quote: str = '"'

    def records(self, path: Path) -> Iterator[_Record]:
        """Read the rows one by one, as the reader of text does. Raises `csv.Error`."""
        taken: list[bytes] = []

        def lines() -> Iterator[str]:
            for raw in self._lines(path):
                text = self._text(raw, first=not taken)
                taken.append(raw)
                yield text

        reader = csv.reader(lines(), delimiter=self.delimiter, quotechar=self.quote, strict=True)
        for cells in reader:
            yield self._record(cells, b"".join(taken))
            taken.clear()

    def texts(self, path: Path) -> Iterator[str]:
        """Read the lines."""
        return (self._text(raw, first=True) for raw in self._lines(path))

    def added(self, text: str, empty: int) -> bytes:
        """Return the bytes that add `empty` cells and then one of `text`."""
        quoted = self._quoted(writable(text, self.codec)) if text else ""
        return (self.delimiter * (empty + 1) + quoted).encode(self.codec)

    def without_last(self, record: _Record) -> bytes:
        """Return a row's bytes without its last cell; what is odd there is written anew."""
        cell = record.cells[-1]
        for written in (cell, self._quoted(cell)):
            tail = (self.delimiter + written).encode(self.codec, errors="replace")
            if record.body.endswith(tail):
                return record.body[: -len(tail)]
        rest = self.delimiter.join(self._quoted(kept) for kept in record.cells[:-1])
        return rest.encode(self.codec, errors="replace")

    def _quoted(self, text: str) -> str:
        return self.quote + text.replace(self.quote, self.quote * 2) + self.quote

    def _lines(self, path: Path) -> Iterator[bytes]:
        # Latin-1 takes every byte as it is; in two-byte text a line's end is two bytes too.
        codec = self.codec if self.codec.startswith("utf-16") else "latin-1"
        with path.open(encoding=codec, newline="") as file:
            for line in file:
                yield line.encode(codec)

    def _text(self, raw: bytes, *, first: bool) -> str:
        text = raw.decode(self.codec, errors="replace")
        return text.removeprefix("\ufeff") if first else text

    def _record(self, cells: list[str], raw: bytes) -> _Record:
        ends = (mark.encode(self.codec) for mark in ("\r\n", "\n", "\r"))
        end = next((mark for mark in ends if raw.endswith(mark)), b"")
        return _Record(cells, raw.removesuffix(end), end)


def writable(text: str, encoding: str) -> str:
    """Return the text with the characters that an encoding lacks written another way: 〔U+20BB7〕 for 𠮷."""
    if _can(text, encoding):
        return text
    return "".join(
        character if _can(character, encoding) else _other(character, encoding) for character in text
    )


def _other(character: str, encoding: str) -> str:
    for other in (character.translate(_LOOKALIKES), unicodedata.normalize("NFKC", character)):
        if other != character and _can(other, encoding):
            return other
    return f"〔U+{ord(character):04X}〕"


def _can(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
