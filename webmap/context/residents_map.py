"""The residents' map: the groups of the layer list, and what the map's script is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from layers import live
from webmap.context import catalogue as describe
from webmap.context import filters, page, states, strings, themes
from webmap.romaji import LETTERS
from webmap.security import GSI_HOST

if TYPE_CHECKING:
    from django.http import HttpRequest

    from layers.catalogue import Catalogue, LayerInfo

MAPLIBRE = "webmap/vendor/maplibre-gl/6.17.0/maplibre-gl.mjs"
# What the page's script imports, in all depths: named here, so that the browser fetches all at once.
MODULES = (
    "main", "api", "details", "dom", "filters", "geo", "i18n", "layers", "list", "locate", "map", "measure", "names",
    "palette", "places", "search", "share", "state", "style", "symbols", "tabs",
)  # fmt: skip
# Who stands a little outside the city is shown it, too (degrees).
REACH_DEG = 0.3
GSI_TILES = f"{GSI_HOST}/xyz/pale/{{z}}/{{x}}/{{y}}.png"


def context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/map.html`."""
    values = page.context(request)
    language = values["language"]
    described = described_layers(catalogue, language)
    sites = [info for info in catalogue.layers.values() if filters.is_evacuation(info)]
    return {
        **values,
        "groups": themes.groups(described),
        "hazards": filters.hazard_choices(sites, language),
        # The signs of the states are explained as soon as any site has one.
        "config": config(described, values) | {"reported": _is_reported(sites)},
        "strings": strings.for_script(values["city_name"]),
        "modules": [static(f"webmap/js/{name}.js") for name in MODULES],
        "query": request.GET.get("q", ""),
    }


def _is_reported(sites: Iterable[LayerInfo]) -> bool:
    return any(entry["state"] for info in sites for entry in live.status_of(info))


def described_layers(catalogue: Catalogue, language: str) -> list[dict[str, Any]]:
    """Return all layers described, those that are on at the start first, then the rasters.

    The first is drawn on top.
    """
    vectors = [describe.layer(info, language) for info in catalogue.layers.values()]
    rasters = [describe.raster(info, language) for info in catalogue.rasters.values()]
    return [*sorted(vectors, key=lambda layer: not layer["isOn"]), *rasters]


def layers_on(catalogue: Catalogue, language: str, names: Collection[str | None]) -> list[dict[str, Any]]:
    """Return the layers of the ground and those of these names described, the latter on."""
    return [
        layer | {"isOn": layer["id"] in names}
        for layer in described_layers(catalogue, language)
        if layer["isBase"] or layer["id"] in names
    ]


def config(described: list[dict[str, Any]], values: dict[str, Any]) -> dict[str, Any]:
    """Return what the scripts that draw maps are told; `values` are those of the page."""
    city = settings.MACHIZU.city
    return {
        "language": values["language"],
        "languageTag": values["language_tag"],
        "city": {
            "name": values["city_name"],
            "bounds": city.bounds.as_tuple(),
            "reach": city.reach.expand(REACH_DEG).as_tuple(),
        },
        "gsiTiles": GSI_TILES if settings.MACHIZU.basemap == "gsi" else None,
        "api": "/api",
        "pages": {"list": reverse("webmap:lists"), "place": reverse("webmap:place")},
        "maplibre": static(MAPLIBRE),
        "states": states.titles(values["language"]),
        "usable": sorted(states.USABLE),
        "letters": {} if values["language"] in ("ja", "ja-easy", "zh-hans") else LETTERS,
        "layers": [d for d in described if d["kind"] == "vector"],
        "rasters": [d for d in described if d["kind"] == "raster"],
    }
