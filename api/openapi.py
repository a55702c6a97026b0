"""The OpenAPI 3.0.3 document and the page made from it, both from the table of operations and the catalogue.

Written here rather than by FastAPI, which emits 3.1: strict clients read 3.0 only, and OGC's class is oas30.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from starlette.responses import Response

from api.answers import answer
from api.asked import HTML, Asked
from api.links import OPENAPI, PROBLEM, link
from api.pages import page
from api.schemas import SCHEMAS
from api.service import Operation, Parameter
from api.shapes import field_schema
from gis_core.definition import Texts
from layers.catalogue import LayerInfo

FORMATS = {"json": OPENAPI}
DOCS_FORMATS = {"html": HTML}

TAGS = {
    "capabilities": Texts(ja="この API について", en="About this API"),
    "data": Texts(ja="地物", en="Features"),
    "tiles": Texts(ja="ベクトルタイル", en="Vector tiles"),
    "rasters": Texts(ja="ラスタ", en="Rasters"),
    "search": Texts(ja="検索", en="Search"),
    "operations": Texts(ja="稼働状況", en="Operations"),
}
PATH_PARAMETERS = {
    "collectionId": Texts(ja="レイヤの ID", en="The collection's id"),
    "featureId": Texts(ja="地物の番号", en="The feature's id"),
    "rasterId": Texts(ja="ラスタの ID", en="The raster's id"),
    "tileMatrix": Texts(ja="ズームレベル", en="The tile matrix (zoom level)"),
    "tileRow": Texts(ja="タイルの行（北から）", en="The tile's row, from the north"),
    "tileCol": Texts(ja="タイルの列（西から）", en="The tile's column, from the west"),
}
WHOLE = {"type": "integer", "minimum": 0}
REPLIES = {
    200: Texts(ja="成功", en="Success"),
    204: Texts(ja="空のタイル", en="An empty tile"),
    304: Texts(ja="変わっていない", en="Not modified"),
}


async def openapi(asked: Asked) -> Response:
    """Answer with the document."""

    async def make() -> bytes:
        return orjson.dumps(document(asked))

    key = ("openapi", asked.service.catalogues.generation, asked.viewer, asked.root, asked.language)
    return await answer(asked, await asked.service.cache.get(key, make), media=OPENAPI)


async def docs(asked: Asked) -> Response:
    """Answer with the document as a page to read."""
    content = document(asked)
    links = [link(asked.url("/openapi"), "alternate", OPENAPI)]
    return await page(asked, "docs.html", links, document=content, resolve=lambda p: _resolved(content, p))


def document(asked: Asked) -> dict[str, Any]:
    """Return the OpenAPI document of what the viewer may see, in the asker's language."""
    settings = asked.service.settings
    paths: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for operation in asked.service.operations:
        for path, info in _paths(asked, operation):
            declared = _parameters(asked, operation, info, parameters)
            paths[path] = {"get": _operation(asked, operation, info, path, declared)}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": settings.title.to(asked.language),
            "description": settings.description.to(asked.language),
            "version": settings.version,
            "contact": {"name": settings.city.name["ja"], "url": asked.root.removesuffix("/api")},
        },
        "servers": [{"url": asked.root}],
        "tags": [{"name": n, "description": t.to(asked.language)} for n, t in TAGS.items()],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "parameters": parameters},
    }


def _paths(asked: Asked, operation: Operation) -> list[tuple[str, LayerInfo | None]]:
    """Return the operation's paths: one, or where properties are parameters one for each layer."""
    if not operation.by_property:
        return [(operation.path, None)]
    infos = asked.catalogue.layers.values()
    return [(operation.path.replace("{collectionId}", info.id), info) for info in infos]


def _operation(
    asked: Asked, operation: Operation, info: LayerInfo | None, path: str, parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    summary = operation.summary.to(asked.language)
    title = info.definition.title.to(asked.language) if info else ""
    return {
        "operationId": f"{operation.id}.{info.id}" if info else operation.id,
        "summary": f"{title} – {summary}" if info else summary,
        "description": info.definition.description.to(asked.language) if info else summary,
        "tags": [operation.tag],
        "parameters": parameters,
        "responses": _responses(asked, operation),
    }


def _responses(asked: Asked, operation: Operation) -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    content = {_bare(media): {"schema": _schema(operation, media)} for media in operation.formats.values()}
    replies: dict[str, Any] = {"200": {"description": REPLIES[200].to(asked.language), "content": content}}
    for status in operation.statuses:
        replies[str(status)] = {"description": REPLIES[status].to(asked.language)}
    for code in ("400", "404", "500", "503"):
        replies[code] = {"description": code, "content": problem}
    return replies


def _schema(operation: Operation, media: str) -> dict[str, Any]:
    if operation.schema and "json" in media:
        return {"$ref": f"#/components/schemas/{operation.schema}"}
    return {"type": "string"} if media == HTML else {"type": "string", "format": "binary"}


def _parameters(
    asked: Asked, operation: Operation, info: LayerInfo | None, shared: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the operation's parameters; those that others have too go into `shared` and are referred to."""
    path = operation.path.replace("{collectionId}", info.id) if info else operation.path
    declared = [_path_parameter(asked, name) for name in re.findall(r"{(\w+)}", path)]
    for parameter in operation.parameters:
        key = f"{operation.id}.{parameter.name}" if parameter.name == "limit" else parameter.name
        shared[key] = _query_parameter(asked, parameter)
        declared.append({"$ref": f"#/components/parameters/{key}"})
    shared["lang"] = _language_parameter(asked)
    declared += [_format_parameter(operation), {"$ref": "#/components/parameters/lang"}]
    for field in info.fields if info else ():
        if field.name not in operation.names:
            declared.append(
                {
                    "name": field.name,
                    "in": "query",
                    "description": field.title.to(asked.language),
                    "required": False,
                    "schema": field_schema(field),
                    "style": "form",
                    "explode": False,
                }
            )
    return declared


def _path_parameter(asked: Asked, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = WHOLE
    if name == "collectionId":
        schema = {"type": "string", "enum": [*asked.catalogue.layers]}
    elif name == "rasterId":
        schema = {"type": "string"}
        if asked.catalogue.rasters:
            schema = schema | {"enum": [*asked.catalogue.rasters]}
    description = PATH_PARAMETERS[name].to(asked.language)
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameter(asked: Asked, parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description.to(asked.language),
        "required": parameter.required,
        "schema": dict(parameter.schema),
        "style": "form",
        "explode": False,
    }


def _language_parameter(asked: Asked) -> dict[str, Any]:
    words = Texts(ja="答えの言語", en="The answer's language")
    schema = {"type": "string", "enum": [*asked.service.settings.languages]}
    return _query_parameter(asked, Parameter("lang", words, schema))


def _format_parameter(operation: Operation) -> dict[str, Any]:
    names = [*operation.formats]
    schema = {"type": "string", "enum": names, "default": names[0]}
    return {"name": "f", "in": "query", "description": " / ".join(names), "required": False, "schema": schema}


def _bare(media: str) -> str:
    return media.split("; charset")[0]


def _resolved(content: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: dict[str, Any] = content["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
    return found
