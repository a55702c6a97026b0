"""The answer for one place, for people: the words come from the answer itself, names and links are added here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from gis_core.errors import NotFound
from layers import selectors
from layers.catalogue import PUBLIC
from webmap import languages
from webmap.context import page, residents_map, strings
from webmap.names import name_of
from webmap.routes import route_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gis_core.errors import MachizuError
    from layers.catalogue import Catalogue

RIVERS = "rivers"


def question(request: HttpRequest) -> dict[str, Any]:
    """Return the values of `webmap/place.html` before anything was asked."""
    values = page.context(request)
    reach = settings.MACHIZU.city.reach.expand(residents_map.REACH_DEG).as_tuple()
    return {**values, "query": "", "strings": strings.for_script(values["city_name"]), "reach": reach}


def refusal(request: HttpRequest, error: MachizuError) -> dict[str, Any]:
    """Return the values for a question without an answer: the reader is told what to do."""
    return {**question(request), "query": request.GET.get("q", ""), "refusal": _remedy(error)}


def context(request: HttpRequest, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for an answer of `api.place`, be it found or ambiguous."""
    language = languages.current()
    values = question(request)
    catalogue = selectors.catalogue(PUBLIC)
    avoidable = _avoidable(answer)
    return {
        **values,
        "query": request.GET.get("q", ""),
        "answer": answer,
        "candidates": [_candidate(found) for found in answer["candidates"]],
        "heading": _heading(answer),
        "hazards": [_hazard(hazard) for hazard in answer["hazards"]],
        "evacuation": [_evacuation(kind, avoidable, language) for kind in answer["evacuation"]],
        "shelters": [_site(site, language) for site in answer["shelters"]],
        "here": _address_of(answer["point"]) if answer["point"] else None,
        "on_map": _on_map(answer["point"]) if answer["point"] else None,
        "has_rivers": _has_named(catalogue, RIVERS),
        "map_config": _map_config(answer, catalogue, values) if answer["point"] else None,
    }


def _map_config(answer: Mapping[str, Any], catalogue: Catalogue, values: dict[str, Any]) -> dict[str, Any]:
    """The small map: the ground, and of the hazards the worst here."""
    worst = next((hazard["layer"] for hazard in answer["hazards"] if hazard["state"] == "class"), None)
    return residents_map.config(residents_map.layers_on(catalogue, values["language"], (worst,)), values)


def _avoidable(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return by kind of hazard the layer that ways can keep out of: the worst here of those they know."""
    known = selectors.hazards_of_ways()
    worst_last = reversed(answer["hazards"])
    return {hazard["kind"]: hazard["layer"] for hazard in worst_last if hazard["layer"] in known}


def _has_named(catalogue: Catalogue, layer: str) -> bool:
    info = catalogue.layers.get(layer)
    return info is not None and any(field.name == "name" for field in info.fields)


def distance(metres: float) -> str:
    """Return a distance as people say it: tens of metres below a kilometre, tenths of kilometres above."""
    if metres < 1000:
        return _("{distance} m").replace("{distance}", str(round(metres / 10) * 10))
    return _("{distance} km").replace("{distance}", number_format(metres / 1000, 1))


def _heading(answer: Mapping[str, Any]) -> str:
    if answer["place"]:
        return str(answer["place"]["label"])
    district = answer["district"]
    return f"{district['municipality'] or ''}{district['name']}" if district else _("This place")


def _candidate(found: Mapping[str, Any]) -> dict[str, Any]:
    under = " · ".join(filter(None, (found["layer_title"], found["address"])))
    return {"label": found["label"], "under": under, "address": _address_of(found)}


def _hazard(hazard: Mapping[str, Any]) -> dict[str, Any]:
    return {**hazard, "updated": _day(hazard["updated"])}


def _evacuation(kind: Mapping[str, Any], avoidable: Mapping[str, str], language: str) -> dict[str, Any]:
    return {
        **kind,
        "threatens": kind["here"] == "class",
        "avoidable": avoidable.get(kind["kind"]),
        "sites": [_site(site, language) for site in kind["sites"]],
        "avoid": [_site(site, language) for site in kind["avoid"]],
    }


def _site(site: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        **site,
        "called": name_of(site, language),
        "distance": distance(site["distance_m"]),
        "walking": _("about %(minutes)s min on foot") % {"minutes": site["walking_minutes"]},
        "tel": re.sub(r"[^\d+]", "", site["phone"] or ""),
        "state_at": _moment(site["state_at"]),
        "route": route_to(site["longitude"], site["latitude"]),
        "on_map": f"{reverse('webmap:home')}#layers={site['layer']}&place={site['layer']}/{site['id']}",
    }


def _address_of(point: Mapping[str, float]) -> str:
    position = {"lon": f"{point['longitude']:.6f}", "lat": f"{point['latitude']:.6f}"}
    return f"{reverse('webmap:place')}?{urlencode(position)}"


def _on_map(point: Mapping[str, float]) -> str:
    lat, lon = f"{point['latitude']:.5f}", f"{point['longitude']:.5f}"
    return f"{reverse('webmap:home')}#map=15/{lat}/{lon}&at={lat}/{lon}"


def _day(instant: str | None) -> str:
    moment = parse_datetime(instant) if instant else None
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


def _moment(instant: str | None) -> str:
    moment = parse_datetime(instant) if instant else None
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""


def _remedy(error: MachizuError) -> str:
    if isinstance(error, NotFound):
        return _(
            "The place was not found. Write the town and the number, such as 本町1丁目, or only the town."
        )
    return error.message.ja if languages.current().startswith("ja") else error.message.en
