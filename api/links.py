"""Links between the API's resources (RFC 8288 relations; OGC's own by their URIs)."""

from __future__ import annotations

from urllib.parse import quote

from api.asked import HTML, Asked
from gis_core.definition import Texts

Link = dict[str, object]

JSON = "application/json"
JSON_LD = "application/ld+json"
GEOJSON = "application/geo+json"
JSON_SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
PNG = "image/png"
PROBLEM = "application/problem+json"

# Occurs in no address that is quoted as it should be.
FORMAT_PLACE = "~~format~~"

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def link(href: str, rel: str, media: str, title: str | None = None, **more: object) -> Link:
    """Return one link object."""
    made: Link = {"href": href, "rel": rel, "type": _plain(media)}
    return made | ({"title": title} if title else {}) | more


def _plain(media: str) -> str:
    return media.partition("; charset")[0]


def self_and_alternates(asked: Asked) -> list[Link]:
    """Return the link to this representation and those to the others of the same resource."""
    # One address is made and the formats' names put in: ten made one by one would cost as much as many a query.
    before, _, after = asked.again(f=FORMAT_PLACE, cursor=None).partition(FORMAT_PLACE)
    return [
        link(asked.again(), "self", asked.media),
        *(
            link(f"{before}{name}{after}", "alternate", media)
            for name, media in asked.operation.alternates
            if media != _plain(asked.media)
        ),
    ]


def collection_path(layer_id: str) -> str:
    """Return the path of a collection below `/api`."""
    return f"/collections/{quote(layer_id)}"


def collection_links(asked: Asked, layer_id: str, title: str) -> list[Link]:
    """Return the links of a collection to what it holds; `items` without a query, GDAL 3.6 appends to it."""
    path = collection_path(layer_id)
    return [
        link(asked.url(path + "/items"), "items", GEOJSON, title),
        link(asked.url(path + "/items", f="html"), "items", HTML, title),
        link(asked.url(path + "/queryables"), REL + "queryables", JSON_SCHEMA),
        link(asked.url(path + "/sortables"), REL + "sortables", JSON_SCHEMA),
        link(asked.url(path + "/schema"), REL + "schema", JSON_SCHEMA),
        link(asked.url(path + "/schema"), "describedby", JSON_SCHEMA),
        link(asked.url(path + "/changes"), "version-history", JSON),
        link(asked.url(path + "/tiles"), REL + "tilesets-vector", JSON),
    ]


def in_language(texts: Texts, asked: Asked) -> str:
    """Return the text in the asker's language."""
    return texts.to(asked.language)


def tile_template(
    asked: Asked,
    path: str,
    names: tuple[str, str, str],
    suffix: str = "",
    query: str = "",
    grid: str = "WebMercatorQuad",
) -> str:
    """Return a tile address with places for zoom, row and column, named as the client's format wants them."""
    places = "/".join("{" + name + "}" for name in names)
    return f"{asked.root}{path}/tiles/{grid}/{places}{suffix}{query}"
