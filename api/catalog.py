"""The catalogue of open data: DCAT 3 in JSON-LD, and `data.json` for portals that harvest that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import orjson
from starlette.responses import Response

from api import features, rasters, tiles
from api.answers import answer
from api.asked import Asked
from api.conformance import conformance_classes
from api.links import JSON, JSON_LD, collection_path
from gis_core.definition import Texts
from gis_core.languages import html_tag
from layers import data_json, dcat
from layers.catalogue import PUBLIC, LayerInfo, RasterInfo

FORMATS = {"json": JSON_LD, "datajson": JSON}
# Names of formats as people know them; one that is not here stands in capitals.
NAMES = {"geojson": "GeoJSON", "html": "HTML", "mvt": "MVT", "png": "PNG", "gpkg": "GeoPackage", "shp": "Shapefile"}  # fmt: skip
TILES = Texts(ja="地図タイル", en="Map tiles")


async def catalog(asked: Asked) -> Response:
    """Answer with the catalogue of what is public and was published, whoever asks."""

    async def make() -> bytes:
        rows = await asked.service.database.rows(dcat.first_published_statement())
        site, entries = _site(asked), _entries(asked, dict(rows))
        if asked.media == JSON:
            return orjson.dumps(data_json.catalogue_document(site, entries, asked.again(), asked.language))
        return orjson.dumps(dcat.catalogue_document(site, entries))

    key = ("catalog", asked.service.catalogues.generation, asked.root, asked.media, *sorted(asked.query.items()), asked.language)  # fmt: skip
    headers = {"content-language": html_tag(asked.language)}
    return await answer(asked, await asked.service.cache.get(key, make), headers=headers)


def _site(asked: Asked) -> dcat.Site:
    settings = asked.service.settings
    return dcat.Site(
        title=settings.title,
        description=settings.description,
        city=Texts(settings.city.name),
        catalogue=asked.url("/catalog"),
        api=asked.url("/"),
        api_description=asked.url("/openapi"),
        home=asked.root.removesuffix("api"),
        conforms_to=conformance_classes(asked.service.operations),
    )


def _entries(asked: Asked, issued: Mapping[str, datetime]) -> list[dcat.Entry]:
    """What was never filled is no dataset yet, and samples must not be harvested as a city's data."""
    catalogue = asked.service.catalogues.of(PUBLIC)
    layers = [i for i in catalogue.layers.values() if i.updated_at and not i.is_sample]
    rasters = [i for i in catalogue.rasters.values() if not i.is_sample]
    return [_layer(asked, i, issued.get(i.id)) for i in layers] + [
        _raster(asked, i, issued.get(i.id)) for i in rasters
    ]


def _layer(asked: Asked, info: LayerInfo, issued: datetime | None) -> dcat.Entry:
    path = collection_path(info.id)
    by_media = {media: name for name, media in reversed([*features.ITEMS_FORMATS.items()])}
    offers = [
        dcat.Offer(info.definition.title, asked.url(f"{path}/items", f=name), media, _name(name))
        for media, name in reversed([*by_media.items()])
    ]
    tilejson = asked.url(f"{path}/tiles/WebMercatorQuad/tilejson.json")
    offers += [dcat.Offer(TILES, tilejson, media, _name(name)) for name, media in tiles.FORMATS.items()]
    page = asked.url(path, f="html")
    return dcat.Entry(info, asked.url(path), page, asked.url(f"{path}/schema"), offers, issued)


def _raster(asked: Asked, info: RasterInfo, issued: datetime | None) -> dcat.Entry:
    address = asked.url(f"/rasters/{quote(info.id)}")
    offers = [dcat.Offer(TILES, address, media, _name(name)) for name, media in rasters.TILE_FORMATS.items()]
    return dcat.Entry(info, address, address, None, offers, issued)


def _name(short: str) -> str:
    return NAMES.get(short, short.upper())
