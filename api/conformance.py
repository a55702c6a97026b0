"""The conformance classes, as far as the table of operations holds what each of them needs.

Only what is there and tested is named; a class that is met in part is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from api.service import Operation

SPEC = "http://www.opengis.net/spec/"
COMMON = SPEC + "ogcapi-common-1/1.0/conf/"
FEATURES = SPEC + "ogcapi-features-1/1.0/conf/"
CRS = SPEC + "ogcapi-features-2/1.0/conf/"
FILTERING = SPEC + "ogcapi-features-3/1.0/conf/"
EDITING = SPEC + "ogcapi-features-4/1.0/conf/"
SCHEMAS = SPEC + "ogcapi-common-3/1.0/conf/"
TILES = SPEC + "ogcapi-tiles-1/1.0/conf/"
CQL2 = SPEC + "cql2/1.0/conf/"

# For each class the operations it needs, and after a question mark a parameter of the operation before it.
NEEDS: dict[str, str] = {
    COMMON + "core": "getLandingPage getConformance",
    COMMON + "landing-page": "getLandingPage getConformance getOpenApi",
    COMMON + "json": "getLandingPage",
    COMMON + "html": "getLandingPage",
    COMMON + "oas30": "getOpenApi",
    SPEC + "ogcapi-common-2/1.0/conf/collections": "getCollections getCollection",
    FEATURES + "core": "getFeatures ?limit ?bbox ?datetime getFeature",
    FEATURES + "geojson": "getFeatures getFeature",
    FEATURES + "html": "getFeatures getFeature",
    FEATURES + "oas30": "getOpenApi",
    CRS + "crs": "getFeatures ?crs ?bbox-crs getFeature ?crs",
    FILTERING + "queryables": "getQueryables",
    FILTERING + "queryables-query-parameters": "getQueryables getFeatures",
    FILTERING + "filter": "getQueryables getFeatures ?filter ?filter-lang ?filter-crs",
    FILTERING + "features-filter": "getFeatures ?filter ?filter-lang ?filter-crs",
    **dict.fromkeys(
        (CQL2 + name for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
            "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus",
            "spatial-functions", "temporal-functions", "array-functions", "property-property", "arithmetic",
        )),
        "getFeatures ?filter",
    ),
    CQL2 + "functions": "getFeatures ?filter getFunctions",
    EDITING + "create-replace-delete": "createFeatures replaceFeature deleteFeature",
    EDITING + "update": "updateFeature",
    EDITING + "features": "createFeatures replaceFeature",
    EDITING + "optimistic-locking-etags": "replaceFeature updateFeature deleteFeature",
    SCHEMAS + "schemas": "getSchema",
    SCHEMAS + "advanced-property-roles": "getSchema",
    SCHEMAS + "profile-codelists": "getSchema",
    SCHEMAS + "returnables-and-receivables": "getSchema",
    SCHEMAS + "queryables": "getQueryables",
    SCHEMAS + "sortables": "getSortables getFeatures ?sortby",
    TILES + "core": "getTile",
    TILES + "tileset": "getTileSet",
    TILES + "tilesets-list": "getTileSets",
    TILES + "geodata-tilesets": "getTileSets",
    TILES + "dataset-tilesets": "getDatasetTileSets getDatasetTileSet getDatasetTile",
    TILES + "collections-selection": "getDatasetTile ?collections",
    TILES + "datetime": "getTile ?datetime getDatasetTile ?datetime",
    TILES + "mvt": "getTile",
    TILES + "oas30": "getOpenApi",
}  # fmt: skip


def conformance_classes(operations: Sequence[Operation]) -> tuple[str, ...]:
    """Return the URIs of the classes that these operations meet."""
    there = set(_provided(operations))
    return tuple(uri for uri, needs in NEEDS.items() if set(_needed(needs)) <= there)


def _provided(operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        yield operation.id
        yield from (f"{operation.id}?{name}" for name in operation.names)


def _needed(needs: str) -> Iterator[str]:
    operation = ""
    for word in needs.split():
        if not word.startswith("?"):
            operation = word
        yield word if word == operation else operation + word
