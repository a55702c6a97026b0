"""Search by name, reading, address or postal code: over all layers the viewer may see, and in the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from starlette.responses import Response

from api import parameters
from api.answers import document
from api.asked import Asked
from api.declared import KINDS, SEARCH_DEFAULT, SEARCH_LETTERS, SEARCH_MAXIMUM
from api.links import GEOJSON, Link, collection_path, link, self_and_alternates
from gis_core.addresses import town_key
from gis_core.definition import Texts
from gis_core.errors import BadParameter, Message
from gis_core.text import search_key
from layers.catalogue import LayerInfo
from layers.gazetteer import searching
from layers.gazetteer.areas import areas_of
from layers.gazetteer.home import home_of
from layers.gazetteer.sources import AREAS
from layers.searching import BEGINS, EXACT, HOLDS, Kind, search_statement

FORMATS = {"geojson": GEOJSON}
ADDRESSES = Texts(
    {
        "ja": "住所",
        "ja-easy": "住所（じゅうしょ）",
        "en": "Address",
        "pt": "Endereço",
        "es": "Dirección",
        "zh-hans": "地址",
        "ko": "주소",
    }
)
# A place with a number of its own is what somebody means who writes the number.
NUMBERED = frozenset({"block", "residence", "lot"})


@dataclass(frozen=True)
class Hit:
    """Something found: how well it fits (the least is the best), what it is, where (degrees)."""

    rank: int
    kind: Kind | Literal["address"]
    label: str
    position: tuple[float, float] | None
    properties: Mapping[str, Any]
    layer: LayerInfo | None = None
    number: int | None = None


async def search(asked: Asked) -> Response:
    """Answer with places and features, best first, as a FeatureCollection of points."""
    text = asked.query.get("q", "").strip()
    if not (0 < len(text) <= SEARCH_LETTERS and search_key(text)):
        raise BadParameter(
            "q",
            Message(
                f"q に探す言葉を 1～{SEARCH_LETTERS} 文字で入れてください。",
                f"Give what to look for in q, 1 to {SEARCH_LETTERS} letters.",
            ),
        )
    limit = parameters.limit(asked.query, SEARCH_DEFAULT, SEARCH_MAXIMUM)
    kinds = _kinds(asked)
    hits = await _features(asked, text, limit, kinds)
    if "address" in kinds and "layers" not in asked.query:
        # Of equals, the town stands before what is in it.
        hits = await _addresses(asked, text, limit) + hits
    best = sorted(hits, key=lambda hit: hit.rank)[:limit]
    content = {
        "type": "FeatureCollection",
        "numberReturned": len(best),
        "links": self_and_alternates(asked),
        "features": [_feature(asked, hit) for hit in best],
    }
    return await document(asked, content)


def _kinds(asked: Asked) -> Sequence[str]:
    known = KINDS.schema["items"]["enum"]
    wanted = asked.query.get("types", ",".join(known)).split(",")
    if not {*wanted} <= {*known}:
        names = ", ".join(known)
        raise BadParameter(
            "types", Message(f"types に使える値は {names} です。", f"types takes some of: {names}.")
        )
    return wanted


async def _features(asked: Asked, text: str, limit: int, kinds: Sequence[str]) -> list[Hit]:
    layers = asked.catalogue.layers
    names = parameters.layers(asked.query, asked.catalogue)
    infos = [info for info in layers.values() if names is None or info.id in names]
    statement = search_statement(infos, text, limit, [cast(Kind, kind) for kind in kinds])
    rows = await asked.service.database.rows(statement) if statement else []
    return [
        Hit(rank, kind, name, None if lon is None else (lon, lat), {"name": name, "address": address}, layers[layer], number)
        for rank, kind, layer, number, name, address, lon, lat in rows
    ]  # fmt: skip


async def _addresses(asked: Asked, text: str, limit: int) -> list[Hit]:
    info = asked.catalogue.layers.get(AREAS)
    areas = areas_of(info.fields) if info else None
    statement = searching.search_statement(
        text, limit, home=home_of(asked.service.settings.city), areas=areas
    )
    row = await asked.service.database.row(statement)
    assert row is not None
    return [_place(text, found) for found in row[0]]


def _place(text: str, found: Mapping[str, Any]) -> Hit:
    """A place as a hit: ranked by its town's name, as features are by theirs."""
    sought, town = town_key(text), town_key(found["town"])
    rank = HOLDS
    if found["level"] in NUMBERED or (sought and sought.endswith(town)):
        rank = EXACT
    elif sought and (town.startswith(sought) or search_key(found["kana"]).startswith(search_key(text))):
        rank = BEGINS
    position = (found["longitude"], found["latitude"])
    said = {name: found[name] for name in ("level", "municipality", "town", "source")}
    return Hit(
        rank, "address", found["label"], position, said | {"name": found["label"], "address": found["label"]}
    )


def _feature(asked: Asked, hit: Hit) -> dict[str, Any]:
    lon, lat = hit.position or (None, None)
    links: list[Link] = []
    title = ADDRESSES
    name = f"{hit.kind}.{hit.label}"
    if hit.layer is not None:
        href = asked.url(f"{collection_path(hit.layer.id)}/items/{hit.number}")
        links, title = [link(href, "canonical", GEOJSON)], hit.layer.definition.title
        # Ids are unique within a layer only.
        name = f"{hit.layer.id}.{hit.number}"
    return {
        "type": "Feature",
        "id": name,
        "geometry": hit.position and {"type": "Point", "coordinates": hit.position},
        "properties": {
            "kind": hit.kind,
            "label": hit.label,
            "layer": hit.layer.id if hit.layer else None,
            "layer_title": title.to(asked.language),
            "feature": hit.number,
            "longitude": lon,
            "latitude": lat,
            **hit.properties,
        },
        "links": links,
    }
