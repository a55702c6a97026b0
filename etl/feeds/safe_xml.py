"""XML from outside, parsed without what makes XML dangerous: no DOCTYPE, so no entities, and limits on everything."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from gis_core.errors import BadInput, Message
from gis_core.times import JST

# The largest bulletin of the Japan Meteorological Agency is below 1 MiB.
MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 200_000


def parse(data: bytes, name: str) -> Element:
    """Return the root element. `name` tells the reader of an error which document it was.

    Raises `BadInput` for what is not well-formed, is too large or too deep, or declares a DOCTYPE.
    """
    if len(data) > MAX_BYTES:
        raise _refused(name, f"{MAX_BYTES // 1024 // 1024} MiB を超えています", "it is too large")
    reader = _Reader(name)
    try:
        return reader.read(data)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise _refused(
            name, f"XML として読めません（{error}）", f"it is not well-formed XML ({error})"
        ) from error


def local(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Return the element's namespace, empty without one."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def child(element: Element, *path: str) -> Element | None:
    """Return the first descendant along a path of local names."""
    for step in path:
        found = next((e for e in element if local(e) == step), None)
        if found is None:
            return None
        element = found
    return element


def children(element: Element, name: str) -> list[Element]:
    """Return the children of a local name."""
    return [e for e in element if local(e) == name]


def text(element: Element, *path: str) -> str:
    """Return the trimmed text at a path of local names, empty where there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def instant(written: str) -> datetime | None:
    """Read an RFC 3339 instant; without an offset it is Japan's. None for what is not one."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=JST)


class _Reader:
    """Feeds expat's events to a tree builder, counting."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._builder = TreeBuilder()
        self._depth = 0
        self._elements = 0

    def read(self, data: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(data, True)
        return self._builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise _refused(self._name, "要素が多すぎるか、深すぎます", "it has too many or too deep elements")
        self._builder.start(_braced(tag), {_braced(k): v for k, v in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(_braced(tag))

    def _doctype(self, *_: object) -> None:
        raise _refused(self._name, "DOCTYPE 宣言があります", "it declares a DOCTYPE")


def _braced(tag: str) -> str:
    return f"{{{tag}" if "}" in tag else tag


def _refused(name: str, ja: str, en: str) -> BadInput:
    return BadInput(
        Message(
            f"{name} は受け付けられません：{ja}。配信元の元のファイルを指定してください。",
            f"{name} is refused: {en}. Use the issuer's original file.",
        )
    )
