"""The map for other sites' pages: what the address asks for, and the places as a list."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.boxes import Box
from layers import selectors
from webmap.context import page, residents_map, strings, themes
from webmap.context.lists import called

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from layers.catalogue import Catalogue

MOST_LAYERS = 8
# Places that an embedded list names; for more there is the list's own page.
LISTED = 100
# Of a layer so many are looked through for those in the box.
LOOKED_AT = 3000


@dataclass(frozen=True)
class Options:
    """What an embed's address asks for; what is not understood is left out. `place` is a layer's id and a number."""

    layers: tuple[str, ...]
    box: Box | None = None
    place: tuple[str, int] | None = None
    listed: bool = False
    controls: bool = True
    cooperative: bool = False


def options(given: QueryDict, catalogue: Catalogue) -> Options:
    """Read the options of an address."""
    place = _place(given.get("place", ""), catalogue)
    asked = [name for name in given.get("layers", "").split(",") if catalogue.knows(name)]
    layers = list(dict.fromkeys([*asked, *([place[0]] if place else [])]))[:MOST_LAYERS]
    return Options(
        layers=tuple(layers or [name for name in themes.ON_AT_START if catalogue.knows(name)]),
        box=_box(given.get("bbox", "")),
        place=place,
        listed=given.get("list") == "1",
        controls=given.get("controls") != "0",
        cooperative=given.get("cooperative") == "1",
    )


def context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/embed.html`."""
    asked = options(request.GET, catalogue)
    values = page.context(request)
    drawn = residents_map.layers_on(catalogue, values["language"], asked.layers)
    groups = [_listed(catalogue, name, asked, values["language"]) for name in asked.layers]
    return {
        **values,
        "asked": asked,
        "titles": _("; ").join(layer["title"] for layer in drawn if layer["isOn"]),
        "groups": [group for group in groups if group],
        "config": _config(residents_map.config(drawn, values), asked, catalogue),
        "strings": strings.for_script(values["city_name"]),
        "larger": f"{reverse('webmap:home')}#layers={','.join(asked.layers)}",
    }


def _config(config: dict[str, Any], asked: Options, catalogue: Catalogue) -> dict[str, Any]:
    place = asked.place and _position(catalogue, *asked.place)
    return {
        **config,
        "controls": asked.controls,
        "options": {"cooperativeGestures": asked.cooperative},
        "box": (asked.box.as_tuple() if asked.box else None) or config["city"]["bounds"],
        "place": place,
    }


def _listed(catalogue: Catalogue, name: str, asked: Options, language: str) -> dict[str, Any] | None:
    info = catalogue.layers.get(name)
    if info is None:
        return None
    rows = selectors.features(info, limit=LOOKED_AT if asked.box else LISTED + 1)
    inside = [row for row in rows if asked.box is None or asked.box.contains(row["lon"], row["lat"])]
    address = info.field_with_role("address")
    return {
        "id": info.id,
        "title": info.definition.title.to(language),
        "more": len(inside) > LISTED or info.feature_count > LOOKED_AT,
        "rows": [
            {
                "called": called(info, row, language),
                "under": (row.get(address.name) or "") if address else "",
                "address": reverse("webmap:item", args=[info.id, row["id"]]),
            }
            for row in inside[:LISTED]
        ],
    }


def _position(catalogue: Catalogue, layer_id: str, number: int) -> dict[str, float] | None:
    info = catalogue.layers.get(layer_id)
    rows = selectors.features(info, ids=[number]) if info else []
    return {"lon": rows[0]["lon"], "lat": rows[0]["lat"]} if rows else None


def _place(text: str, catalogue: Catalogue) -> tuple[str, int] | None:
    layer_id, _slash, number = text.partition("/")
    is_number = number.isascii() and number.isdigit() and len(number) <= 18
    return (layer_id, int(number)) if is_number and layer_id in catalogue.layers else None


def _box(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    edges = (west, south, east, north)
    is_box = all(map(math.isfinite, edges)) and -180 <= west < east <= 180 and -85 <= south < north <= 85
    return Box(*edges) if is_box else None
