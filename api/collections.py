"""Landing page, conformance, collections and their schemas."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api import shapes
from api.answers import document
from api.asked import HTML, Asked
from api.links import (
    JSON,
    JSON_LD,
    JSON_SCHEMA,
    OPENAPI,
    REL,
    Link,
    collection_links,
    collection_path,
    link,
    self_and_alternates,
)
from api.pages import page
from api.service import CRS84
from layers.catalogue import LayerInfo

SPEC = "http://www.opengis.net/spec/"
# Only what is there and tested; a class that is met in part is not named.
CONFORMANCE = (
    SPEC + "ogcapi-common-1/1.0/conf/core",
    SPEC + "ogcapi-common-1/1.0/conf/landing-page",
    SPEC + "ogcapi-common-1/1.0/conf/json",
    SPEC + "ogcapi-common-1/1.0/conf/html",
    SPEC + "ogcapi-common-1/1.0/conf/oas30",
    SPEC + "ogcapi-common-2/1.0/conf/collections",
    SPEC + "ogcapi-features-1/1.0/conf/core",
    SPEC + "ogcapi-features-1/1.0/conf/geojson",
    SPEC + "ogcapi-features-1/1.0/conf/html",
    SPEC + "ogcapi-features-1/1.0/conf/oas30",
    SPEC + "ogcapi-tiles-1/1.0/conf/core",
    SPEC + "ogcapi-tiles-1/1.0/conf/tileset",
    SPEC + "ogcapi-tiles-1/1.0/conf/tilesets-list",
    SPEC + "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    SPEC + "ogcapi-tiles-1/1.0/conf/mvt",
    SPEC + "ogcapi-tiles-1/1.0/conf/oas30",
)
FORMATS = {"json": JSON, "html": HTML}
# Clients cut to the extent; rounding must not cut a feature on its edge. 0.001° is about 100 m.
EXTENT_MARGIN = 0.001


async def landing(asked: Asked) -> Response:
    """Answer with the landing page."""
    settings = asked.service.settings
    links = [
        *self_and_alternates(asked),
        link(asked.url("/openapi"), "service-desc", OPENAPI),
        link(asked.url("/docs"), "service-doc", HTML),
        link(asked.url("/conformance"), "conformance", JSON),
        link(asked.url("/collections"), "data", JSON),
        link(asked.url("/tileMatrixSets"), REL + "tiling-schemes", JSON),
        link(asked.url("/rasters"), "related", JSON, "rasters"),
        link(asked.url("/catalog"), "related", JSON_LD, "catalog"),
        link(asked.url("/status"), "status", JSON),
    ]
    if asked.media == HTML:
        return await page(asked, "landing.html", links)
    content = {
        "title": settings.title.to(asked.language),
        "description": settings.description.to(asked.language),
        "attribution": settings.city.name.get(asked.language, settings.city.name["ja"]),
        "links": links,
    }
    return await document(asked, content)


async def conformance(asked: Asked) -> Response:
    """Answer with the conformance classes."""
    if asked.media == HTML:
        return await page(asked, "conformance.html", self_and_alternates(asked), classes=CONFORMANCE)
    return await document(asked, {"conformsTo": CONFORMANCE})


async def collections(asked: Asked) -> Response:
    """Answer with all collections the viewer may see."""
    links = self_and_alternates(asked)
    infos = asked.catalogue.layers.values()
    if asked.media == HTML:
        return await page(asked, "collections.html", links, infos=infos)
    return await document(asked, {"links": links, "collections": [_collection(asked, i, []) for i in infos]})


async def collection(asked: Asked) -> Response:
    """Answer with one collection."""
    info = asked.layer
    links = self_and_alternates(asked)
    if asked.media == HTML:
        return await page(asked, "collection.html", links, info=info)
    return await document(asked, _collection(asked, info, links))


async def schema(asked: Asked) -> Response:
    """Answer with the schema of the collection's features."""
    return await _schema(asked, queryables=False)


async def queryables(asked: Asked) -> Response:
    """Answer with the properties that can be used as filters."""
    return await _schema(asked, queryables=True)


async def _schema(asked: Asked, *, queryables: bool) -> Response:
    uri = asked.again(lang=None, f=None)
    content = shapes.layer_schema(asked.layer, asked.language, uri, queryables=queryables)
    return await document(asked, content, media=JSON_SCHEMA)


def _collection(asked: Asked, info: LayerInfo, links: list[Link]) -> dict[str, Any]:
    title = info.definition.title.to(asked.language)
    own = links or [link(asked.url(collection_path(info.id)), "self", JSON, title)]
    content: dict[str, Any] = {
        "id": info.id,
        "title": title,
        "description": info.definition.description.to(asked.language),
        "itemType": "feature",
        "itemCount": info.feature_count,
        "revision": info.revision,
        "updated": info.updated_at.isoformat() if info.updated_at else None,
        "nextDue": info.next_due.isoformat() if info.next_due else None,
        "overdue": info.overdue,
        "sample": info.is_sample,
        "department": info.department.to(asked.language),
        "theme": info.definition.theme,
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [*own, *collection_links(asked, info.id, title)],
    }
    if info.definition.licence:
        content["license"] = info.definition.licence
    if info.definition.source:
        content["attribution"] = info.definition.source.to(asked.language)
    if info.extent:
        padded = info.extent.expand(EXTENT_MARGIN).as_tuple()
        content["extent"] = {"spatial": {"bbox": [padded], "crs": CRS84}}
    return content
