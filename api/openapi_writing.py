"""What the OpenAPI document says of writing: who may, what is sent, under which conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.asked import Asked
from api.service import Operation
from api.shapes import field_schema
from gis_core.definition import Texts
from layers.catalogue import LayerInfo
from layers.systems import offered

KEY = Texts(ja="GIS 管理者が発行する鍵", en="A key that the GIS administrator issues")
SESSION = Texts(
    ja="職員のログイン。書き込みには X-CSRFToken ヘッダーに csrftoken の Cookie の値が要る",
    en="The staff's login. Writes also need the csrftoken cookie's value as X-CSRFToken",
)
IF_MATCH = Texts(
    ja="読んだときの ETag。その後に変わっていれば 412",
    en="The ETag it was read with; 412 if it has changed since",
)
CONTENT_CRS = Texts(
    ja="送る座標の参照系。なければ CRS84", en="The reference system of what is sent; CRS84 without it"
)
IDEMPOTENCY_KEY = Texts(
    ja="リクエストの名前（UUID など）。同じ名前でもう一度送っても書き込みは一度だけ（24 時間）",
    en="A name for the request, such as a UUID: sent again under it, it is carried out once only (24 hours)",
)


def security_schemes(asked: Asked) -> dict[str, Any]:
    """Return the ways of showing who asks."""
    key = KEY.to(asked.language)
    return {
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": key},
        "bearer": {"type": "http", "scheme": "bearer", "description": key},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": asked.service.settings.session_cookie,
            "description": SESSION.to(asked.language),
        },
    }


def ways_in(asked: Asked) -> list[dict[str, list[str]]]:
    """Return the security requirement of what is not for everybody: any of the ways."""
    return [{name: []} for name in security_schemes(asked)]


def is_writable(info: LayerInfo) -> bool:
    """Tell whether anybody can write the layer directly."""
    return not info.definition.second_person


def writing(asked: Asked, operation: Operation, info: LayerInfo | None) -> dict[str, Any]:
    """Return what an operation that writes has beside others: its security, and its body."""
    said: dict[str, Any] = {} if operation.reads else {"security": ways_in(asked)}
    if operation.bodies:
        content = {
            media: {"schema": _one_or_many(asked, info) if info else {"$ref": f"#/components/schemas/{name}"}}
            for media, name in operation.bodies.items()
        }
        said["requestBody"] = {"required": True, "content": content}
    return said


def writing_headers(asked: Asked, operation: Operation) -> list[dict[str, Any]]:
    """Return the header parameters of an operation that writes features."""
    headers: list[dict[str, Any]] = []
    if operation.tag != "editing":
        return headers
    if operation.bodies:
        known = [f"<{uri}>" for uri in offered(asked.service.settings.city.plane_srid)]
        headers.append(_header(asked, "Content-Crs", CONTENT_CRS, {"type": "string", "enum": known}))
    if operation.method == "POST":
        limits = {"type": "string", "minLength": 1, "maxLength": 255}
        headers.append(_header(asked, "Idempotency-Key", IDEMPOTENCY_KEY, limits))
    elif operation.method != "GET":
        headers.append(_header(asked, "If-Match", IF_MATCH, {"type": "string"}))
    return headers


def _header(asked: Asked, name: str, words: Texts, schema: Mapping[str, Any]) -> dict[str, Any]:
    description = words.to(asked.language)
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": dict(schema),
    }


def _one_or_many(asked: Asked, info: LayerInfo) -> dict[str, Any]:
    """Return the schema of a feature of the layer, or of several: without id and links, which the API gives."""
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": {"$ref": "#/components/schemas/geometryGeoJSON"},
            "properties": _properties(asked, info),
        },
    }
    features = {"type": "array", "minItems": 1, "items": feature}
    collection = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {"type": {"type": "string", "enum": ["FeatureCollection"]}, "features": features},
    }
    return {"oneOf": [feature, collection]}


def _properties(asked: Asked, info: LayerInfo) -> dict[str, Any]:
    members = {}
    for field in info.fields:
        schema = field_schema(field) | {"title": field.title.to(asked.language)}
        if not field.required:
            # In OpenAPI 3.0 an enumeration must name null, though the value is nullable.
            schema |= {"nullable": True} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})
        members[field.name] = schema
    required = [f.name for f in info.fields if f.required]
    schema = {"type": "object", "properties": members, "additionalProperties": False}
    return schema | ({"required": required} if required else {})
