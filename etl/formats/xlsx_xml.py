"""The XML inside a workbook: parts, how they refer to each other, and events without entities."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

_CHUNK = 256 * 1024
# A sheet's size in Excel.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Handler = Callable[[str, dict[str, str]], None]


class MalformedError(Exception):
    """A workbook that is not as its format says; also one with a document type, which may define entities."""


def relations(archive: zipfile.ZipFile, member: str) -> dict[str, tuple[str, str]]:
    """Return id → (kind, member) of what a part refers to inside the archive."""
    folder, name = posixpath.split(member)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], target)

    beside = f"{folder}/_rels/{name}.rels"
    if beside in archive.namelist():
        parse(archive, beside, start)
    return found


def parse(
    archive: zipfile.ZipFile,
    member: str,
    start: Handler,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part of the archive, giving its events to the handlers."""
    parser = parser_for(start, end, text)
    for chunk in chunks(archive, member):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def chunks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield a part of the archive, unpacked piece by piece."""
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK):
            yield chunk


def parser_for(start: Handler, end: Callable[[str], None] | None, text: Callable[[str], None] | None) -> Any:
    """Make a parser that gives names without the root's prefix and refuses a document type."""

    def refuse(*_: Any) -> None:
        raise MalformedError("DOCTYPE")

    def root(name: str, attributes: dict[str, str]) -> None:
        # Few programs write prefixes (x:row); for all others the handlers are called without a step between.
        prefixed = ":" in name
        parser.StartElementHandler = (lambda n, a: start(_local(n), a)) if prefixed else start
        if end is not None:
            parser.EndElementHandler = (lambda n: end(_local(n))) if prefixed else end
        start(_local(name), attributes)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = root
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def place(cell: str) -> tuple[int, int]:
    """Return row and column of `B12` from 0. Raises `MalformedError`."""
    found = _CELL.fullmatch(cell)
    if found is None:
        raise MalformedError(cell)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if not (0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS):
        raise MalformedError(cell)
    return row - 1, column - 1
