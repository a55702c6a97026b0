"""The table of everything that can be read, and the endpoint that each entry becomes.

Routes, the check for unknown parameters and the OpenAPI document all come from this one table. The endpoints
are plain ASGI: FastAPI's own parameter handling would cost more than the query behind most of them.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import (
    catalog,
    changes,
    collections,
    declared,
    errors,
    features,
    openapi,
    rasters,
    search,
    status,
    tiles,
    tilesets,
)
from api.answers import BASE_HEADERS
from api.asked import Asked
from api.links import JSON_SCHEMA
from api.service import Operation, Service
from gis_core.definition import Texts
from gis_core.errors import MachizuError, Message, NotFound

QUAD = "WebMercatorQuad"
TILE = "{tileMatrix}/{tileRow}/{tileCol}"
COLLECTION = "/collections/{collectionId}"
SCHEMA_FORMATS = {"json": JSON_SCHEMA}
PREFLIGHT = {
    **BASE_HEADERS,
    "allow": errors.METHODS,
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
}


def _texts(ja: str, en: str) -> Texts:
    return Texts(ja=ja, en=en)


# The busiest first: routes are tried in this order.
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "getTile", f"{COLLECTION}/tiles/{QUAD}/{TILE}", "tiles", _texts("ベクトルタイル", "A vector tile"),
        tiles.tile, tiles.FORMATS, None, (declared.REVISION,), any_query=True, statuses=(204, 304),
    ),
    Operation(
        "getFeatures", f"{COLLECTION}/items", "data", _texts("地物の一覧", "Features"),
        features.items, features.FORMATS, "featureCollectionGeoJSON",
        (declared.LIMIT, declared.BBOX, declared.BBOX_CRS, declared.CRS, declared.DATETIME, declared.AT, declared.CURSOR), by_property=True, statuses=(304,),
    ),
    Operation(
        "getFeature", f"{COLLECTION}/items/{{featureId}}", "data", _texts("地物", "A feature"),
        features.item, features.FORMATS, "featureGeoJSON", (declared.CRS, declared.AT), statuses=(304,),
    ),
    Operation(
        "getChanges", f"{COLLECTION}/changes", "data", _texts("変更の一覧", "Changes"),
        changes.changes, changes.FORMATS, "changes",
        (declared.SINCE, declared.CHANGES_LIMIT, declared.CURSOR), statuses=(304,),
    ),
    Operation(
        "getRasterTile", f"/rasters/{{rasterId}}/tiles/{QUAD}/{TILE}.png", "rasters",
        _texts("凡例の色のタイル", "A tile in the legend's colours"),
        rasters.tile, rasters.TILE_FORMATS, None, (declared.REVISION,), any_query=True, statuses=(304,),
    ),
    Operation(
        "getRasterValue", "/rasters/{rasterId}/value", "rasters", _texts("地点の値", "The value at a point"),
        rasters.value, rasters.FORMATS, "rasterValue", (declared.LONGITUDE, declared.LATITUDE), statuses=(304,),
    ),
    Operation(
        "search", "/search", "search", _texts("名称・よみ・住所で探す", "Search by name, reading or address"),
        search.search, search.FORMATS, "featureCollectionGeoJSON", (declared.TEXT, declared.SEARCH_LIMIT),
    ),
    Operation(
        "getLandingPage", "/", "capabilities", _texts("トップ", "Landing page"),
        collections.landing, collections.FORMATS, "landingPage",
    ),
    Operation(
        "getConformance", "/conformance", "capabilities", _texts("適合する規格", "Conformance classes"),
        collections.conformance, collections.FORMATS, "confClasses",
    ),
    Operation(
        "getCollections", "/collections", "capabilities", _texts("レイヤの一覧", "Collections"),
        collections.collections, collections.FORMATS, "collections",
    ),
    Operation(
        "getCollection", COLLECTION, "capabilities", _texts("レイヤ", "A collection"),
        collections.collection, collections.FORMATS, "collection",
    ),
    Operation(
        "getQueryables", f"{COLLECTION}/queryables", "capabilities", _texts("絞り込める項目", "Queryables"),
        collections.queryables, SCHEMA_FORMATS, "jsonSchema",
    ),
    Operation(
        "getSchema", f"{COLLECTION}/schema", "capabilities", _texts("地物のスキーマ", "The schema of the features"),
        collections.schema, SCHEMA_FORMATS, "jsonSchema",
    ),
    Operation(
        "getTileSets", f"{COLLECTION}/tiles", "tiles", _texts("タイルセットの一覧", "Tilesets"),
        tilesets.tilesets, tilesets.FORMATS, "tileSets",
    ),
    Operation(
        "getTileSet", f"{COLLECTION}/tiles/{QUAD}", "tiles", _texts("タイルセット", "A tileset"),
        tilesets.tileset, tilesets.FORMATS, "tileSet",
    ),
    Operation(
        "getTileJson", f"{COLLECTION}/tiles/{QUAD}/tilejson.json", "tiles", _texts("TileJSON", "TileJSON"),
        tilesets.tilejson, tilesets.FORMATS, "tileJson",
    ),
    Operation(
        "getTileMatrixSets", "/tileMatrixSets", "tiles", _texts("タイル座標系の一覧", "Tile matrix sets"),
        tilesets.matrix_sets, tilesets.FORMATS, "tileMatrixSets",
    ),
    Operation(
        "getTileMatrixSet", f"/tileMatrixSets/{QUAD}", "tiles", _texts("タイル座標系", "A tile matrix set"),
        tilesets.matrix_set, tilesets.FORMATS, "tileMatrixSet",
    ),
    Operation(
        "getRasters", "/rasters", "rasters", _texts("ラスタの一覧", "Rasters"),
        rasters.rasters, rasters.FORMATS, "rasters",
    ),
    Operation(
        "getRaster", "/rasters/{rasterId}", "rasters", _texts("ラスタ", "A raster"),
        rasters.raster, rasters.FORMATS, "raster",
    ),
    Operation(
        "getCatalog", "/catalog", "capabilities", _texts("公開データの目録（DCAT）", "The catalogue of open data (DCAT)"),
        catalog.catalog, catalog.FORMATS, "catalog",
    ),
    Operation(
        "getOpenApi", "/openapi", "capabilities", _texts("この API の定義", "The definition of this API"),
        openapi.openapi, openapi.FORMATS, "openapi",
    ),
    Operation(
        "getDocs", "/docs", "capabilities", _texts("この API の説明", "The documentation of this API"),
        openapi.docs, openapi.DOCS_FORMATS,
    ),
    Operation(
        "getLive", "/health/live", "operations", _texts("動いているか", "Is it alive"),
        status.live, status.FORMATS, "health",
    ),
    Operation(
        "getReady", "/health/ready", "operations", _texts("答えられるか", "Is it ready"),
        status.ready, status.FORMATS, "health",
    ),
    Operation(
        "getStatus", "/status", "operations", _texts("データの状態", "The state of the data"),
        status.status, status.FORMATS, "status",
    ),
)  # fmt: skip


class Endpoint:
    """Runs one operation: checks the request, calls the handler, turns every failure into a problem."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self._service = service
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = Asked(scope, self._service, self._operation)
        response = await self._answer(asked, scope["method"])
        await response(scope, receive, send)

    async def _answer(self, asked: Asked, method: str) -> Response:
        try:
            if method == "OPTIONS":
                return Response(None, 204, PREFLIGHT)
            if method not in ("GET", "HEAD"):
                raise errors.MethodNotAllowed(
                    Message("読み取り（GET）だけができます。", "Only reading (GET) is possible.")
                )
            asked.check()
            return await self._operation.handler(asked)
        except MachizuError as error:
            return errors.problem(error, asked.language)
        except Exception as error:
            return errors.problem(errors.unexpected(error, asked.scope["path"]), asked.language)


async def nowhere(asked: Asked) -> Response:
    """Raise `NotFound` for every address below `/api` that is none of the others."""
    raise NotFound(
        Message(
            "この API にその住所はありません。/api/ から辿ってください。",
            "This API has no such address. Start from /api/.",
        )
    )


def routes(service: Service) -> list[Route]:
    """Return the routes below `/api`; all methods go to the endpoint, which knows what to say to each."""
    elsewhere = Operation("nowhere", "/{rest:path}", "", Texts(ja=""), nowhere, {"json": "application/json"})
    made = [Route(f"/api{o.path}", Endpoint(service, o), name=o.id) for o in service.operations]
    landing = next(o for o in service.operations if o.path == "/")
    return [
        *made,
        Route("/api", Endpoint(service, landing), name="landing"),
        Route(f"/api{elsewhere.path}", Endpoint(service, elsewhere), name=elsewhere.id),
    ]
