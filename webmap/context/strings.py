"""The words that the map's script shows, translated here so that there is one catalogue a language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def for_script(city_name: str) -> dict[str, str]:
    """Return the script's strings by key; `{name}` marks what the script fills in."""
    return {
        **_list(),
        **_search(),
        **_details(),
        **_layers(),
        **_tools(),
        **_ways(),
        **_map(city_name),
        **_maplibre(),
    }


def _list() -> dict[str, str]:
    return {
        "list.loading": _("Loading the list…"),
        "list.empty": _("No places to list. Switch on a layer, or move the map."),
        "list.noLayers": _("Switch on a layer to see its places here."),
        "list.failed": _("The list could not be loaded. Check the connection and try again."),
        "list.count": _("Places in this part of the map: {count}. Nearest to its centre first."),
        "distance.m": _("{distance} m"),
        "distance.km": _("{distance} km"),
    }


def _search() -> dict[str, str]:
    return {
        "search.count": _("Results: {count}"),
        "search.none": _("Nothing was found for “{query}”. Try a shorter name."),
        "search.failed": _("The search did not work. Check the connection and try again."),
    }


def _details() -> dict[str, str]:
    return {
        "details.loading": _("Loading…"),
        "details.failed": _("The details could not be loaded. Check the connection and try again."),
        "details.opened": _("Details of {name} are shown."),
        "details.close": _("Close the details"),
        "details.closed": _("Details closed."),
        "details.several": _("Places here: {count}"),
        "details.here": _("This place"),
        "details.unnamed": _("No name"),
    }


def _layers() -> dict[str, str]:
    return {
        "layers.on": _("{layer} is shown on the map."),
        "layers.off": _("{layer} is hidden."),
        "layers.instead": _("{layer} is shown on the map in place of {other}."),
        "layers.opacity": _("Opacity of {layer}"),
        "legend.title": _("Legend"),
    }


def _tools() -> dict[str, str]:
    return {
        "filter.changed": _("The list and the map show what fits."),
        "locate.searching": _("Finding where you are…"),
        "locate.outside": _("You are outside the area of this map."),
        "locate.failed": _("Your location could not be found. Check that this page may use it."),
        "measure.begin": _("Click on the map, or take the point at its centre."),
        "measure.length": _("Length: {length}"),
        "share.copied": _("The link has been copied."),
        "share.failed": _("Copy this link: {url}"),
    }


def _ways() -> dict[str, str]:
    return {
        "way.asking": _("Looking for the way…"),
        "way.found": _(
            "To {name}: {distance}, about {minutes} min on foot. Whether it can be walked depends on what you find there."
        ),
        "way.straight": _(
            "No way was found, so this is only a straight line. To {name}: {distance}, {minutes} min or more on foot."
            " The way itself is longer, and the line may lead through danger."
        ),
        "way.avoids": _("The way avoids what is mapped of this: {what}."),
        "way.through": _("No way avoids what is mapped of this: {what}. The way shown may lead through it."),
        "way.rivers": _("rivers"),
        "way.failed": _("The way could not be found. Check the connection and try again."),
    }


def _map(city_name: str) -> dict[str, str]:
    return {
        "map.noWebgl": _("This device cannot draw the map. The list has the same information."),
        "map.failed": _("The map could not be started. The list has the same information."),
        "map.gsiFailed": _("The background map of the GSI cannot be reached; the city's own map is shown."),
        "map.credit": _("Data: {city}").replace("{city}", city_name),
        "map.gsi": _("Geospatial Information Authority of Japan"),
        "sheet.more": _("Larger map"),
        "sheet.less": _("Larger list"),
    }


def _maplibre() -> dict[str, str]:
    return {
        "maplibre.Map.Title": _("Map"),
        "maplibre.NavigationControl.ZoomIn": _("Zoom in"),
        "maplibre.NavigationControl.ZoomOut": _("Zoom out"),
        "maplibre.ScaleControl.Meters": _("m"),
        "maplibre.ScaleControl.Kilometers": _("km"),
    }
