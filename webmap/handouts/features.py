"""The features of a hand-out, as the public may see them: geometry as GeoJSON in degrees, values as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import psycopg

from api.formats.reading import batches
from gis_core.definition import Field
from gis_core.errors import BadInput, Message
from layers.catalogue import LayerInfo
from layers.exports import geojson_statement
from layers.filters import ItemsQuery
from webmap.context.values import Cell, cell

# Of more, a browser on an old office machine becomes slow to the point of no use.
MOST = 10_000
ROWS = 500


@dataclass(frozen=True)
class Feature:
    """A feature: its id, its number on the hand-out, its name, its values with their titles, its geometry."""

    id: int
    number: int
    name: str
    values: tuple[tuple[str, Cell], ...]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]

    def told(self) -> list[tuple[str, str, str | None]]:
        """Return the values that are there: title, text, where it leads."""
        return [(title, value.text, value.href) for title, value in self.values if value.text]


def read(
    connection: psycopg.Connection[Any], info: LayerInfo, language: str, at: int | None = None
) -> list[Feature]:
    """Return all features of the layer, at a revision or now. Raises `BadInput` for more than `MOST`."""
    if info.feature_count > MOST:
        raise BadInput(
            Message(
                ja=f"レイヤ {info.id} は {info.feature_count:,} 件あり、配布用 HTML の上限 {MOST:,} 件を超えます。-f gpkg か -f geojson を使ってください。",
                en=f"The layer {info.id} has {info.feature_count:,} features; a hand-out holds {MOST:,}. Use -f gpkg or -f geojson.",
            )
        )
    documents = _documents(connection, info, at)
    return [_feature(info, number, document, language) for number, document in enumerate(documents, start=1)]


def geometries(connection: psycopg.Connection[Any], info: LayerInfo) -> list[dict[str, Any]]:
    """Return the layer's features as GeoJSON; none for a layer with more than `MOST`."""
    return list(_documents(connection, info, None)) if info.feature_count <= MOST else []


def _documents(
    connection: psycopg.Connection[Any], info: LayerInfo, at: int | None
) -> Iterator[dict[str, Any]]:
    statement = geojson_statement(info, ItemsQuery(limit=MOST, at=at))
    with connection.transaction(), batches(connection, statement, ROWS) as rows:
        for batch in rows:
            for (line,) in batch:
                yield orjson.loads(line)


def _feature(info: LayerInfo, number: int, document: dict[str, Any], language: str) -> Feature:
    properties = document["properties"]
    shown, name = shown_fields(info), _name(info, properties, language)
    cells = (
        Cell(name) if f.role == "name" else cell(f, _value(f, properties.get(f.name)), language)
        for f in shown
    )
    return Feature(
        id=document["id"],
        number=number,
        name=name,
        values=tuple(zip((f.title.to(language) for f in shown), cells, strict=True)),
        geometry=document["geometry"],
        properties=properties,
    )


def shown_fields(info: LayerInfo) -> list[Field]:
    """Return the fields that a hand-out tells: those of the layer's popup that the public may see."""
    by_name = {field.name: field for field in info.fields}
    return [by_name[name] for name in info.definition.popup if name in by_name] or list(info.fields[:4])


def _name(info: LayerInfo, properties: dict[str, Any], language: str) -> str:
    roles = ("name",) if language.startswith("ja") else ("name_en", "name")
    named = (properties.get(f.name) for role in roles if (f := info.field_with_role(role)))
    return str(next((name for name in named if name), ""))


def _value(field: Field, value: Any) -> Any:
    """Turn GeoJSON's texts back into what they are."""
    if not isinstance(value, str):
        return value
    if field.type == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field.type == "datetime" else value
