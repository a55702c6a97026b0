"""The table of everything that can be asked, and the endpoint that each address becomes.

Routes, the check for unknown parameters and the OpenAPI document all come from this one table. The endpoints
are plain ASGI: FastAPI's own parameter handling would cost more than the query behind most of them.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from api import (
    aggregates,
    catalog,
    changes,
    collections,
    declared,
    exposure,
    features,
    matrixsets,
    nearest,
    openapi,
    operating,
    place,
    raster_analysis,
    raster_tilejson,
    rasters,
    search,
    situations,
    status,
    stream,
    tiles,
    tilesets,
    ways,
    webhooks,
    wmts,
    writes,
)
from api.asked import Asked
from api.endpoint import Endpoint
from api.links import JSON, JSON_SCHEMA
from api.service import Operation, Service
from gis_core.definition import Texts
from gis_core.errors import Message, NotFound

QUAD = "WebMercatorQuad"
MATRIX_SET = "{tileMatrixSetId}"
TILE = "{tileMatrix}/{tileRow}/{tileCol}"
COLLECTION = "/collections/{collectionId}"
SCHEMA_FORMATS = {"json": JSON_SCHEMA}


def _texts(ja: str, en: str) -> Texts:
    return Texts(ja=ja, en=en)


# The busiest first: routes are tried in this order.
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "getTile", f"{COLLECTION}/tiles/{MATRIX_SET}/{TILE}", "tiles", _texts("ベクトルタイル", "A vector tile"),
        tiles.tile, tiles.FORMATS, None, (declared.REVISION, declared.DATETIME), any_query=True,
        statuses=(204, 304), counted=False,
    ),
    Operation(
        "getDatasetTile", f"/tiles/{MATRIX_SET}/{TILE}", "tiles",
        _texts("いくつものレイヤのベクトルタイル", "A vector tile of several layers"),
        tiles.dataset_tile, tiles.FORMATS, None, (declared.COLLECTIONS, declared.DATETIME), any_query=True,
        statuses=(204, 304), counted=False,
    ),
    Operation(
        "getFeatures", f"{COLLECTION}/items", "data", _texts("地物の一覧", "Features"),
        features.items, features.ITEMS_FORMATS, "featureCollectionGeoJSON",
        declared.ITEMS, by_property=True, statuses=(304,),
        long=True, files=True,
    ),
    Operation(
        "getFeature", f"{COLLECTION}/items/{{featureId}}", "data", _texts("地物", "A feature"),
        features.item, features.FORMATS, "featureGeoJSON", (declared.CRS, declared.AT, *declared.SELECTION), statuses=(304,),
    ),
    Operation(
        "getChanges", f"{COLLECTION}/changes", "data", _texts("変更の一覧", "Changes"),
        changes.changes, changes.FORMATS, "changes",
        (declared.SINCE, declared.CHANGES_LIMIT, declared.CURSOR), statuses=(304,), long=True,
    ),
    Operation(
        "getRasterTile", f"/rasters/{{rasterId}}/tiles/{QUAD}/{TILE}.png", "rasters",
        _texts("凡例の色のタイル", "A tile in the legend's colours"),
        rasters.tile, rasters.TILE_FORMATS, None, (declared.REVISION, declared.HEIGHTS), any_query=True,
        statuses=(304,), counted=False,
    ),
    Operation(
        "getRasterValue", "/rasters/{rasterId}/value", "rasters", _texts("地点の値", "The value at a point"),
        rasters.value, rasters.FORMATS, "rasterValue", (declared.LONGITUDE, declared.LATITUDE), statuses=(304,),
    ),
    Operation(
        "getRasterProfile", "/rasters/{rasterId}/profile", "rasters", _texts("線に沿った値（断面）", "The values along a line"),
        raster_analysis.profile, raster_analysis.FORMATS, "rasterProfile", (declared.COORDS, declared.SAMPLES),
        statuses=(304,),
    ),
    Operation(
        "getRasterStatistics", "/rasters/{rasterId}/statistics", "rasters",
        _texts("面の中の階級別の面積と値", "Areas by class, and values, in a polygon"),
        raster_analysis.statistics, raster_analysis.FORMATS, "rasterStatistics", (declared.POLYGON,), statuses=(304,),
        long=True,
    ),
    Operation(
        "getNearest", f"{COLLECTION}/nearest", "search", _texts("近い順の地物", "The nearest features"),
        nearest.nearest, nearest.FORMATS, "featureCollectionGeoJSON", declared.NEAREST, by_property=True,
        statuses=(304,), long=True,
    ),
    Operation(
        "getAggregate", f"{COLLECTION}/aggregate", "data", _texts("件数と合計", "Counts and sums"),
        aggregates.aggregate, aggregates.FORMATS, "aggregate", declared.AGGREGATE, by_property=True,
        statuses=(304,), long=True,
    ),
    Operation(
        "search", "/search", "search", _texts("名称・よみ・住所・郵便番号で探す", "Search by name, reading, address or postal code"),
        search.search, search.FORMATS, "featureCollectionGeoJSON",
        (declared.TEXT, declared.SEARCH_LIMIT, declared.KINDS, declared.LAYERS), long=True,
    ),
    Operation(
        "getPlace", "/place", "search",
        _texts("この場所の災害の想定と、近くの使える避難場所", "Hazards at a place, and the nearest usable evacuation sites"),
        place.place, place.FORMATS, "place", declared.PLACE, statuses=(304,), long=True,
    ),
    Operation(
        "getLiveStatus", f"{COLLECTION}/status", "live", _texts("いまの状態", "Live status"),
        situations.live_status, situations.FORMATS, "liveStatus", (declared.AT,), statuses=(304,),
    ),
    Operation(
        "getStatusLog", f"{COLLECTION}/status/log", "live", _texts("状態の記録", "The log of live status"),
        situations.status_log, situations.FORMATS, "liveStatus", declared.LOG, statuses=(304,),
    ),
    Operation(
        "getImage", f"{COLLECTION}/items/{{featureId}}/image", "live", _texts("カメラの最新の画像", "A camera's last good image"),
        situations.image, situations.IMAGE_FORMATS, statuses=(304,),
    ),
    Operation(
        "getAlerts", "/alerts", "live", _texts("発表中の警報など", "Alerts in force"),
        situations.alerts, situations.FORMATS, "alerts", (declared.AT, declared.EXERCISES), statuses=(304,),
    ),
    Operation(
        "getAlert", "/alerts/{alertId}", "live", _texts("警報など", "An alert"),
        situations.alert, situations.ALERT_FORMATS, "alert", statuses=(304,),
    ),
    Operation(
        "getSituations", "/situations", "live", _texts("宣言中の事態", "Declared situations"),
        situations.situations, situations.FORMATS, "situations", (declared.AT,), statuses=(304,),
    ),
    Operation(
        "getStream", "/stream", "live", _texts("変更の知らせ（Server-Sent Events）。Last-Event-ID で続きから", "What changes, as server-sent events; Last-Event-ID goes on where one was"),
        stream.stream, stream.FORMATS, None, (declared.EVENTS, declared.LAYERS),
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
        "getSortables", f"{COLLECTION}/sortables", "capabilities", _texts("並べ替えられる項目", "Sortables"),
        collections.sortables, SCHEMA_FORMATS, "jsonSchema",
    ),
    Operation(
        "getFunctions", "/functions", "capabilities", _texts("filter で使える関数", "Functions for filters"),
        collections.functions, {"json": JSON}, "functions",
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
        "getTileSet", f"{COLLECTION}/tiles/{MATRIX_SET}", "tiles", _texts("タイルセット", "A tileset"),
        tilesets.tileset, tilesets.FORMATS, "tileSet",
    ),
    Operation(
        "getTileJson", f"{COLLECTION}/tiles/{QUAD}/tilejson.json", "tiles", _texts("TileJSON", "TileJSON"),
        tilesets.tilejson, tilesets.FORMATS, "tileJson",
    ),
    Operation(
        "getDatasetTileSets", "/tiles", "tiles",
        _texts("いくつものレイヤのタイルセットの一覧", "Tilesets of several layers"),
        tilesets.dataset_tilesets, tilesets.FORMATS, "tileSets", (declared.COLLECTIONS,),
    ),
    Operation(
        "getDatasetTileSet", f"/tiles/{MATRIX_SET}", "tiles",
        _texts("いくつものレイヤのタイルセット", "A tileset of several layers"),
        tilesets.dataset_tileset, tilesets.FORMATS, "tileSet", (declared.COLLECTIONS,),
    ),
    Operation(
        "getDatasetTileJson", f"/tiles/{QUAD}/tilejson.json", "tiles",
        _texts("いくつものレイヤの TileJSON", "TileJSON of several layers"),
        tilesets.dataset_tilejson, tilesets.FORMATS, "tileJson", (declared.COLLECTIONS,),
    ),
    Operation(
        "getTileMatrixSets", "/tileMatrixSets", "tiles", _texts("タイル座標系の一覧", "Tile matrix sets"),
        matrixsets.matrix_sets, matrixsets.FORMATS, "tileMatrixSets",
    ),
    Operation(
        "getTileMatrixSet", f"/tileMatrixSets/{MATRIX_SET}", "tiles", _texts("タイル座標系", "A tile matrix set"),
        matrixsets.matrix_set, matrixsets.FORMATS, "tileMatrixSet",
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
        "getRasterTileJson", f"/rasters/{{rasterId}}/tiles/{QUAD}/tilejson.json", "rasters", _texts("ラスタの TileJSON", "A raster's TileJSON"),
        raster_tilejson.tilejson, raster_tilejson.FORMATS, "rasterTileJson", (declared.HEIGHTS,),
    ),
    Operation(
        "getWmts", "/wmts/1.0.0/WMTSCapabilities.xml", "rasters", _texts("ラスタの WMTS", "The rasters as WMTS"),
        wmts.capabilities, wmts.FORMATS,
    ),
    Operation(
        "getWay", "/ways", "search", _texts("歩いて行く道のり", "The way on foot"),
        ways.way, ways.FORMATS, "way", declared.WAY, statuses=(304,), long=True,
    ),
    Operation(
        "getReach", "/ways/reach", "search", _texts("歩いて行ける範囲", "How far one comes on foot"),
        ways.reach, ways.FORMATS, "wayReach", declared.WAY_REACH, statuses=(304,), long=True,
    ),
    Operation(
        "getExposure", "/exposure/{hazardId}", "exposure",
        _texts("ハザードの区域にある施設・道路・人口", "Sites, roads and people in the areas of a hazard"),
        exposure.of_hazard, exposure.FORMATS, "exposure", (declared.CLASS, declared.PART), statuses=(304,), long=True,
    ),
    Operation(
        "getAlertExposure", "/exposure", "exposure",
        _texts("警報の区域にある施設・道路・人口", "Sites, roads and people in the area of an alert"),
        exposure.of_alert, exposure.FORMATS, "exposure", (declared.ALERT, declared.PART), statuses=(304,), long=True,
    ),
    Operation(
        "askExposure", "/exposure", "exposure",
        _texts("送った範囲にある施設・道路・人口", "Sites, roads and people in an area that is sent"),
        exposure.of_polygon, exposure.FORMATS, "exposure", (declared.PART,), method="POST", bodies=exposure.BODIES,
        asks=True, statuses=(413, 415), long=True,
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
        status.live, status.FORMATS, "health", counted=False,
    ),
    Operation(
        "getReady", "/health/ready", "operations", _texts("答えられるか", "Is it ready"),
        status.ready, status.FORMATS, "health", counted=False,
    ),
    Operation(
        "getMetrics", "/metrics", "operations", _texts("運用の数値（Prometheus）", "Numbers for Prometheus"),
        operating.metrics, operating.FORMATS, statuses=(403,), counted=False,
    ),
    Operation(
        "createFeatures", f"{COLLECTION}/items", "editing", _texts("地物を加える", "Add features"),
        writes.create, writes.FORMATS, "written", method="POST", bodies=writes.FEATURES, by_layer=True,
        statuses=(409, 413, 415, 422),
    ),
    Operation(
        "replaceFeature", f"{COLLECTION}/items/{{featureId}}", "editing", _texts("地物を置き換える", "Replace a feature"),
        writes.replace, writes.FORMATS, "written", method="PUT", bodies=writes.FEATURES,
        statuses=(409, 412, 413, 415),
    ),
    Operation(
        "updateFeature", f"{COLLECTION}/items/{{featureId}}", "editing", _texts("地物の一部を変える", "Change parts of a feature"),
        writes.update, writes.FORMATS, "written", method="PATCH", bodies=writes.PATCHES,
        statuses=(409, 412, 413, 415),
    ),
    Operation(
        "deleteFeature", f"{COLLECTION}/items/{{featureId}}", "editing", _texts("地物を取り除く", "Delete a feature"),
        writes.remove, writes.FORMATS, None, method="DELETE", statuses=(409, 412),
    ),
    Operation(
        "getWebhooks", "/webhooks", "webhooks", _texts("通知先の一覧", "The webhooks"),
        webhooks.listing, webhooks.FORMATS, "webhooks", statuses=(403,),
    ),
    Operation(
        "addWebhook", "/webhooks", "webhooks", _texts("通知先を加える", "Add a webhook"),
        webhooks.add, webhooks.FORMATS, "addedWebhook", method="POST", bodies=webhooks.BODIES,
        statuses=(413, 415),
    ),
    Operation(
        "removeWebhook", "/webhooks/{webhookId}", "webhooks", _texts("通知先を取り除く", "Remove a webhook"),
        webhooks.remove, webhooks.FORMATS, None, method="DELETE",
    ),
    Operation(
        "getStatus", "/status", "operations", _texts("データの状態", "The state of the data"),
        status.status, status.FORMATS, "status",
    ),
)  # fmt: skip


async def nowhere(asked: Asked) -> Response:
    """Raise `NotFound` for every address below `/api` that is none of the others."""
    raise NotFound(
        Message(
            "この API にその住所はありません。/api/ から辿ってください。",
            "This API has no such address. Start from /api/.",
        )
    )


def routes(public: Service, staff: Service) -> list[Route]:
    """Return the routes below `/api`; all methods go to the endpoint, which knows what to say to each.

    `staff` reads what others than the public may see.
    """
    elsewhere = Operation("nowhere", "/{rest:path}", "", Texts(ja=""), nowhere, {"json": "application/json"})
    addresses: dict[str, dict[str, Operation]] = {}
    for operation in (*public.operations, elsewhere):
        addresses.setdefault(operation.path, {})[operation.method] = operation
    addresses[""] = addresses["/"]
    # Everything else comes last.
    addresses[elsewhere.path] = addresses.pop(elsewhere.path)
    return [
        Route(f"/api{path}", Endpoint(public, staff, found), name=next(iter(found.values())).id)
        for path, found in addresses.items()
    ]
