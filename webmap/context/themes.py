"""The themes of the layer list: their order, their titles, and which layers play a special part."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy

# The layers under the map's own ground; they are drawn always and have no switch.
BASE = ("city_boundary", "town_areas", "rivers", "roads")

# What residents come for first, in this order; evacuation sites and facilities are on at the start.
CORE = ("evacuation_sites", "facilities", "wifi_hotspots", "river_cameras", "events")
ON_AT_START = ("evacuation_sites", "facilities")

HAZARD_THEME = "hazard"

TITLES = {
    "evacuation": gettext_lazy("Evacuation"),
    "hazard": gettext_lazy("Hazard areas"),
    "disaster": gettext_lazy("During a disaster"),
    "river": gettext_lazy("Rivers"),
    "medical": gettext_lazy("Medical care"),
    "facility": gettext_lazy("Public facilities"),
    "wifi": gettext_lazy("Wi-Fi"),
    "event": gettext_lazy("Events"),
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


def core_title() -> str:
    """Return the title of the group of the layers asked for most."""
    return gettext("Most used")
