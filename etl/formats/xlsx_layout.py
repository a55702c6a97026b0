"""How a sheet of an xlsx workbook is laid out: merged cells and hidden rows, read without reading the cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from etl.formats.xlsx_xml import chunks, place, relations

# The longest tag that may be cut by a chunk's end.
_LONGEST_TAG = 4096
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_OUTLINED = re.compile(rb"""\soutlineLevel=["'][1-9]""")
_NUMBER = re.compile(rb"""\sr=["']([0-9]+)["']""")
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]+[0-9]+:[A-Z]+[0-9]+)["']""")
_FILTER = re.compile(
    rb"""<(?:\w+:)?autoFilter\s[^>]*?ref=["']([A-Z]+[0-9]+:[A-Z]+[0-9]+)["'][^>]*>\s*<(?:\w+:)?filterColumn"""
)

Area = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layout:
    """Of a sheet: cells merged, as (first row, first column, last row, last column) from 0; rows hidden, from 1.

    Rows that a filter or a folded group hides for the moment are not counted as hidden.
    """

    merged: tuple[Area, ...]
    hidden: frozenset[int]


def read_layout(archive: zipfile.ZipFile, member: str) -> Layout:
    """Read what a sheet tells before and after its cells, without reading the cells."""
    hidden: set[int] = set()
    rest = b""
    source = chunks(archive, member)
    for chunk in source:
        text = rest + chunk
        hidden.update(_hidden_rows(text))
        end = _ROWS_END.search(text)
        if end:
            rest = text[end.end() :]
            break
        rest = text[text.rfind(b"<") :][-_LONGEST_TAG:]
    tail = rest + b"".join(source)
    merged = tuple(_area(ref) for ref in _MERGE.findall(tail))
    filtered = [_area(ref) for ref in [*_FILTER.findall(tail), *_table_filters(archive, member)]]
    shown = {row for first, _, last, _ in filtered for row in range(first + 1, last + 2)}
    return Layout(merged, frozenset(hidden - shown))


def _hidden_rows(text: bytes) -> Iterator[int]:
    for tag in _ROW_TAG.findall(text):
        if _HIDDEN.search(tag) and not _OUTLINED.search(tag) and (number := _NUMBER.search(tag)):
            yield int(number[1])


def _table_filters(archive: zipfile.ZipFile, member: str) -> list[bytes]:
    tables = [target for kind, target in relations(archive, member).values() if kind == "table"]
    return [ref for table in tables for ref in _FILTER.findall(archive.read(table))]


def _area(ref: bytes) -> Area:
    first, last = (place(cell) for cell in ref.decode("ascii").split(":"))
    return (*first, *last)
