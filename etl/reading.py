"""Which reader a file needs, told from its first bytes: a name may lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from etl.choosing import choose
from etl.faults import fault
from etl.formats import archives, csv, members
from etl.formats.recognition import is_geometry_or_feed
from etl.hints import judge_for
from etl.mapping import Vocabulary
from etl.parts import tables_of
from etl.sheets import Sheet
from etl.table import Options, Table
from gis_core.definition import LayerDefinition

_MIB = 1024**2
_SNIFFED_BYTES = 4096

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_RASTERS = (
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x89HDF",
    b"\0\0\0\x0cjP",
)
_HTML = re.compile(rb"<\s*(!doctype\s+html|html|table)\b", re.IGNORECASE)


def tables(path: Path, definition: LayerDefinition, options: Options) -> Iterator[Table]:
    """Yield any departmental file's rows in parts with the same columns each; the first has rows.

    Memory does not grow with the file. Raises `BadInput` naming the file and the remedy: before the first part, or
    later where the file turns out to be broken. What is unpacked is gone when the iterator is used up or closed.
    """
    _check_size(path, options)
    head = _head(path)
    if not head.startswith(_ZIP) or _is_workbook(path):
        yield from _tables(path, head, definition, options)
        return
    with archives.unpacked(path, options.limits) as directory:
        member, inner = members.chosen(path, directory, options)
        _check_size(member, options)
        head = _head(member)
        if head.startswith(_ZIP) and not _is_workbook(member):
            raise fault("zip_nested", file=path.name, member=member.name)
        yield from _tables(member, head, definition, inner)


def _tables(path: Path, head: bytes, definition: LayerDefinition, options: Options) -> Iterator[Table]:
    vocabulary = Vocabulary(definition, options.columns)
    if is_geometry_or_feed(path, head):
        # Readers of other formats are imported where a file needs them: together they take a third of a second.
        from etl.formats import vector

        return vector.tables(path, options, vocabulary.count)
    if head.startswith(_RASTERS):
        raise fault("raster", file=path.name, layer=definition.title["ja"])
    sheets = _sheets(path, head, vocabulary, options)
    sheet, header = choose(sheets, definition, vocabulary, options, file=path.name)
    judge = judge_for(header, definition, vocabulary)
    return tables_of(sheet, header, judge, file=path.name, limit=options.limits.rows)


def _head(path: Path) -> bytes:
    if path.is_dir():
        return b""
    with path.open("rb") as file:
        return file.read(_SNIFFED_BYTES)


def _check_size(path: Path, options: Options) -> None:
    if not path.exists():
        raise fault("missing", file=path.name)
    if path.is_dir() and path.suffix.lower() == ".gdb":
        return
    if not path.is_file():
        raise fault("not_a_file", file=path.name)
    size = path.stat().st_size
    if size == 0:
        raise fault("empty", file=path.name)
    if size > options.limits.file_bytes:
        raise fault("too_big", file=path.name, size=size // _MIB, limit=options.limits.file_bytes // _MIB)


def _is_workbook(path: Path) -> bool:
    with archives.opened(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _sheets(path: Path, head: bytes, vocabulary: Vocabulary, options: Options) -> list[Sheet]:
    if head.startswith((_ZIP, _OLE)):
        from etl.formats import excel

        return (excel.read_xlsx if head.startswith(_ZIP) else excel.read_xls)(path, options)
    if _HTML.match(head.lstrip()):
        raise fault("html", file=path.name)
    if not _is_text(head):
        raise fault("unknown_format", file=path.name)
    if options.sheet is not None:
        raise fault("sheet_useless", file=path.name, format="CSV")
    return [csv.sheet(path, options, vocabulary.count)]


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head and not head.lstrip().startswith(
        (b"%PDF", b"<?xml", b"Rar!", b"7z\xbc\xaf", b"PAR1")
    )
