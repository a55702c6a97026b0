"""Landing page, conformance, collections and their schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from api import shapes
from api.answers import document
from api.asked import HTML, Asked
from api.conformance import conformance_classes
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
from api.selecting import systems
from api.service import CRS84
from layers.catalogue import LayerInfo
from layers.cql2 import FUNCTIONS, Function

# The words of OGC's schema for lists of functions.
KINDS = {
    "text": "string", "number": "number", "boolean": "boolean", "date": "datetime", "timestamp": "datetime",
    "geometry": "geometry",
}  # fmt: skip
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
        link(asked.url("/functions"), REL + "functions", JSON),
        link(asked.url("/tileMatrixSets"), REL + "tiling-schemes", JSON),
        link(asked.url("/tiles"), REL + "tilesets-vector", JSON),
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
    classes = conformance_classes(asked.service.operations)
    if asked.media == HTML:
        return await page(asked, "conformance.html", self_and_alternates(asked), classes=classes)
    return await document(asked, {"conformsTo": classes})


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
    return await _schema(asked, shapes.layer_schema)


async def queryables(asked: Asked) -> Response:
    """Answer with the properties that can be used in filters."""
    return await _schema(asked, shapes.queryables)


async def sortables(asked: Asked) -> Response:
    """Answer with the properties that features can be sorted by."""
    return await _schema(asked, shapes.sortables)


async def _schema(asked: Asked, make: Callable[[LayerInfo, str, str], dict[str, Any]]) -> Response:
    uri = asked.again(lang=None, f=None)
    return await document(asked, make(asked.layer, asked.language, uri), media=JSON_SCHEMA)


async def functions(asked: Asked) -> Response:
    """Answer with the functions that filters may call, beside those of CQL2 itself."""
    content = {
        "functions": [_function(f, asked.language) for f in FUNCTIONS],
        "links": self_and_alternates(asked),
    }
    return await document(asked, content)


def _function(function: Function, language: str) -> dict[str, Any]:
    return {
        "name": function.name,
        "description": function.meaning.to(language),
        "args": [{"type": sorted({KINDS[kind] for kind in kinds})} for kinds in function.takes],
        "returns": [KINDS[function.gives]],
    }


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
        "crs": systems(asked),
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
