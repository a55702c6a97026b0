"""Items and item: GeoJSON bytes straight from SQL, with the envelope around them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response

from api import parameters, shapes
from api.answers import answer, unchanged, with_list
from api.asked import HTML, Asked, whole_number
from api.links import GEOJSON, JSON, Link, collection_path, link, self_and_alternates
from api.pages import page
from api.service import CRS84
from gis_core.errors import Message, NotFound
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery
from layers.reads import count_statement, item_statement, items_statement, revision_statement

CONTENT_CRS = {"content-crs": f"<{CRS84}>"}
# A page of HTML with more rows than this helps no reader and costs browser and server alike.
HTML_LIMIT = 500
FORMATS = {"geojson": GEOJSON, "json": GEOJSON, "html": HTML}


async def items(asked: Asked) -> Response:
    """Answer with a page of a layer's features."""
    info = asked.layer
    at = await _revision_then(asked, info)
    query = items_query(asked, info, at)
    tag = asked.tag(info.revision if at is None else at, info.form)
    if asked.media != HTML and (same := unchanged(asked, tag)) is not None:
        return same
    row = await asked.service.database.row(items_statement(info, query))
    assert row is not None
    features, returned, last_id, more = row
    matched = await _matched(asked, info, query, returned, more)
    links = self_and_alternates(asked)
    if more:
        links.append(link(asked.again(cursor=parameters.write_cursor(last_id)), "next", asked.media))
    links.append(collection_link(asked, info))
    if asked.media == HTML:
        return await _items_page(asked, info, features, matched, links)
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": matched,
        "numberReturned": returned,
        "links": links,
    }
    return await answer(asked, with_list(head, "features", features), tag=tag, headers=CONTENT_CRS)


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
    query = asked.query
    limit = parameters.limit(query)
    return ItemsQuery(
        limit=min(limit, HTML_LIMIT) if asked.media == HTML else limit,
        after=parameters.read_cursor(query) or 0,
        bbox=parameters.bbox(query, info.extent),
        interval=parameters.interval(query, asked.service.settings.city.time_zone),
        equals=parameters.equals(query, info, asked.operation.names),
        at=at,
    )


async def item(asked: Asked) -> Response:
    """Answer with one feature; its ETag is its version, in the past the layer's revision and the request."""
    info = asked.layer
    feature_id = whole_number(asked.path["featureId"])
    at = await _revision_then(asked, info)
    row = await asked.service.database.row(item_statement(info, feature_id, at))
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
    tag = f'"{version}"' if at is None else asked.tag(at, info.form)
    return await answer(asked, body, tag=tag, headers=CONTENT_CRS)


async def _matched(asked: Asked, info: LayerInfo, query: ItemsQuery, returned: int, more: bool) -> int:
    """Count what matches with as little work as will do."""
    filtered = query.bbox is not None or query.interval is not None or query.equals
    if not query.after and not more:
        return returned
    if not filtered and query.at is None:
        return info.feature_count
    row = await asked.service.database.row(count_statement(info, query))
    assert row is not None
    return int(row[0])


def collection_link(asked: Asked, info: LayerInfo) -> Link:
    """Return the link to the features' collection."""
    title = info.definition.title.to(asked.language)
    return link(asked.url(collection_path(info.id)), "collection", JSON, title)


async def _items_page(
    asked: Asked, info: LayerInfo, features: bytes, matched: int, links: list[Link]
) -> Response:
    found: list[dict[str, Any]] = orjson.loads(b"[" + features + b"]")
    return await page(
        asked, "items.html", links, info=info, features=found, matched=matched, past=_past(asked)
    )


def _past(asked: Asked) -> dict[str, str]:
    """The parameter that keeps a reader of pages in the past."""
    return {"at": asked.query["at"]} if "at" in asked.query else {}
