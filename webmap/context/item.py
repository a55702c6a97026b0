"""One entry of a layer: all that is public of it, and what one can do with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gis_core.definition import Field
from layers.services import cameras
from layers.status import STALE_AFTER
from webmap.context import catalogue as describe
from webmap.context import filters, page, schema_org, states, strings, values
from webmap.context.lists import called
from webmap.routes import route_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from layers.catalogue import LayerInfo

# What the heading says already.
IN_HEADING = frozenset({"name", "kana", "name_en"})
CAMERA = "camera"
# The layer whose entries have a file for the reader's own calendar.
EVENTS = "events"


class Fact(NamedTuple):
    """One line of what is known."""

    title: str
    cell: values.Cell


class Picture(NamedTuple):
    """A camera's last image: its address, when it was taken, whether that is too long ago."""

    address: str
    taken: str
    is_stale: bool


def context(request: HttpRequest, info: LayerInfo, feature: dict[str, Any]) -> dict[str, Any]:
    """Return the values of `webmap/item.html`."""
    base = page.context(request)
    language = base["language"]
    described = describe.layer(info, language)
    first, more = _facts(info, feature, language)
    return {
        **base,
        "strings": strings.for_script(base["city_name"]),
        "layer": described,
        "feature": feature,
        "called": called(info, feature, language),
        "facts": first,
        "more": more,
        "hazards": _hazards(info, feature, language),
        "state": states.states_of(info).get(feature["id"]) if filters.has_states(info.definition) else None,
        "picture": _picture(info, feature["id"]),
        "is_point": info.definition.geometry == "Point",
        "route": route_to(feature["lon"], feature["lat"]),
        "place": f"{reverse('webmap:place')}?lon={feature['lon']:.6f}&lat={feature['lat']:.6f}",
        "tel": _telephone(info, feature),
        "websites": _websites(info, feature, language),
        "calendar": reverse("webmap:event_feed", args=[feature["id"]]) if info.id == EVENTS else None,
        "on_map": f"{reverse('webmap:home')}#layers={info.id}&place={info.id}/{feature['id']}",
        "contact": info.definition.registration.contact,
        "department": info.department.to(language),
        "reference": f"{info.id}/{feature['id']}",
        "schema": schema_org.single(request, info, feature, language),
    }


def _facts(info: LayerInfo, feature: dict[str, Any], language: str) -> tuple[list[Fact], list[Fact]]:
    """What the definition wants shown first, and the rest."""
    hazards = {f.name for f in filters.hazard_fields(info)}
    known = {
        f.name: Fact(f.title.to(language), values.cell(f, feature[f.name], language))
        for f in info.fields
        if f.role not in IN_HEADING and f.name not in hazards and feature[f.name] not in (None, "")
    }
    first = [known.pop(name) for name in info.definition.popup if name in known]
    return first, [*known.values()]


def _hazards(info: LayerInfo, feature: dict[str, Any], language: str) -> list[tuple[str, bool]]:
    """The hazards with whether the site is for them: what it is not for must be seen, too."""
    return [(f.title.to(language), bool(feature[f.name])) for f in filters.hazard_fields(info)]


def _picture(info: LayerInfo, number: int) -> Picture | None:
    known = cameras.known(info.id).get(number) if info.definition.style.symbol == CAMERA else None
    if known is None or not known.path:
        return None
    moment = known.taken_at or known.fetched_at
    if moment is None:
        return None
    taken = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    address = f"/api/collections/{info.id}/items/{number}/image"
    return Picture(address, taken, datetime.now(UTC) - moment > STALE_AFTER)


def _telephone(info: LayerInfo, feature: dict[str, Any]) -> str:
    phone = info.field_with_role("phone")
    return re.sub(r"[^\d+]", "", str(feature[phone.name] or "")) if phone else ""


def _websites(info: LayerInfo, feature: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Web pages of the place, such as its own and the one for booking; pictures are no pages."""
    found = []
    for described in (f for f in info.fields if f.kind == "url" and f.role != "image"):
        address = values.cell(described, feature[described.name], language).href
        if address:
            found.append((_title(described, language), address))
    return found


def _title(described: Field, language: str) -> str:
    return _("Website") if described.role == "url" else described.title.to(language)
