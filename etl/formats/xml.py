"""XML, opened with care: its root is looked at first, and a document that defines entities is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from etl.faults import fault
from gis_core import encodings
from gis_core.errors import BadInput

Element = ElementTree.Element

_CHUNK = 64 * 1024
_DECLARATION_BYTES = 256
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# What the parser itself reads: Japanese agencies also declare Shift_JIS, which it does not know.
_NATIVE = {"utf-8", "utf-8-sig", "ascii", "iso8859-1"}


@dataclass(frozen=True)
class Root:
    """The outermost element: its name without prefix, and its namespace."""

    name: str
    namespace: str


class _Found(Exception):
    """The parser has seen enough."""


def root(path: Path) -> Root:
    """Return the root of a document in UTF-8. Raises `BadInput` for a document type and for no XML at all."""
    names: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        names.append(name)
        raise _Found

    def doctype(*_: Any) -> None:
        raise fault("xml_doctype", file=path.name)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except _Found:
        namespace, _, name = names[0].rpartition(" ")
        return Root(name, namespace)
    except expat.ExpatError as error:
        raise broken(path.name, error) from error
    raise fault("unknown_format", file=path.name)


def elements(path: Path) -> Iterator[tuple[str, Element]]:
    """Yield (`start` or `end`, element) of a document whose `root` was accepted; the caller clears what it used."""
    try:
        yield from ElementTree.iterparse(path, events=("start", "end"))
    except ElementTree.ParseError as error:
        raise broken(path.name, error) from error


def local(tag: str) -> str:
    """Return an element's name without its namespace."""
    return tag.rpartition("}")[2]


@contextmanager
def in_utf8(path: Path) -> Iterator[Path]:
    """Give a document as UTF-8: itself, or a copy of the same name where it declares (or begins as) another."""
    with path.open("rb") as file:
        head = file.read(_DECLARATION_BYTES)
    encoding = _declared(head, path.name)
    if encoding in _NATIVE:
        yield path
        return
    with TemporaryDirectory(prefix="machizu-") as directory:
        copy = Path(directory) / path.name
        _rewrite(path, copy, encoding)
        yield copy


def broken(name: str, error: Exception) -> BadInput:
    """Return the refusal of a document that is not well formed; the parser says where."""
    return fault("xml_broken", file=name, reason=error)


def _declared(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    named = _DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    try:
        return encodings.canonical(named[1].decode("ascii")) if named else "utf-8"
    except BadInput as error:
        raise fault("xml_broken", file=name, reason=error.message.en) from error


def _rewrite(path: Path, copy: Path, encoding: str) -> None:
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as sink,
        ):
            sink.write(_DECLARATION.sub("", source.read(_CHUNK).removeprefix("\ufeff"), count=1))
            while text := source.read(_CHUNK):
                sink.write(text)
    except UnicodeError as error:
        raise fault("xml_broken", file=path.name, reason=f"not {encoding}") from error
