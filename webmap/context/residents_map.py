"""The residents' map: the groups of the layer list, and what the map's script is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from webmap.context import catalogue as describe
from webmap.context import page, strings, themes
from webmap.security import GSI_HOST

if TYPE_CHECKING:
    from django.http import HttpRequest

    from layers.catalogue import Catalogue

MAPLIBRE = "webmap/vendor/maplibre-gl/6.17.0/maplibre-gl.mjs"
GSI_TILES = f"{GSI_HOST}/xyz/pale/{{z}}/{{x}}/{{y}}.png"


def context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/map.html`."""
    values = page.context(request)
    described = described_layers(catalogue, values["language"])
    return {
        **values,
        "groups": groups(described),
        "config": _config(described, values),
        "strings": strings.for_script(values["city_name"]),
        "query": request.GET.get("q", ""),
    }


def described_layers(catalogue: Catalogue, language: str) -> list[dict[str, Any]]:
    """Return all layers described, the core ones first, then the rasters."""
    vectors = [describe.layer(info, language) for info in catalogue.layers.values()]
    return sorted(vectors, key=_rank) + [
        describe.raster(info, language) for info in catalogue.rasters.values()
    ]


def groups(described: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the layer list: the core layers and the hazard areas first, then the other themes in their order."""
    core = [d for d in described if d["id"] in themes.CORE]
    others = [d for d in described if d["id"] not in themes.CORE and not d["isBase"]]
    by_theme = [
        {"title": themes.title(theme), "layers": [d for d in others if d["theme"] == theme]}
        for theme in sorted(
            {d["theme"] for d in others}, key=lambda t: (t != themes.HAZARD_THEME, themes.order(t), t)
        )
    ]
    return [{"title": themes.core_title(), "layers": core}, *by_theme] if core else by_theme


def _rank(described: dict[str, Any]) -> int:
    """The core layers come first; so they are drawn on top, too."""
    return themes.CORE.index(described["id"]) if described["id"] in themes.CORE else len(themes.CORE)


def _config(described: list[dict[str, Any]], values: dict[str, Any]) -> dict[str, Any]:
    city = settings.MACHIZU.city
    return {
        "language": values["language"],
        "languageTag": values["language_tag"],
        "city": {
            "name": values["city_name"],
            "centre": city.centre,
            "zoom": city.zoom,
            "reach": city.reach.expand(0.3).as_tuple(),
        },
        "gsiTiles": GSI_TILES if settings.MACHIZU.basemap == "gsi" else None,
        "api": "/api",
        "lists": reverse("webmap:lists"),
        "maplibre": static(MAPLIBRE),
        "layers": [d for d in described if d["kind"] == "vector"],
        "rasters": [d for d in described if d["kind"] == "raster"],
    }
