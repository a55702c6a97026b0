"""Items and item: GeoJSON bytes straight from SQL, with the envelope around them."""

from __future__ import annotations

from hashlib import blake2b
from time import gmtime, strftime
from typing import Any

import orjson
from starlette.responses import Response

from api import counting, exports, parameters, selecting, shapes
from api.answers import answer, unchanged, with_list
from api.asked import HTML, Asked, whole_number
from api.links import GEOJSON, JSON, Link, collection_path, link, self_and_alternates
from api.pages import page
from gis_core.errors import Message, NotFound
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery, finds_few
from layers.reads import Page, item_statement, items_statement, read_page, revision_statement
from layers.writing import WHOLE, Output

# A page of HTML with more rows than this helps no reader and costs browser and server alike.
HTML_LIMIT = 500
FORMATS = {"geojson": GEOJSON, "json": GEOJSON, "html": HTML}
ITEMS_FORMATS = {**FORMATS, **exports.MEDIA}


async def items(asked: Asked) -> Response:
    """Answer with a page of a layer's features, or with all of them as a file."""
    info = asked.layer
    at = await _revision_then(asked, info)
    query = items_query(asked, info, at)
    if exports.format_of(asked) is not None:
        return await exports.export(asked, info, query, at)
    tag = asked.tag(info.revision if at is None else at, info.form)
    if asked.media != HTML and (same := unchanged(asked, tag)) is not None:
        return same
    found = await _page(asked, info, query)
    matched, exact = await counting.matched(asked, info, query, found)
    links = self_and_alternates(asked)
    if found.last is not None:
        again = asked.again(cursor=selecting.cursor(asked, info, found.last), offset=None)
        links.append(link(again, "next", asked.media))
    links.append(collection_link(asked, info))
    if asked.media == HTML:
        told = str(matched) if exact else f"≈ {matched}"
        return await _items_page(asked, info, query, found.features, told, links)
    head = {
        "type": "FeatureCollection",
        "timeStamp": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime()),
        "numberMatched" if exact else "numberMatchedEstimate": matched,
        "numberReturned": found.returned,
        "links": links,
    }
    body = with_list(head, "features", found.features)
    return await answer(asked, body, tag=tag, headers=content_crs(query.output))


async def _page(asked: Asked, info: LayerInfo, query: ItemsQuery) -> Page:
    """Read a page. One plan does for all of a whole layer, and for all that find few; filters are of too many forms."""
    prepared = not query.conditions and (finds_few(info, query) or not query.narrows)
    row = await asked.service.database.row(items_statement(info, query), prepared=prepared)
    assert row is not None
    return read_page(row, query.limit)


def content_crs(output: Output) -> dict[str, str]:
    """Return the header that tells the coordinates' reference system (OGC 18-058r1, /req/crs/ogc-crs-header)."""
    return {"content-crs": f"<{output.system.uri}>"}


async def _revision_then(asked: Asked, info: LayerInfo) -> int | None:
    """Return the layer's revision in force `at`, 0 before its first; None when nothing but now is asked for."""
    at = parameters.at(asked.query, asked.service.settings.city.time_zone)
    if at is None:
        return None
    row = await asked.service.database.row(revision_statement(info, at))
    assert row is not None
    return int(row[0])


def items_query(asked: Asked, info: LayerInfo, at: int | None) -> ItemsQuery:
    """Return what the parameters ask for, at a revision or now. Raises `BadParameter`."""
    return selecting.items_query(asked, info, at, HTML_LIMIT if asked.media == HTML else None)


async def item(asked: Asked) -> Response:
    """Answer with one feature; its ETag is its version, in the past the layer's revision and the request."""
    info = asked.layer
    feature_id = whole_number(asked.path["featureId"])
    at = await _revision_then(asked, info)
    output = selecting.output(asked, info)
    row = await asked.service.database.row(item_statement(info, feature_id, at, output))
    if row is None:
        raise NotFound(
            Message(
                f"レイヤ {info.id} に番号 {feature_id} の地物はありません。",
                f"The layer {info.id} has no feature {feature_id}.",
            )
        )
    feature, version = row
    links = [*self_and_alternates(asked), collection_link(asked, info)]
    if asked.media == HTML:
        content = orjson.loads(feature)
        context = {"info": info, "rows": shapes.rows(info, content, asked.language), "feature": content}
        return await page(asked, "item.html", links, past=_past(asked), **context)
    body = b"".join((feature[:-1], b',"links":', orjson.dumps(links), b"}"))
    tag = _version_tag(asked, version, output) if at is None else asked.tag(at, info.form)
    return await answer(asked, body, tag=tag, headers=content_crs(output))


def _version_tag(asked: Asked, version: int, output: Output) -> str:
    """Return the feature's ETag: its version, and after a dot what tells other ways of writing it apart."""
    tag: str = asked.version_tag(version)
    if output == WHOLE:
        return tag
    return f'{tag[:-1]}.{blake2b(repr(output).encode(), digest_size=6).hexdigest()}"'


def collection_link(asked: Asked, info: LayerInfo) -> Link:
    """Return the link to the features' collection."""
    title = info.definition.title.to(asked.language)
    return link(asked.url(collection_path(info.id)), "collection", JSON, title)


async def _items_page(
    asked: Asked, info: LayerInfo, query: ItemsQuery, features: bytes, matched: str, links: list[Link]
) -> Response:
    found: list[dict[str, Any]] = orjson.loads(b"[" + features + b"]")
    context = {"info": info, "fields": query.output.chosen(info), "features": found, "matched": matched}
    return await page(asked, "items.html", links, past=_past(asked), **context)


def _past(asked: Asked) -> dict[str, str]:
    """The parameter that keeps a reader of pages in the past."""
    return {"at": asked.query["at"]} if "at" in asked.query else {}
