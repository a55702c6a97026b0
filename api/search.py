"""Search by name, reading or address over all layers the viewer may see."""

from __future__ import annotations

import unicodedata
from typing import Any

from starlette.responses import Response

from api import parameters
from api.answers import document
from api.asked import Asked
from api.declared import SEARCH_DEFAULT, SEARCH_LETTERS, SEARCH_MAXIMUM
from api.links import GEOJSON, collection_path, link, self_and_alternates
from gis_core.errors import BadParameter, Message
from gis_core.text import katakana
from layers.reads import search_statement

FORMATS = {"geojson": GEOJSON}


async def search(asked: Asked) -> Response:
    """Answer with features of any layer, best first, as a FeatureCollection of points."""
    text = unicodedata.normalize("NFKC", asked.query.get("q", "")).strip()
    if not 0 < len(text) <= SEARCH_LETTERS:
        raise BadParameter(
            "q",
            Message(
                f"q に探す言葉を 1～{SEARCH_LETTERS} 文字で入れてください。",
                f"Give what to look for in q, 1 to {SEARCH_LETTERS} letters.",
            ),
        )
    limit = parameters.limit(asked.query, SEARCH_DEFAULT, SEARCH_MAXIMUM)
    statement = search_statement(asked.catalogue, text, katakana(text), limit)
    rows = await asked.service.database.rows(statement) if statement else []
    content = {
        "type": "FeatureCollection",
        "numberReturned": len(rows),
        "links": self_and_alternates(asked),
        "features": [_feature(asked, *row) for row in rows],
    }
    return await document(asked, content)


def _feature(
    asked: Asked,
    layer: str,
    number: int,
    name: str,
    address: str | None,
    lon: float | None,
    lat: float | None,
) -> dict[str, Any]:
    href = asked.url(f"{collection_path(layer)}/items/{number}")
    return {
        "type": "Feature",
        # Ids are unique within a layer only.
        "id": f"{layer}.{number}",
        "geometry": None if lon is None else {"type": "Point", "coordinates": [lon, lat]},
        "properties": {
            "layer": layer,
            "layer_title": asked.catalogue.layer(layer).definition.title.to(asked.language),
            "feature": number,
            "name": name,
            "address": address,
        },
        "links": [link(href, "canonical", GEOJSON)],
    }
