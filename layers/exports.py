"""The SQL of whole-layer files: rows as lines of text that the database writes, or as values with WKB.

Read through a cursor on the server, neither side ever holds more than a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from gis_core.definition import Field
from layers import paging, past
from layers.catalogue import LayerInfo
from layers.cells import Words, csv_cell, escaped, kml_value, literal, sheet_cell
from layers.filters import ItemsQuery, shape_of, values_of, where
from layers.reads import Statement
from layers.systems import projected
from layers.tables import table
from layers.writing import feature

Part = Literal["field", "north", "east", "wkt", "nothing"]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and what feeds it, a field or a part of the position."""

    heading: str
    part: Part
    field: Field | None = None


def csv_statement(info: LayerInfo, query: ItemsQuery, columns: Sequence[Column], words: Words) -> Statement:
    """Rows of one value: a line of CSV (RFC 4180) without its end, in UTF-8."""
    cells = [sql.SQL("coalesce({}, '')").format(_csv(info, query, column, words)) for column in columns]
    return _lines(info, query, sql.SQL(" || ',' || ").join(cells))


def sheet_statement(info: LayerInfo, query: ItemsQuery, columns: Sequence[Column], words: Words) -> Statement:
    """Rows of one value: a `row` of a worksheet (ECMA-376) in UTF-8; the first is row 2, below the headings.

    Dates are numbers in style 1. Cells have their references, without which GDAL would not tell them apart.
    """
    cells = [
        sql.SQL("coalesce({}, '')").format(_sheet(info, query, column, words, letters(place)))
        for place, column in enumerate(columns)
    ]
    row = sql.SQL("""'<row r="' || turn || '">' || {} || '</row>'""").format(sql.SQL(" || ").join(cells))
    return _lines(info, query, row)


def kml_statement(info: LayerInfo, query: ItemsQuery, words: Words) -> Statement:
    """Rows of one value: a `Placemark` (OGC 12-007r2) in UTF-8, its fields as `SchemaData`; always in WGS 84."""
    data = [
        sql.SQL("coalesce({} || {} || '</SimpleData>', '')").format(
            literal(f'<SimpleData name="{field.name}">'), kml_value(field, words)
        )
        for field in kml_fields(info, query)
    ]
    named = _name(info, query)
    placemark = sql.SQL("""{start} || id || '">' || {name} || {schema} || {data}
        || '</SchemaData></ExtendedData>' || {geometry} || '</Placemark>'""").format(
        start=literal(f'<Placemark id="{info.id}.'),
        name=sql.SQL("coalesce('<name>' || {} || '</name>', '')").format(escaped(sql.Identifier(named.name)))
        if named
        else sql.SQL("''"),
        schema=literal(f'<ExtendedData><SchemaData schemaUrl="#{info.id}">'),
        data=sql.SQL(" || ").join(data) if data else sql.SQL("''"),
        geometry=sql.SQL("ST_AsKML(geom, 15)" if query.output.geometry else "''"),
    )
    return _lines(info, query, placemark)


def kml_fields(info: LayerInfo, query: ItemsQuery) -> list[Field]:
    """Return the fields of `SchemaData`: all that are chosen but the name, which a Placemark has of its own."""
    return [field for field in query.output.chosen(info) if field != _name(info, query)]


def geojson_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """Rows of one value: a feature as GeoJSON in UTF-8."""
    return _lines(info, query, feature(info, query.output))


def values_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """Rows of values: the id, the chosen fields in the layer's order (times as HH:MM), the geometry as WKB, x east."""
    values = [sql.SQL("id"), *(_value(field) for field in query.output.chosen(info))]
    if query.output.geometry:
        values.append(sql.SQL("ST_AsBinary({})").format(_geometry(query)))
    text = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(values), _rows(info, query))
    return Statement(text.as_string(None), values_of(query))


def letters(place: int) -> str:
    """Return the name of a worksheet's column: 0 is A, 26 is AA."""
    name = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        name = chr(ord("A") + letter) + name
        place -= 1
    return name


def _name(info: LayerInfo, query: ItemsQuery) -> Field | None:
    return next((field for field in query.output.chosen(info) if field.role == "name"), None)


def _lines(info: LayerInfo, query: ItemsQuery, line: sql.Composable) -> Statement:
    text = sql.SQL("SELECT convert_to({}, 'UTF8') FROM {}").format(line, _rows(info, query))
    return Statement(text.as_string(None), values_of(query))


def _rows(info: LayerInfo, query: ItemsQuery) -> sql.Composable:
    """The rows asked for, in order, as a sub-select: `turn` (from 2), the id, the chosen fields and `geom`."""
    shape, order = shape_of(query), query.order
    keys = [paging.key_expression(field) for field in paging.key_fields(info, order)]
    beyond: sql.Composable = sql.SQL("id > %(after)s" if order.by_id else "true")
    if shape.empty is not None:
        beyond = paging.beyond(info, order, shape.empty)
    names = [
        *(field.name for field in query.output.chosen(info)),
        *(["geom"] if query.output.geometry else []),
    ]
    return sql.SQL("""
        (SELECT row_number() OVER () + 1 AS turn, page.*
         FROM (SELECT id {names} FROM {source} WHERE {beyond} {where}
               ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) AS page) AS chosen""").format(
        names=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in names),
        source=_source(info, query),
        beyond=beyond,
        where=where(info, shape),
        order=paging.ordering(order, keys),
    )


def _source(info: LayerInfo, query: ItemsQuery) -> sql.Composable:
    """The layer's table, or its rows at the revision `at`."""
    if query.at is None:
        return table(info.id)
    rows = past.rows_at(info.id, sql.SQL("%(at)s::bigint"), [field.name for field in info.fields])
    return sql.SQL("{} AS past").format(rows)


def _value(field: Field) -> sql.Composable:
    column = sql.Identifier(field.name)
    return sql.SQL("to_char({}, 'HH24:MI')").format(column) if field.type == "time" else column


def _geometry(query: ItemsQuery) -> sql.Composable:
    system = query.output.system
    return projected(sql.SQL("geom"), system) if system.projected else sql.SQL("geom")


def _csv(info: LayerInfo, query: ItemsQuery, column: Column, words: Words) -> sql.Composable:
    if column.field is not None:
        return csv_cell(column.field, words)
    if column.part == "wkt":
        return sql.SQL("""'"' || ST_AsText({}, 15) || '"'""").format(_geometry(query))
    return _ordinate(info, query, column, words)


def _sheet(info: LayerInfo, query: ItemsQuery, column: Column, words: Words, letter: str) -> sql.Composable:
    if column.field is not None:
        return sheet_cell(column.field, words, letter)
    start = literal(f'<c r="{letter}')
    return sql.SQL("""{} || turn || '"><v>' || {} || '</v></c>'""").format(
        start, _ordinate(info, query, column, words)
    )


def _ordinate(info: LayerInfo, query: ItemsQuery, column: Column, words: Words) -> sql.Composable:
    """One number of a position; of what is no point, of a point on it."""
    if column.part == "nothing":
        return sql.SQL("NULL::text")
    stored = sql.SQL("geom" if info.definition.geometry == "Point" else "ST_PointOnSurface(geom)")
    system = query.output.system
    point = projected(stored, system) if system.projected else stored
    number = sql.SQL("ST_Y({})::text" if column.part == "north" else "ST_X({})::text").format(point)
    return words.padded(number)
