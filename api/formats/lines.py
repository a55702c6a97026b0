"""Files whose rows the database writes as text: CSV, GeoJSON, GeoJSON sequences, KML."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple, Protocol

import orjson

from api.formats.columns import columns, words
from api.formats.kinds import Wanted
from gis_core.definition import Field
from gis_core.formulas import neutralise
from layers.exports import csv_statement, geojson_statement, kml_fields, kml_statement
from layers.reads import Statement

Batches = Iterable[Sequence[tuple[bytes]]]

# Excel takes a CSV without it for CP932.
BOM = "\ufeff"
# RFC 8142: every record of a sequence stands between these two.
RECORD, END = b"\x1e", b"\n"
# KML's types (OGC 12-007r2, 9.8): it knows no dates, and yes and no are words here.
_KML_TYPES = {"integer": "int", "number": "double"}


class Sink(Protocol):
    """What takes a file's bytes, piece by piece."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


class Lines(NamedTuple):
    """A file of text: what stands before the rows, before the first and between them, after the last, and at the end."""

    statement: Statement
    head: bytes
    first: bytes
    between: bytes
    last: bytes
    foot: bytes


def lines(wanted: Wanted) -> Lines:
    """Return the parts of the file. Raises `BadParameter` for columns that there are not."""
    return _MAKERS[wanted.format](wanted)


def write(made: Lines, batches: Batches, sink: Sink) -> None:
    """Write the file from its rows, as the database gives them."""
    sink.write(made.head)
    before = made.first
    for batch in batches:
        sink.write(before + made.between.join([row[0] for row in batch]))
        before = made.between
    sink.write((made.last if before is made.between else b"") + made.foot)


class Cp932:
    """A sink that turns UTF-8 into CP932; `replaced` counts the characters that it does not have, by character."""

    GETA = "〓"

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.replaced: dict[str, int] = {}

    def write(self, data: bytes) -> None:
        """Take whole characters of UTF-8. What CP932 has not becomes 〓, the printers' mark for a missing type."""
        text = data.decode().removeprefix(BOM)
        try:
            encoded = text.encode("cp932")
        except UnicodeEncodeError:
            encoded = "".join(map(self._known, text)).encode("cp932")
        self._sink.write(encoded)

    def _known(self, character: str) -> str:
        try:
            character.encode("cp932")
        except UnicodeEncodeError:
            self.replaced[character] = self.replaced.get(character, 0) + 1
            return self.GETA
        return character


def _csv(wanted: Wanted) -> Lines:
    found = columns(wanted)
    header = io.StringIO()
    csv.writer(header, lineterminator="").writerow([neutralise(column.heading) for column in found])
    statement = csv_statement(wanted.info, wanted.query, found, words(wanted))
    return Lines(statement, (BOM + header.getvalue()).encode(), b"\r\n", b"\r\n", b"", b"\r\n")


def _geojson(wanted: Wanted) -> Lines:
    head = {"type": "FeatureCollection", "name": wanted.info.id}
    start = orjson.dumps(head)[:-1] + b',"features":['
    return Lines(geojson_statement(wanted.info, wanted.query), start, b"\n", b",\n", b"\n", b"]}\n")


def _sequence(wanted: Wanted) -> Lines:
    return Lines(geojson_statement(wanted.info, wanted.query), b"", RECORD, END + RECORD, END, b"")


def _kml(wanted: Wanted) -> Lines:
    info = wanted.info
    fields = "".join(_kml_field(field, wanted.language) for field in kml_fields(info, wanted.query))
    title = escape(info.definition.title.to(wanted.language))
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f'<name>{title}</name><Schema name="{info.id}" id="{info.id}">{fields}</Schema>'
        f"<Folder><name>{info.id}</name>"
    )
    end = b"</Folder></Document></kml>\n"
    return Lines(kml_statement(info, wanted.query, words(wanted)), head.encode(), b"\n", b"\n", b"\n", end)


def _kml_field(field: Field, language: str) -> str:
    title = escape(field.title.to(language))
    kind = _KML_TYPES.get(field.type, "string")
    return f'<SimpleField type="{kind}" name="{field.name}"><displayName>{title}</displayName></SimpleField>'


_MAKERS: Mapping[str, Callable[[Wanted], Lines]] = {
    "csv": _csv,
    "geojson-file": _geojson,
    "geojsonseq": _sequence,
    "kml": _kml,
}
