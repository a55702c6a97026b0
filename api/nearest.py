"""The features nearest to a point, with their distances."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from api import parameters, selecting
from api.answers import answer, unchanged, with_list
from api.asked import Asked
from api.declared import LATITUDE, LONGITUDE, MAX_M, NEAREST_DEFAULT, NEAREST_MAXIMUM
from api.features import collection_link, content_crs
from api.links import GEOJSON, self_and_alternates
from layers.nearest import nearest_statement

FORMATS = {"geojson": GEOJSON}


async def nearest(asked: Asked) -> Response:
    """Answer with a FeatureCollection, nearest first; each feature says its `distance_m`, 0 inside an area."""
    info = asked.layer
    lon, lat = parameters.number(asked.query, LONGITUDE), parameters.number(asked.query, LATITUDE)
    farthest = parameters.number(asked.query, MAX_M) if MAX_M.name in asked.query else None
    limit = parameters.limit(asked.query, NEAREST_DEFAULT, NEAREST_MAXIMUM)
    query = replace(selecting.items_query(asked, info, None), limit=limit)
    tag = asked.tag(info.revision, info.form)
    if (same := unchanged(asked, tag)) is not None:
        return same
    row = await asked.service.database.row(nearest_statement(info, query, lon, lat, farthest))
    assert row is not None
    features, returned = row
    links = [*self_and_alternates(asked), collection_link(asked, info)]
    head = {"type": "FeatureCollection", "numberReturned": returned, "links": links}
    body = with_list(head, "features", features)
    return await answer(asked, body, tag=tag, headers=content_crs(query.output))
