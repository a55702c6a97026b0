"""A layer's definition in the words of others: JSON Schema, and rows for a page."""

from __future__ import annotations

from typing import Any

from gis_core.definition import Field
from layers.catalogue import LayerInfo
from layers.filters import ID

# What filters and schemas call the geometry, as SQL clients do.
GEOMETRY = "geom"
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
# Units as UCUM writes them, which schemas must use unless they say otherwise (OGC 23-058r2, /req/schemas/unit).
UCUM = {
    "mm": "mm", "cm": "cm", "m": "m", "km": "km", "m²": "m2", "km²": "km2", "ha": "har", "m³": "m3", "m³/s": "m3/s", "kg": "kg", "t": "t",
    "%": "%", "℃": "Cel", "°": "deg", "hPa": "hPa", "s": "s", "h": "h", "km/h": "km/h", "m/s": "m/s", "mm/h": "mm/h", "μSv/h": "uSv/h",
}  # fmt: skip
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


def layer_schema(info: LayerInfo, language: str, uri: str) -> dict[str, Any]:
    """Return the schema of the layer's features as a JSON Schema (OGC 23-058r2)."""
    properties = {
        ID.name: _described(ID, info, language) | {"readOnly": True},
        GEOMETRY: _geometry(info),
        **_properties(info, language),
    }
    required = [f.name for f in info.fields if f.required]
    return _document(info, language, uri, properties) | ({"required": required} if required else {})


def queryables(info: LayerInfo, language: str, uri: str) -> dict[str, Any]:
    """Return the properties by which filters may ask (OGC 19-079r2 §6.2)."""
    properties = {
        ID.name: _described(ID, info, language), GEOMETRY: _geometry(info), **_properties(info, language)
    }  # fmt: skip
    return _document(info, language, uri, properties)


def sortables(info: LayerInfo, language: str, uri: str) -> dict[str, Any]:
    """Return the properties by which features may be sorted."""
    properties = {ID.name: _described(ID, info, language), **_properties(info, language)}
    return _document(info, language, uri, properties)


def _document(info: LayerInfo, language: str, uri: str, properties: dict[str, Any]) -> dict[str, Any]:
    numbered = {
        name: schema | {"x-ogc-propertySeq": place}
        for place, (name, schema) in enumerate(properties.items())
    }  # fmt: skip
    return {
        "$schema": DIALECT,
        "$id": uri,
        "type": "object",
        "title": info.definition.title.to(language),
        "description": info.definition.description.to(language),
        "properties": numbered,
        "additionalProperties": False,
    }


def _geometry(info: LayerInfo) -> dict[str, Any]:
    return {"format": GEOMETRY_FORMATS[info.definition.geometry], "x-ogc-role": "primary-geometry"}


def _properties(info: LayerInfo, language: str) -> dict[str, Any]:
    return {field.name: _described(field, info, language) for field in info.fields}


def rows(info: LayerInfo, feature: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Return title and value of each property that is filled, in the language."""
    values = feature["properties"]
    filled = [f for f in info.fields if values.get(f.name) is not None]
    return [(f.title.to(language), _shown(f, values[f.name], language)) for f in filled]


def _described(field: Field, info: LayerInfo, language: str) -> dict[str, Any]:
    schema = {"title": field.title.to(language), **field_schema(field)}
    if field.unit in UCUM:
        schema["x-ogc-unit"] = UCUM[field.unit]
    elif field.unit:
        schema |= {"x-ogc-unit": field.unit, "x-ogc-unitLang": "text"}
    if role := _role(field, info):
        schema["x-ogc-role"] = role
    if field.choices:
        titles = [choice.title.to(language) for choice in field.choices]
        pairs = zip(schema["enum"], titles, strict=True)
        schema["oneOf"] = [{"const": value, "title": title} for value, title in pairs]
    return schema


def _role(field: Field, info: LayerInfo) -> str | None:
    """Return what the field is among the layer's own (OGC 23-058r2 §8): without an end, the start is an instant."""
    if field is ID:
        return "id"
    if field.role not in ("start", "end") or field.type not in ("date", "datetime"):
        return None
    start, end = info.field_with_role("start"), info.field_with_role("end")
    if start is None or end is None:
        return "primary-instant"
    return f"primary-interval-{field.role}" if start.type == end.type else None


def _shown(field: Field, value: object, language: str) -> str:
    if isinstance(value, bool):
        return "○" if value else "×"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    titles = {c.value: c.title.to(language) for c in field.choices}
    text = titles.get(str(value), str(value))
    return f"{text} {field.unit}" if field.unit else text
