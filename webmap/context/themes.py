"""The themes of the layer list: their order, their titles, and which layers play a special part."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

# The layers under the map's own ground; they are drawn always and have no switch.
BASE = ("city_boundary", "town_areas", "rivers", "roads")

# On the map at the start: what residents come for first.
ON_AT_START = ("evacuation_sites", "facilities")

HAZARD_THEME = "hazard"

TITLES = {
    "evacuation": gettext_lazy("Evacuation"),
    "hazard": gettext_lazy("Hazard areas"),
    "facility": gettext_lazy("Public facilities"),
    "wifi": gettext_lazy("Wi-Fi"),
    "river": gettext_lazy("Rivers"),
    "event": gettext_lazy("Events"),
    "medical": gettext_lazy("Medical care"),
    "disaster": gettext_lazy("During a disaster"),
    "environment": gettext_lazy("Environment"),
    "base": gettext_lazy("Land and base map"),
}


def title(theme: str) -> str:
    """Return the theme's title; a theme that a city made up is shown by its own id."""
    known = TITLES.get(theme)
    return str(known) if known else theme.replace("_", " ").capitalize()


def order(theme: str) -> int:
    """Return the place of the theme in the list; unknown themes come last."""
    return [*TITLES].index(theme) if theme in TITLES else len(TITLES)


def groups(described: list[dict[str, Any]], *, with_base: bool = False) -> list[dict[str, Any]]:
    """Return described layers by theme, in the order of `TITLES`; the map's own ground is none of them."""
    shown = [layer for layer in described if not layer["isBase"]]
    found = [
        {"title": title(theme), "layers": [layer for layer in shown if layer["theme"] == theme]}
        for theme in sorted({layer["theme"] for layer in shown}, key=lambda theme: (order(theme), theme))
    ]
    ground = [layer for layer in described if layer["isBase"]] if with_base else []
    return [*found, {"title": title("base"), "layers": ground}] if ground else found
