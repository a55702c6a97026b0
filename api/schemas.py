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

SCHEMAS: dict[str, Schema] = {
    "link": _object("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT, hreflang=TEXT, templated=FLAG),
    "problem": _object(
        "title status", type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, parameter=TEXT
    )
    | {"description": "RFC 9457 problem details; `parameter` names the parameter to blame."},
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
        layers=_list(
            _object(
                "id dataType",
                id=TEXT,
                title=TEXT,
                dataType=TEXT,
                geometryDimension=COUNT,
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
            "unit": TEXT,
            "nodata": FLAG,
            "status": {"type": "string", "enum": ["class", "dry", "not_mapped"]},
            "class": _nullable(RASTER_CLASS),
            "description": TEXT,
        },
    ),
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
