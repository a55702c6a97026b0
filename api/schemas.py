"""The JSON schemas of the answers, in the words of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(required: str = "", **properties: Schema) -> Schema:
    made: Schema = {"type": "object", "properties": properties}
    return made | ({"required": required.split()} if required else {})


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _nullable(schema: Schema) -> Schema:
    return schema | {"nullable": True}


TEXT: Schema = {"type": "string"}
URI: Schema = {"type": "string", "format": "uri"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object"}
LINKS = _list(_ref("link"))
BBOX = _list(NUMBER, minItems=4, maxItems=6)
EXTENT = _object(spatial=_object(bbox=_list(BBOX, minItems=1), crs=URI))
COLOUR: Schema = {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}

TILE_SUMMARY: dict[str, Schema] = {
    "title": TEXT,
    "dataType": {"type": "string", "enum": ["vector", "map", "coverage"]},
    "crs": URI,
    "tileMatrixSetURI": URI,
    "links": LINKS,
}
LITERALS = _list(_object("@language @value", **{"@language": TEXT, "@value": TEXT}), minItems=1)
RASTER_CLASS = _object(
    "color title", minimum=_nullable(NUMBER), maximum=_nullable(NUMBER), color=COLOUR, title=TEXT
)

AGGREGATED: dict[str, Schema] = {
    "count": _nullable(COUNT),
    "sum": {"type": "object", "additionalProperties": _nullable(NUMBER)},
    "suppressed": FLAG | {"description": "True where the values are hidden: too few to be told."},
}
RASTER_STATUS: Schema = {"type": "string", "enum": ["class", "dry", "not_mapped"]}

SCHEMAS: dict[str, Schema] = {
    "link": _object("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT, hreflang=TEXT, templated=FLAG),
    "problem": _object(
        "title status",
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        parameter=TEXT,
        errors=_list(_ref("fault")),
    )
    | {"description": "RFC 9457 problem details; `parameter` names the parameter to blame."},
    "fault": _object(
        "index field rule message",
        index=COUNT | {"description": "The feature's place among those sent, from 0."},
        field=_nullable(TEXT),
        rule=TEXT,
        message=_object("ja en", ja=TEXT, en=TEXT),
    ),
    "written": _object(
        "ids revision warnings",
        ids=_list({"type": "integer"}),
        revision=COUNT | {"description": "The layer's revision that holds the change."},
        warnings=_list(_ref("fault")),
    ),
    "featurePatch": _object(
        type={"type": "string", "enum": ["Feature"]},
        geometry=_ref("geometryGeoJSON"),
        properties=ANY,
    )
    | {"description": "A merge patch (RFC 7396): what is not named stays, null empties."},
    "landingPage": _object("links", title=TEXT, description=TEXT, attribution=TEXT, links=LINKS),
    "confClasses": _object("conformsTo", conformsTo=_list(TEXT)),
    "collections": _object("links collections", links=LINKS, collections=_list(_ref("collection"))),
    "collection": _object(
        "id links",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        itemType=TEXT,
        itemCount=COUNT,
        revision=COUNT,
        updated=_nullable(INSTANT),
        nextDue=_nullable(DAY),
        overdue=FLAG,
        sample=FLAG,
        department=TEXT,
        theme=TEXT,
        license=TEXT,
        attribution=TEXT,
        crs=_list(TEXT),
        storageCrs=TEXT,
        extent=EXTENT,
        links=LINKS,
    ),
    "functions": _object(
        "functions",
        functions=_list(
            _object(
                "name returns",
                name=TEXT,
                description=TEXT,
                args=_list(_object("type", type=_list(TEXT))),
                returns=_list(TEXT),
            )
        ),
        links=LINKS,
    ),
    "jsonSchema": ANY | {"description": "A JSON Schema (2020-12)."},
    "geometryGeoJSON": _object(
        "type coordinates",
        type={
            "type": "string",
            "enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"],
        },
        coordinates=_list({}),
    ),
    "featureGeoJSON": _object(
        "type geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id={"oneOf": [TEXT, {"type": "integer"}]},
        geometry={"allOf": [_ref("geometryGeoJSON")], "nullable": True},
        properties=_nullable(ANY),
        links=LINKS,
    ),
    "featureCollectionGeoJSON": _object(
        "type features",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(_ref("featureGeoJSON")),
        links=LINKS,
        timeStamp=INSTANT,
        numberMatched=COUNT,
        numberMatchedEstimate=COUNT
        | {
            "description": "In place of numberMatched where counting would cost too much: PostgreSQL's guess."
        },
        numberReturned=COUNT,
    ),
    "changes": _object(
        "revision numberReturned changes links",
        revision=COUNT | {"description": "The last revision listed whole; give it as `since` next time."},
        numberReturned=COUNT,
        changes=_list(
            _object(
                "op id revision at",
                op={"type": "string", "enum": ["create", "update", "delete"]},
                id={"type": "integer"},
                revision=COUNT,
                at=INSTANT,
            )
        ),
        links=LINKS,
    ),
    "tileSets": _object(
        "tilesets", links=LINKS, tilesets=_list(_object("dataType crs links", **TILE_SUMMARY))
    ),
    "tileSet": _object(
        "dataType crs links",
        **TILE_SUMMARY,
        boundingBox=_object(
            "lowerLeft upperRight", lowerLeft=_list(NUMBER), upperRight=_list(NUMBER), crs=URI
        ),
        tileMatrixSetLimits=_list(
            _object(
                "tileMatrix minTileRow maxTileRow minTileCol maxTileCol",
                tileMatrix=TEXT,
                minTileRow=COUNT,
                maxTileRow=COUNT,
                minTileCol=COUNT,
                maxTileCol=COUNT,
            )
        ),
        layers=_list(
            _object(
                "id dataType",
                id=TEXT,
                title=TEXT,
                dataType=TEXT,
                geometryDimension=COUNT,
                minTileMatrix=TEXT,
                maxTileMatrix=TEXT,
                propertiesSchema=ANY,
                links=LINKS,
            )
        ),
    ),
    "tileJson": _object(
        "tilejson tiles vector_layers",
        tilejson=TEXT,
        name=TEXT,
        description=TEXT,
        version=TEXT,
        attribution=TEXT,
        scheme=TEXT,
        tiles=_list(TEXT, minItems=1),
        minzoom=COUNT,
        maxzoom=COUNT,
        bounds=BBOX,
        center=_list(NUMBER),
        vector_layers=_list(
            _object("id fields", id=TEXT, description=TEXT, minzoom=COUNT, maxzoom=COUNT, fields=ANY)
        ),
    ),
    "rasterTileJson": _object(
        "tilejson tiles",
        tilejson=TEXT,
        name=TEXT,
        description=TEXT,
        version=TEXT,
        attribution=TEXT,
        scheme=TEXT,
        tiles=_list(TEXT, minItems=1),
        tileSize=COUNT,
        minzoom=COUNT,
        maxzoom=COUNT,
        bounds=BBOX,
        center=_list(NUMBER),
        encoding=TEXT,
    ),
    "tileMatrixSets": _object(
        "tileMatrixSets",
        links=LINKS,
        tileMatrixSets=_list(_object("id links", id=TEXT, title=TEXT, uri=URI, crs=URI, links=LINKS)),
    ),
    "tileMatrixSet": _object(
        "id crs tileMatrices",
        id=TEXT,
        title=TEXT,
        uri=URI,
        crs=URI,
        orderedAxes=_list(TEXT),
        tileMatrices=_list(ANY),
    ),
    "rasters": _object("rasters", links=LINKS, rasters=_list(_ref("raster"))),
    "raster": _object(
        "id unit classes extent tiles links",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        theme=TEXT,
        unit=TEXT,
        opacity=NUMBER,
        classes=_list(RASTER_CLASS),
        extent=EXTENT,
        revision=COUNT,
        updated=_nullable(INSTANT),
        nextDue=_nullable(DAY),
        overdue=FLAG,
        sample=FLAG,
        department=TEXT,
        license=_nullable(TEXT),
        attribution=_nullable(TEXT),
        tiles=_list(TEXT),
        links=LINKS,
    ),
    "rasterValue": _object(
        "id value unit nodata status class",
        **{
            "id": TEXT,
            "title": TEXT,
            "longitude": NUMBER,
            "latitude": NUMBER,
            "value": _nullable(NUMBER),
            "exact": FLAG,
            "unit": TEXT,
            "nodata": FLAG,
            "status": RASTER_STATUS,
            "class": _nullable(RASTER_CLASS),
            "description": TEXT,
        },
    ),
    "rasterProfile": _object(
        "id unit exact length points links",
        id=TEXT,
        title=TEXT,
        unit=TEXT,
        exact=FLAG,
        length=NUMBER,
        minimum=_nullable(NUMBER),
        maximum=_nullable(NUMBER),
        points=_list(
            _object(
                "distance longitude latitude value status",
                distance=NUMBER,
                longitude=NUMBER,
                latitude=NUMBER,
                value=_nullable(NUMBER),
                status=RASTER_STATUS,
                color=_nullable(COLOUR),
            )
        ),
        links=LINKS,
    ),
    "rasterStatistics": _object(
        "id unit exact area notMapped inNoClass classes minimum maximum mean links",
        id=TEXT,
        title=TEXT,
        unit=TEXT,
        exact=FLAG,
        area=NUMBER,
        notMapped=NUMBER,
        notMappedShare=NUMBER,
        inNoClass=NUMBER,
        classes=_list(
            RASTER_CLASS | {"properties": {**RASTER_CLASS["properties"], "area": NUMBER, "share": NUMBER}}
        ),
        minimum=_nullable(NUMBER),
        maximum=_nullable(NUMBER),
        mean=_nullable(NUMBER),
        pixelSize=NUMBER,
        links=LINKS,
    ),
    "aggregate": _object(
        "collection by groups total links",
        collection=TEXT,
        by=_nullable(TEXT),
        groups=_list(_object("value count sum", value={"nullable": True}, title=TEXT, **AGGREGATED)),
        total=_object("count sum", **AGGREGATED),
        links=LINKS,
    ),
    "liveStatus": _object(
        "collection numberReturned last entries links",
        collection=TEXT,
        numberReturned=COUNT,
        last=COUNT | {"description": "The newest entry; give it as `after` to go on in the log."},
        entries=_list(
            _object(
                "id feature source state at values",
                id=COUNT,
                feature={"type": "integer"},
                source=TEXT,
                state=TEXT,
                at=INSTANT,
                values=ANY,
            )
        ),
        links=LINKS,
    ),
    "alerts": _object(
        "numberReturned expires alerts links",
        numberReturned=COUNT,
        expires=_nullable(INSTANT),
        alerts=_list(_ref("alert")),
        links=LINKS,
    ),
    "alert": _object(
        "id source identifier status message_type event name headline areas sent effective expires area",
        id=COUNT,
        source=TEXT,
        identifier=TEXT,
        sender=TEXT,
        series=TEXT,
        status={"type": "string", "enum": ["actual", "exercise", "test"]},
        message_type={"type": "string", "enum": ["alert", "update", "cancel"]},
        category=TEXT,
        event=TEXT,
        kind=TEXT,
        name=ANY,
        level=_nullable(COUNT),
        severity=TEXT,
        urgency=TEXT,
        certainty=TEXT,
        headline=ANY,
        description=ANY,
        instruction=ANY,
        areas=_list(ANY),
        sent=INSTANT,
        effective=INSTANT,
        expires=_nullable(INSTANT),
        superseded_at=_nullable(INSTANT),
        refers_to=_list(TEXT),
        published_at=INSTANT,
        area=_nullable(ANY) | {"description": "GeoJSON; null where the whole city is meant."},
    ),
    "situations": _object(
        "situations links",
        situations=_list(
            _object("id name opened closed", id=COUNT, name=TEXT, opened=INSTANT, closed=_nullable(INSTANT))
        ),
        links=LINKS,
    ),
    "newWebhook": _object(
        "url layers",
        url=URI,
        layers=_list(TEXT, minItems=1),
        secret=TEXT | {"description": "whsec_ and 24 to 64 bytes in Base64; made where it is left out."},
    )
    | {"additionalProperties": False},
    "addedWebhook": _object("webhook secret", webhook=COUNT, secret=TEXT),
    "webhooks": _object(
        "webhooks",
        webhooks=_list(
            _object(
                "webhook url layers state told",
                webhook=COUNT,
                url=TEXT,
                layers=_list(TEXT),
                state={"type": "string", "enum": ["idle", "waiting", "dead"]},
                told=ANY | {"description": "The revision that the receiver knows, by layer."},
                created_by=TEXT,
                created_at=INSTANT,
                dead_at=_nullable(INSTANT),
                delivery=_nullable(ANY),
            )
        ),
    )
    | {"description": "Messages are signed as the Standard Webhooks specification says."},
    "health": _object("status", status=TEXT),
    "status": _object(
        "name version layers rasters",
        name=TEXT,
        version=TEXT,
        city=_object(code=TEXT, name=TEXT),
        layers=_list(
            _object("id revision", id=TEXT, revision=COUNT, itemCount=COUNT, updated=_nullable(INSTANT))
        ),
        rasters=_list(_object("id revision", id=TEXT, revision=COUNT, updated=_nullable(INSTANT))),
        links=LINKS,
    ),
    "catalog": {"oneOf": [_ref("dcatCatalog"), _ref("dataJson")]},
    "dcatCatalog": _object(
        "@context @id @type dct:title dct:description dct:publisher dcat:dataset",
        **{
            "@context": ANY,
            "@id": URI,
            "@type": {"type": "string", "enum": ["dcat:Catalog"]},
            "dct:title": LITERALS,
            "dct:description": LITERALS,
            "dct:publisher": ANY,
            "dct:modified": ANY,
            "dcat:service": _list(ANY),
            "dcat:dataset": _list(
                _object(
                    "@id @type dct:identifier dct:title dct:description dct:publisher dcat:distribution",
                    **{
                        "@id": URI,
                        "@type": {"type": "string", "enum": ["dcat:Dataset"]},
                        "dct:identifier": TEXT,
                        "dct:title": LITERALS,
                        "dct:description": LITERALS,
                        "dct:publisher": ANY,
                        "dcat:contactPoint": ANY,
                        "dct:license": ANY,
                        "dct:spatial": ANY,
                        "dct:issued": ANY,
                        "dct:modified": ANY,
                        "dct:accrualPeriodicity": ANY,
                        "dct:provenance": ANY,
                        "dct:conformsTo": _list(ANY),
                        "dcat:distribution": _list(
                            _object("@type dcat:accessURL", **{"@type": TEXT, "dcat:accessURL": ANY})
                        ),
                    },
                )
            ),
        },
    )
    | {"description": "DCAT 3 as JSON-LD; texts carry their language."},
    "dataJson": _object(
        "@type conformsTo dataset",
        **{
            "@context": URI,
            "@id": URI,
            "@type": TEXT,
            "conformsTo": URI,
            "describedBy": URI,
            "dataset": _list(
                _object(
                    "identifier title description keyword accessLevel publisher contactPoint",
                    identifier=TEXT,
                    title=TEXT,
                    description=TEXT,
                    keyword=_list(TEXT, minItems=1),
                    accessLevel={"type": "string", "enum": ["public"]},
                    publisher=ANY,
                    contactPoint=ANY,
                    modified=INSTANT,
                    issued=INSTANT,
                    accrualPeriodicity=TEXT,
                    license=URI,
                    rights=TEXT,
                    spatial=TEXT,
                    distribution=_list(ANY),
                )
            ),
        },
    )
    | {"description": "Project Open Data metadata 1.1, with f=datajson."},
    "openapi": _object("openapi info paths", openapi=TEXT, info=ANY, paths=ANY),
}
