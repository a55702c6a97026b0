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
from api.exposure_schema import EXPOSURE_SCHEMAS
from api.links import OPENAPI, PROBLEM, link
from api.matrixsets import grids
from api.openapi_writing import is_writable, security_schemes, ways_in, writing, writing_headers
from api.pages import page
from api.place_schema import PLACE_SCHEMAS
from api.schemas import SCHEMAS
from api.service import Operation, Parameter
from api.shapes import field_schema
from api.ways_schema import WAY_SCHEMAS
from gis_core.definition import Texts
from layers.catalogue import LayerInfo
from layers.filters import ID
from layers.hazards import hazards_of

FORMATS = {"json": OPENAPI}
DOCS_FORMATS = {"html": HTML}

TAGS = {
    "capabilities": Texts(ja="この API について", en="About this API"),
    "data": Texts(ja="地物", en="Features"),
    "tiles": Texts(ja="ベクトルタイル", en="Vector tiles"),
    "rasters": Texts(ja="ラスタ", en="Rasters"),
    "exposure": Texts(ja="影響を受けるもの", en="What a hazard affects"),
    "search": Texts(ja="検索", en="Search"),
    "live": Texts(ja="いまの状況", en="What holds now"),
    "editing": Texts(ja="地物の編集", en="Editing features"),
    "webhooks": Texts(ja="変更の通知先", en="Webhooks"),
    "operations": Texts(ja="稼働状況", en="Operations"),
}
PATH_PARAMETERS = {
    "collectionId": Texts(ja="レイヤの ID", en="The collection's id"),
    "featureId": Texts(ja="地物の番号", en="The feature's id"),
    "webhookId": Texts(ja="通知先の番号", en="The webhook's number"),
    "alertId": Texts(ja="警報の番号", en="The alert's id"),
    "hazardId": Texts(ja="ハザードのレイヤの ID", en="The hazard layer's id"),
    "rasterId": Texts(ja="ラスタの ID", en="The raster's id"),
    "tileMatrixSetId": Texts(ja="タイル座標系", en="The tile matrix set"),
    "tileMatrix": Texts(ja="ズームレベル", en="The tile matrix (zoom level)"),
    "tileRow": Texts(ja="タイルの行（北から）", en="The tile's row, from the north"),
    "tileCol": Texts(ja="タイルの列（西から）", en="The tile's column, from the west"),
}
WHOLE = {"type": "integer", "minimum": 0}
# The same names with other meanings or bounds from operation to operation.
VARYING = ("limit", "q", "types", "from", "class")
DELETED = Texts(ja="取り除いた", en="Deleted")
REPLIES = {
    200: Texts(ja="成功", en="Success"),
    204: Texts(ja="空のタイル", en="An empty tile"),
    201: Texts(ja="加えた", en="Created"),
    304: Texts(ja="変わっていない", en="Not modified"),
    400: Texts(ja="リクエストが正しくない", en="Bad request"),
    401: Texts(ja="鍵がない、または使えない", en="No key, or one that is not valid"),
    403: Texts(ja="許可されていない", en="Forbidden"),
    404: Texts(ja="見つからない", en="Not found"),
    409: Texts(ja="今の状態では変えられない", en="The state of the layer does not allow it"),
    412: Texts(ja="読んだ後に変わっている（If-Match）", en="Changed since it was read (If-Match)"),
    413: Texts(ja="本文が大きすぎる", en="The body is too large"),
    415: Texts(ja="Content-Type が違う", en="Unsupported media type"),
    422: Texts(
        ja="Idempotency-Key が別の内容に使われた", en="The Idempotency-Key was used for other content"
    ),
    429: Texts(ja="要求が多すぎる（Retry-After を待つ）", en="Too many requests (wait for Retry-After)"),
    500: Texts(ja="サーバーのエラー", en="Internal server error"),
    503: Texts(ja="一時的に利用できない", en="Temporarily unavailable"),
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
            methods = paths.setdefault(path, {})
            methods[operation.method.lower()] = _operation(asked, operation, info, declared)
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
        # Reading needs nothing; whoever shows who he is may see more.
        "security": [{}, *ways_in(asked)],
        "components": {
            "schemas": SCHEMAS | PLACE_SCHEMAS | EXPOSURE_SCHEMAS | WAY_SCHEMAS,
            "parameters": parameters,
            "securitySchemes": security_schemes(asked),
        },
    }


def _paths(asked: Asked, operation: Operation) -> list[tuple[str, LayerInfo | None]]:
    """Return the operation's paths: one, or where properties are parameters one for each layer."""
    if not (operation.by_property or operation.by_layer):
        return [(operation.path, None)]
    infos = [i for i in asked.catalogue.layers.values() if operation.method == "GET" or is_writable(i)]
    return [(operation.path.replace("{collectionId}", info.id), info) for info in infos]


def _operation(
    asked: Asked, operation: Operation, info: LayerInfo | None, parameters: list[dict[str, Any]]
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
        **(writing(asked, operation, info) if operation.method != "GET" else {}),
    }


def _responses(asked: Asked, operation: Operation) -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    content = {_bare(media): {"schema": _schema(operation, media)} for media in operation.formats.values()}
    done = 200 if operation.reads else {"POST": 201, "DELETE": 204}.get(operation.method, 200)
    replies: dict[str, Any] = {str(done): {"description": _reply(asked, operation, done)}}
    if done != 204:
        replies[str(done)]["content"] = content
    writing = () if operation.reads else (401, 403)
    for status in sorted({*operation.statuses, *writing, 400, 401, 404, 429, 500, 503}):
        replies[str(status)] = {"description": _reply(asked, operation, status)}
        if status >= 400:
            replies[str(status)]["content"] = problem
    return replies


def _reply(asked: Asked, operation: Operation, status: int) -> str:
    if status == 204 and operation.method == "DELETE":
        return DELETED.to(asked.language)
    return REPLIES[status].to(asked.language)


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
        key = f"{operation.id}.{parameter.name}" if parameter.name in VARYING else parameter.name
        shared[key] = _query_parameter(asked, parameter)
        declared.append({"$ref": f"#/components/parameters/{key}"})
    declared += writing_headers(asked, operation)
    shared["lang"] = _language_parameter(asked)
    declared += [_format_parameter(operation), {"$ref": "#/components/parameters/lang"}]
    for field in (ID, *info.fields) if info and operation.by_property else ():
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
    elif name == "tileMatrixSetId":
        schema = {"type": "string", "enum": [*grids(asked.service.settings)]}
    elif name == "hazardId":
        hazards = [hazard.id for hazard in hazards_of(asked.catalogue)]
        schema = {"type": "string"} | ({"enum": hazards} if hazards else {})
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
