"""A layer's definition in the words of others: JSON Schema, and rows for a page."""

from __future__ import annotations

from typing import Any

from gis_core.definition import Field
from layers.catalogue import LayerInfo

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: dict[str, dict[str, str]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    # HH:MM, which JSON Schema's own format `time` (with seconds and zone) does not allow.
    "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]"},
}
GEOMETRY_FORMATS = {
    "Point": "geometry-point",
    "MultiPoint": "geometry-multipoint",
    "LineString": "geometry-linestring",
    "MultiLineString": "geometry-multilinestring",
    "Polygon": "geometry-polygon",
    "MultiPolygon": "geometry-multipolygon",
}


def field_schema(field: Field) -> dict[str, Any]:
    """Return the JSON Schema of a field's values, in words that OpenAPI 3.0 knows too."""
    schema: dict[str, Any] = dict(TYPES[field.type])
    if field.choices:
        whole = field.type == "integer"
        schema["enum"] = [int(c.value) if whole else c.value for c in field.choices]
    if field.type in ("integer", "number"):
        schema |= {k: v for k in ("minimum", "maximum") if isinstance(v := getattr(field, k), int | float)}
    if field.pattern:
        schema["pattern"] = field.pattern
    if field.max_length:
        schema["maxLength"] = field.max_length
    return schema


def layer_schema(info: LayerInfo, language: str, uri: str, *, queryables: bool) -> dict[str, Any]:
    """Return the layer's schema, or its queryables (OGC 23-058r2, 19-079r2 §6.2), as a JSON Schema."""
    properties: dict[str, Any] = {
        "geometry": {
            "format": GEOMETRY_FORMATS[info.definition.geometry],
            "x-ogc-role": "primary-geometry",
            "x-ogc-propertySeq": 0,
        }
    }
    for place, field in enumerate(info.fields, start=1):
        properties[field.name] = _described(field, language) | {"x-ogc-propertySeq": place}
    schema = {
        "$schema": DIALECT,
        "$id": uri,
        "type": "object",
        "title": info.definition.title.to(language),
        "description": info.definition.description.to(language),
        "properties": properties,
        "additionalProperties": False,
    }
    required = [f.name for f in info.fields if f.required]
    return schema | ({"required": required} if required and not queryables else {})


def rows(info: LayerInfo, feature: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Return title and value of each property that is filled, in the language."""
    values = feature["properties"]
    filled = [f for f in info.fields if values.get(f.name) is not None]
    return [(f.title.to(language), _shown(f, values[f.name], language)) for f in filled]


def _described(field: Field, language: str) -> dict[str, Any]:
    schema = {"title": field.title.to(language), **field_schema(field)}
    if field.unit:
        schema["x-ogc-unit"] = field.unit
    if field.role in ("start", "end"):
        schema["x-ogc-role"] = f"primary-interval-{field.role}"
    if field.choices:
        schema["x-ogc-codelist"] = {c.value: c.title.to(language) for c in field.choices}
    return schema


def _shown(field: Field, value: object, language: str) -> str:
    if isinstance(value, bool):
        return "○" if value else "×"
    titles = {c.value: c.title.to(language) for c in field.choices}
    text = titles.get(str(value), str(value))
    return f"{text} {field.unit}" if field.unit else text
