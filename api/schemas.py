"""The JSON schemas of the answers, in the words of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def object_of(required: str = "", **properties: Schema) -> Schema:
    """Return the schema of an object; `required` names the members that are always there, separated by blanks."""
    made: Schema = {"type": "object", "properties": properties}
    return made | ({"required": required.split()} if required else {})


def list_of(items: Schema, **more: Any) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items, **more}


def ref(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """Return the schema of the same or null."""
    return schema | {"nullable": True}


TEXT: Schema = {"type": "string"}
URI: Schema = {"type": "string", "format": "uri"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object"}
LINKS = list_of(ref("link"))
BBOX = list_of(NUMBER, minItems=4, maxItems=6)
EXTENT = object_of(spatial=object_of(bbox=list_of(BBOX, minItems=1), crs=URI))
COLOUR: Schema = {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}

TILE_SUMMARY: dict[str, Schema] = {
    "title": TEXT,
    "dataType": {"type": "string", "enum": ["vector", "map", "coverage"]},
    "crs": URI,
    "tileMatrixSetURI": URI,
    "links": LINKS,
}
LITERALS = list_of(object_of("@language @value", **{"@language": TEXT, "@value": TEXT}), minItems=1)
RASTER_CLASS = object_of(
    "color title", minimum=nullable(NUMBER), maximum=nullable(NUMBER), color=COLOUR, title=TEXT
)

AGGREGATED: dict[str, Schema] = {
    "count": nullable(COUNT),
    "sum": {"type": "object", "additionalProperties": nullable(NUMBER)},
    "suppressed": FLAG | {"description": "True where the values are hidden: too few to be told."},
}
RASTER_STATUS: Schema = {"type": "string", "enum": ["class", "dry", "not_mapped"]}

SCHEMAS: dict[str, Schema] = {
    "link": object_of("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT, hreflang=TEXT, templated=FLAG),
    "problem": object_of(
        "title status",
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        parameter=TEXT,
        errors=list_of(ref("fault")),
    )
    | {"description": "RFC 9457 problem details; `parameter` names the parameter to blame."},
    "fault": object_of(
        "index field rule message",
        index=COUNT | {"description": "The feature's place among those sent, from 0."},
        field=nullable(TEXT),
        rule=TEXT,
        message=object_of("ja en", ja=TEXT, en=TEXT),
    ),
    "written": object_of(
        "ids revision warnings",
        ids=list_of({"type": "integer"}),
        revision=COUNT | {"description": "The layer's revision that holds the change."},
        warnings=list_of(ref("fault")),
    ),
    "featurePatch": object_of(
        type={"type": "string", "enum": ["Feature"]},
        geometry=ref("geometryGeoJSON"),
        properties=ANY,
    )
    | {"description": "A merge patch (RFC 7396): what is not named stays, null empties."},
    "landingPage": object_of("links", title=TEXT, description=TEXT, attribution=TEXT, links=LINKS),
    "confClasses": object_of("conformsTo", conformsTo=list_of(TEXT)),
    "collections": object_of("links collections", links=LINKS, collections=list_of(ref("collection"))),
    "collection": object_of(
        "id links",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        itemType=TEXT,
        itemCount=COUNT,
        revision=COUNT,
        updated=nullable(INSTANT),
        nextDue=nullable(DAY),
        overdue=FLAG,
        sample=FLAG,
        department=TEXT,
        theme=TEXT,
        license=TEXT,
        attribution=TEXT,
        crs=list_of(TEXT),
        storageCrs=TEXT,
        extent=EXTENT,
        links=LINKS,
    ),
    "functions": object_of(
        "functions",
        functions=list_of(
            object_of(
                "name returns",
                name=TEXT,
                description=TEXT,
                args=list_of(object_of("type", type=list_of(TEXT))),
                returns=list_of(TEXT),
            )
        ),
        links=LINKS,
    ),
    "jsonSchema": ANY | {"description": "A JSON Schema (2020-12)."},
    "geometryGeoJSON": object_of(
        "type coordinates",
        type={
            "type": "string",
            "enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"],
        },
        coordinates=list_of({}),
    ),
    "featureGeoJSON": object_of(
        "type geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id={"oneOf": [TEXT, {"type": "integer"}]},
        geometry={"allOf": [ref("geometryGeoJSON")], "nullable": True},
        properties=nullable(ANY),
        links=LINKS,
    ),
    "featureCollectionGeoJSON": object_of(
        "type features",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=list_of(ref("featureGeoJSON")),
        links=LINKS,
        timeStamp=INSTANT,
        numberMatched=COUNT,
        numberMatchedEstimate=COUNT
        | {
            "description": "In place of numberMatched where counting would cost too much: PostgreSQL's guess."
        },
        numberReturned=COUNT,
    ),
    "changes": object_of(
        "revision numberReturned changes links",
        revision=COUNT | {"description": "The last revision listed whole; give it as `since` next time."},
        numberReturned=COUNT,
        changes=list_of(
            object_of(
                "op id revision at",
                op={"type": "string", "enum": ["create", "update", "delete"]},
                id={"type": "integer"},
                revision=COUNT,
                at=INSTANT,
            )
        ),
        links=LINKS,
    ),
    "tileSets": object_of(
        "tilesets", links=LINKS, tilesets=list_of(object_of("dataType crs links", **TILE_SUMMARY))
    ),
    "tileSet": object_of(
        "dataType crs links",
        **TILE_SUMMARY,
        boundingBox=object_of(
            "lowerLeft upperRight", lowerLeft=list_of(NUMBER), upperRight=list_of(NUMBER), crs=URI
        ),
        tileMatrixSetLimits=list_of(
            object_of(
                "tileMatrix minTileRow maxTileRow minTileCol maxTileCol",
                tileMatrix=TEXT,
                minTileRow=COUNT,
                maxTileRow=COUNT,
                minTileCol=COUNT,
                maxTileCol=COUNT,
            )
        ),
        layers=list_of(
            object_of(
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
    "tileJson": object_of(
        "tilejson tiles vector_layers",
        tilejson=TEXT,
        name=TEXT,
        description=TEXT,
        version=TEXT,
        attribution=TEXT,
        scheme=TEXT,
        tiles=list_of(TEXT, minItems=1),
        minzoom=COUNT,
        maxzoom=COUNT,
        bounds=BBOX,
        center=list_of(NUMBER),
        vector_layers=list_of(
            object_of("id fields", id=TEXT, description=TEXT, minzoom=COUNT, maxzoom=COUNT, fields=ANY)
        ),
    ),
    "rasterTileJson": object_of(
        "tilejson tiles",
        tilejson=TEXT,
        name=TEXT,
        description=TEXT,
        version=TEXT,
        attribution=TEXT,
        scheme=TEXT,
        tiles=list_of(TEXT, minItems=1),
        tileSize=COUNT,
        minzoom=COUNT,
        maxzoom=COUNT,
        bounds=BBOX,
        center=list_of(NUMBER),
        encoding=TEXT,
    ),
    "tileMatrixSets": object_of(
        "tileMatrixSets",
        links=LINKS,
        tileMatrixSets=list_of(object_of("id links", id=TEXT, title=TEXT, uri=URI, crs=URI, links=LINKS)),
    ),
    "tileMatrixSet": object_of(
        "id crs tileMatrices",
        id=TEXT,
        title=TEXT,
        uri=URI,
        crs=URI,
        orderedAxes=list_of(TEXT),
        tileMatrices=list_of(ANY),
    ),
    "rasters": object_of("rasters", links=LINKS, rasters=list_of(ref("raster"))),
    "raster": object_of(
        "id unit classes extent tiles links",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        theme=TEXT,
        unit=TEXT,
        opacity=NUMBER,
        classes=list_of(RASTER_CLASS),
        extent=EXTENT,
        revision=COUNT,
        updated=nullable(INSTANT),
        nextDue=nullable(DAY),
        overdue=FLAG,
        sample=FLAG,
        department=TEXT,
        license=nullable(TEXT),
        attribution=nullable(TEXT),
        tiles=list_of(TEXT),
        links=LINKS,
    ),
    "rasterValue": object_of(
        "id value unit nodata status class",
        **{
            "id": TEXT,
            "title": TEXT,
            "longitude": NUMBER,
            "latitude": NUMBER,
            "value": nullable(NUMBER),
            "exact": FLAG,
            "unit": TEXT,
            "nodata": FLAG,
            "status": RASTER_STATUS,
            "class": nullable(RASTER_CLASS),
            "description": TEXT,
        },
    ),
    "rasterProfile": object_of(
        "id unit exact length points links",
        id=TEXT,
        title=TEXT,
        unit=TEXT,
        exact=FLAG,
        length=NUMBER,
        minimum=nullable(NUMBER),
        maximum=nullable(NUMBER),
        points=list_of(
            object_of(
                "distance longitude latitude value status",
                distance=NUMBER,
                longitude=NUMBER,
                latitude=NUMBER,
                value=nullable(NUMBER),
                status=RASTER_STATUS,
                color=nullable(COLOUR),
            )
        ),
        links=LINKS,
    ),
    "rasterStatistics": object_of(
        "id unit exact area notMapped inNoClass classes minimum maximum mean links",
        id=TEXT,
        title=TEXT,
        unit=TEXT,
        exact=FLAG,
        area=NUMBER,
        notMapped=NUMBER,
        notMappedShare=NUMBER,
        inNoClass=NUMBER,
        classes=list_of(
            RASTER_CLASS | {"properties": {**RASTER_CLASS["properties"], "area": NUMBER, "share": NUMBER}}
        ),
        minimum=nullable(NUMBER),
        maximum=nullable(NUMBER),
        mean=nullable(NUMBER),
        pixelSize=NUMBER,
        links=LINKS,
    ),
    "aggregate": object_of(
        "collection by groups total links",
        collection=TEXT,
        by=nullable(TEXT),
        groups=list_of(object_of("value count sum", value={"nullable": True}, title=TEXT, **AGGREGATED)),
        total=object_of("count sum", **AGGREGATED),
        links=LINKS,
    ),
    "liveStatus": object_of(
        "collection numberReturned last entries links",
        collection=TEXT,
        numberReturned=COUNT,
        last=COUNT | {"description": "The newest entry; give it as `after` to go on in the log."},
        entries=list_of(
            object_of(
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
    "alerts": object_of(
        "numberReturned expires alerts links",
        numberReturned=COUNT,
        expires=nullable(INSTANT),
        alerts=list_of(ref("alert")),
        links=LINKS,
    ),
    "alert": object_of(
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
        level=nullable(COUNT),
        severity=TEXT,
        urgency=TEXT,
        certainty=TEXT,
        headline=ANY,
        description=ANY,
        instruction=ANY,
        areas=list_of(ANY),
        sent=INSTANT,
        effective=INSTANT,
        expires=nullable(INSTANT),
        superseded_at=nullable(INSTANT),
        refers_to=list_of(TEXT),
        published_at=INSTANT,
        area=nullable(ANY) | {"description": "GeoJSON; null where the whole city is meant."},
    ),
    "situations": object_of(
        "situations links",
        situations=list_of(
            object_of("id name opened closed", id=COUNT, name=TEXT, opened=INSTANT, closed=nullable(INSTANT))
        ),
        links=LINKS,
    ),
    "newWebhook": object_of(
        "url layers",
        url=URI,
        layers=list_of(TEXT, minItems=1),
        secret=TEXT | {"description": "whsec_ and 24 to 64 bytes in Base64; made where it is left out."},
    )
    | {"additionalProperties": False},
    "addedWebhook": object_of("webhook secret", webhook=COUNT, secret=TEXT),
    "webhooks": object_of(
        "webhooks",
        webhooks=list_of(
            object_of(
                "webhook url layers state told",
                webhook=COUNT,
                url=TEXT,
                layers=list_of(TEXT),
                state={"type": "string", "enum": ["idle", "waiting", "dead"]},
                told=ANY | {"description": "The revision that the receiver knows, by layer."},
                created_by=TEXT,
                created_at=INSTANT,
                dead_at=nullable(INSTANT),
                delivery=nullable(ANY),
            )
        ),
    )
    | {"description": "Messages are signed as the Standard Webhooks specification says."},
    "health": object_of("status", status=TEXT),
    "status": object_of(
        "name version layers rasters",
        name=TEXT,
        version=TEXT,
        city=object_of(code=TEXT, name=TEXT),
        layers=list_of(
            object_of("id revision", id=TEXT, revision=COUNT, itemCount=COUNT, updated=nullable(INSTANT))
        ),
        rasters=list_of(object_of("id revision", id=TEXT, revision=COUNT, updated=nullable(INSTANT))),
        links=LINKS,
    ),
    "catalog": {"oneOf": [ref("dcatCatalog"), ref("dataJson")]},
    "dcatCatalog": object_of(
        "@context @id @type dct:title dct:description dct:publisher dcat:dataset",
        **{
            "@context": ANY,
            "@id": URI,
            "@type": {"type": "string", "enum": ["dcat:Catalog"]},
            "dct:title": LITERALS,
            "dct:description": LITERALS,
            "dct:publisher": ANY,
            "dct:modified": ANY,
            "dcat:service": list_of(ANY),
            "dcat:dataset": list_of(
                object_of(
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
                        "dct:conformsTo": list_of(ANY),
                        "dcat:distribution": list_of(
                            object_of("@type dcat:accessURL", **{"@type": TEXT, "dcat:accessURL": ANY})
                        ),
                    },
                )
            ),
        },
    )
    | {"description": "DCAT 3 as JSON-LD; texts carry their language."},
    "dataJson": object_of(
        "@type conformsTo dataset",
        **{
            "@context": URI,
            "@id": URI,
            "@type": TEXT,
            "conformsTo": URI,
            "describedBy": URI,
            "dataset": list_of(
                object_of(
                    "identifier title description keyword accessLevel publisher contactPoint",
                    identifier=TEXT,
                    title=TEXT,
                    description=TEXT,
                    keyword=list_of(TEXT, minItems=1),
                    accessLevel={"type": "string", "enum": ["public"]},
                    publisher=ANY,
                    contactPoint=ANY,
                    modified=INSTANT,
                    issued=INSTANT,
                    accrualPeriodicity=TEXT,
                    license=URI,
                    rights=TEXT,
                    spatial=TEXT,
                    distribution=list_of(ANY),
                )
            ),
        },
    )
    | {"description": "Project Open Data metadata 1.1, with f=datajson."},
    "openapi": object_of("openapi info paths", openapi=TEXT, info=ANY, paths=ANY),
}
