"""The same entries for search engines, in the words of schema.org (JSON-LD)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

    from layers.catalogue import LayerInfo

CONTEXT = "https://schema.org"
TYPES = {
    "evacuation": "CivicStructure",
    "facility": "CivicStructure",
    "medical": "MedicalOrganization",
    "event": "Event",
}
# The same characters as Django's `json_script`: none of them can end the element or begin a comment.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def listed(
    request: HttpRequest, info: LayerInfo, features: list[dict[str, Any]], language: str
) -> SafeString:
    """Return a page of a list as an `ItemList`."""
    entries = [
        {"@type": "ListItem", "position": number, "item": _entry(request, info, feature, language)}
        for number, feature in enumerate(features, 1)
    ]
    title = info.definition.title.to(language)
    return _script({"@context": CONTEXT, "@type": "ItemList", "name": title, "itemListElement": entries})


def single(request: HttpRequest, info: LayerInfo, feature: dict[str, Any], language: str) -> SafeString:
    """Return one feature."""
    return _script({"@context": CONTEXT, **_entry(request, info, feature, language)})


def _entry(request: HttpRequest, info: LayerInfo, feature: dict[str, Any], language: str) -> dict[str, Any]:
    address = reverse("webmap:item", args=[info.id, feature["id"]])
    place = {
        "name": _said(info, feature, "name"),
        "alternateName": _said(info, feature, "name_en"),
        "address": _said(info, feature, "address"),
        "geo": {"@type": "GeoCoordinates", "latitude": feature["lat"], "longitude": feature["lon"]},
    }
    about = {
        "@id": request.build_absolute_uri(address),
        "url": request.build_absolute_uri(address),
        "telephone": _said(info, feature, "phone"),
    }
    if info.definition.theme == "event":
        return _without_nothing({"@type": "Event", **about, **_event(info, feature, place)})
    kind = TYPES.get(info.definition.theme, "Place")
    return _without_nothing({"@type": kind, **about, **place})


def _event(info: LayerInfo, feature: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    where = _without_nothing({"@type": "Place", "address": place["address"], "geo": place["geo"]})
    times = {"startDate": _said(info, feature, "start"), "endDate": _said(info, feature, "end")}
    return {"name": place["name"], "location": where, **times}


def _said(info: LayerInfo, feature: dict[str, Any], role: str) -> str | None:
    described = info.field_with_role(role)
    value = feature.get(described.name) if described else None
    return None if value in (None, "") else str(value)


def _without_nothing(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def _script(document: Mapping[str, Any]) -> SafeString:
    text = json.dumps(document, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(text)
