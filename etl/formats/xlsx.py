"""The parts of an xlsx workbook, streamed from their XML: its sheets, shared texts, formats, and rows as texts.

openpyxl's own streaming tells neither merged cells nor hidden rows, and reads a formula or its value, not both;
reading the XML once is also four times faster.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from etl.formats.excel_values import UNCALCULATED, Kind, date_text, kind_of, number_text
from etl.formats.xlsx_xml import MOST_ROWS, MalformedError, chunks, parse, parser_for, place, relations

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetPart:
    """A sheet: its name, whether it is shown, and where its XML stands in the archive."""

    name: str
    visible: bool
    member: str


@dataclass(frozen=True)
class Book:
    """What all sheets share: texts, kinds of number by style, and the day from which dates count."""

    sheets: tuple[SheetPart, ...]
    texts: tuple[str, ...]
    kinds: tuple[Kind, ...]
    since_1904: bool


def read_book(archive: zipfile.ZipFile) -> Book:
    """Read what the sheets share. Raises `MalformedError`, `KeyError`, `ValueError`, expat's and zipfile's errors."""
    targets = relations(archive, "xl/workbook.xml")
    parts: list[SheetPart] = []
    since_1904 = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            kind, member = targets.get(relation, ("", ""))
            if kind == "worksheet":
                visible = attributes.get("state", "visible") == "visible"
                parts.append(SheetPart(attributes["name"], visible, member))
        elif name == "workbookPr":
            since_1904 = attributes.get("date1904") in {"1", "true"}

    parse(archive, "xl/workbook.xml", start)
    members = {kind: member for kind, member in targets.values() if kind in {"sharedStrings", "styles"}}
    texts = _TextReader()
    if "sharedStrings" in members:
        parse(archive, members["sharedStrings"], texts.start, texts.end, texts.text)
    kinds = _kinds(archive, members["styles"]) if "styles" in members else []
    return Book(tuple(parts), tuple(texts.texts), tuple(kinds), since_1904)


def read_rows(archive: zipfile.ZipFile, part: SheetPart, book: Book) -> Iterator[list[str | None]]:
    """Yield a sheet's rows as texts, a blank list for a row that the file leaves out."""
    reader = _RowReader(book)
    parser = parser_for(reader.start, reader.end, reader.text)
    for chunk in chunks(archive, part.member):
        parser.Parse(chunk, False)
        yield from reader.rows
        reader.rows.clear()
    parser.Parse(b"", True)
    yield from reader.rows


class _RowReader:
    """Takes the events of a sheet's XML; finished rows stand in `rows`."""

    def __init__(self, book: Book) -> None:
        self.rows: list[list[str | None]] = []
        self._book = book
        self._row: list[str | None] = []
        self._count = 0
        self._letters: dict[str, int] = {}
        self._pieces: list[str] = []
        self._listening = self._valued = self._formula = self._phonetic = False
        self._type = self._style = ""
        self._column = -1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._column = self._column_of(attributes.get("r"))
            self._valued = self._formula = False
            self._pieces.clear()
        elif name in {"v", "t"}:
            self._listening, self._valued = not self._phonetic, True
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            self._begin_row(attributes.get("r"))

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in {"v", "t"}:
            self._listening = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "row":
            self.rows.append(self._row)

    def text(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)

    def _begin_row(self, number: str | None) -> None:
        at = int(number) if number else self._count + 1
        if not self._count < at <= MOST_ROWS:
            raise MalformedError(f"row {at}")
        self.rows.extend([] for _ in range(at - self._count - 1))
        self._count, self._row, self._column = at, [], -1

    def _column_of(self, reference: str | None) -> int:
        if reference is None:
            return self._column + 1
        letters = reference.rstrip("0123456789")
        if letters not in self._letters:
            self._letters[letters] = place(f"{letters}1")[1]
        return self._letters[letters]

    def _end_cell(self) -> None:
        value = self._value()
        if value is None:
            return
        missing = self._column - len(self._row)
        if missing < 0:
            raise MalformedError(f"column {self._column}")
        if missing:
            self._row += [None] * missing
        self._row.append(value)

    def _value(self) -> str | None:
        if not self._valued:
            return UNCALCULATED if self._formula else None
        text = "".join(self._pieces)
        if self._type == "s":
            return self._book.texts[int(text)] or None
        if self._type == "n":
            return self._number(text) if text else (UNCALCULATED if self._formula else None)
        if self._type == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        return _unescaped(text) or None

    def _number(self, text: str) -> str:
        kind = self._book.kinds[int(self._style)] if self._style and self._book.kinds else "number"
        if kind != "number":
            return date_text(float(text), kind, since_1904=self._book.since_1904)
        return text if text.isdecimal() and text[0] != "0" and len(text) < 16 else number_text(float(text))


class _TextReader:
    """Takes the events of the shared texts; readings that Excel keeps beside kanji (rPh) are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._listening = self._phonetic = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._pieces.clear()
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._listening = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.texts.append(_unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._listening = False

    def text(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)


def _kinds(archive: zipfile.ZipFile, member: str) -> list[Kind]:
    """Return what each cell style makes of a number."""
    codes: dict[int, str] = {}
    used: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            used.append(int(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and name != "cellXfs"

    parse(archive, member, start, end)
    return [kind_of(number, codes.get(number)) for number in used]


def _unescaped(text: str) -> str:
    """Turn `_x000D_`, as Excel writes what XML cannot hold, into its character; line ends into one."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n") if "\r" in text else text
