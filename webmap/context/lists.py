"""The lists that work without a map and without JavaScript."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from layers import listing
from webmap import languages
from webmap.context import catalogue as describe
from webmap.context import filters, page, schema_org, states, themes, values
from webmap.context.place import distance
from webmap.names import name_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gis_core.definition import Field
    from layers.catalogue import Catalogue, LayerInfo

PAGE_SIZE = 50
FOUND_PER_LAYER = 20
COLUMN_ROLES = ("address", "phone")
# What one needs to know to use a place at all, and would otherwise have to open each entry for.
NEEDED = ("ssid", "service_area")
SORTED_ROLES = ("kana", "name", "address")
QUERY_LENGTH = 100


@dataclass(frozen=True)
class Asked:
    """What a list's address asks for; what is not understood is left out."""

    text: str = ""
    hazard: str = ""
    open_now: bool = False
    sort: str = ""
    near: tuple[float, float] | None = None
    page: int = 1

    def address(self, **changed: Any) -> str:
        """Return the address's query, with members changed; page 1 is not written."""
        said = {
            "q": self.text,
            "hazard": self.hazard,
            "open": "1" if self.open_now else "",
            "sort": self.sort,
            **({"lon": self.near[0], "lat": self.near[1]} if self.near else {}),
            **changed,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})


def index_context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/lists.html`; `found` is None where nothing was searched for."""
    query = page.asked(request, "q", QUERY_LENGTH)
    base = page.context(request)
    tables = [describe.layer(info, base["language"]) for info in catalogue.layers.values()]
    return {
        **base,
        "groups": themes.groups(tables, with_base=True),
        "query": query,
        "found": _found(catalogue, query) if query else None,
    }


def layer_context(request: HttpRequest, info: LayerInfo) -> dict[str, Any]:
    """Return the values of `webmap/layer_list.html`: one page of the layer's rows."""
    base = page.context(request)
    language = base["language"]
    asked = _asked(request, info)
    reported = states.states_of(info) if filters.has_states(info.definition) else {}
    features, count = listing.listed(info, _listing(info, asked, reported))
    pages = max(1, math.ceil(count / PAGE_SIZE))
    if not features and asked.page > 1:
        asked = replace(asked, page=pages)
        features, count = listing.listed(info, _listing(info, asked, reported))
    fields = columns(info)
    heads = _titles(info, fields, asked, reported)
    return {
        **base,
        "layer": describe.layer(info, language),
        "columns": heads,
        "rows": [_row(info, heads, fields, feature, reported) for feature in features],
        "asked": asked,
        "hazards": filters.hazard_choices([info], language, asked.hazard),
        "sorts": _sorts(info, asked),
        "has_states": bool(reported),
        "count": count,
        "page": asked.page,
        "pages": pages,
        "before": asked.address(page=asked.page - 1) if asked.page > 1 else None,
        "after": asked.address(page=asked.page + 1) if asked.page < pages else None,
        "schema": schema_org.listed(request, info, features, language),
    }


def columns(info: LayerInfo) -> list[Field]:
    """Return address and telephone where the layer has them, filled up from its popup to two."""
    by_role = [f for role in COLUMN_ROLES if (f := info.field_with_role(role))]
    by_name = {f.name: f for f in info.fields if f.role != "name"}
    popup = [by_name[name] for name in info.definition.popup if name in by_name]
    needed = [by_name[name] for name in NEEDED if name in by_name]
    filled = [*by_role, *(f for f in popup if f not in by_role)][: max(len(COLUMN_ROLES), len(by_role))]
    return [*needed, *(f for f in filled if f not in needed)]


def _asked(request: HttpRequest, info: LayerInfo) -> Asked:
    given = request.GET
    hazards = {f.name for f in filters.hazard_fields(info)}
    near = _position(given.get("lon", ""), given.get("lat", ""))
    sorts = {"distance"} if near else set()
    sorts |= {role for role in SORTED_ROLES if info.field_with_role(role)}
    number = given.get("page", "1")
    return Asked(
        text=page.asked(request, "q", QUERY_LENGTH),
        hazard=given["hazard"] if given.get("hazard") in hazards else "",
        open_now=given.get("open") == "1" and filters.has_states(info.definition),
        sort=given["sort"] if given.get("sort") in sorts else "",
        near=near,
        page=max(int(number[:6]), 1) if number.isascii() and number.isdigit() else 1,
    )


def _position(lon: str, lat: str) -> tuple[float, float] | None:
    try:
        found = (float(lon), float(lat))
    except ValueError:
        return None
    return found if abs(found[0]) <= 180 and abs(found[1]) <= 90 else None


def _listing(info: LayerInfo, asked: Asked, reported: dict[int, states.State]) -> listing.Listing:
    sorted_by = info.field_with_role(asked.sort) if asked.sort else None
    usable = [number for number, state in reported.items() if state.code in states.USABLE]
    return listing.Listing(
        text=asked.text,
        equal={asked.hazard: True} if asked.hazard else {},
        ids=usable if asked.open_now else None,
        near=asked.near,
        order=sorted_by.name if sorted_by else None,
        limit=PAGE_SIZE,
        offset=(asked.page - 1) * PAGE_SIZE,
    )


def _titles(
    info: LayerInfo, fields: list[Field], asked: Asked, reported: dict[int, states.State]
) -> list[str]:
    language = languages.current()
    name = info.field_with_role("name")
    return [
        name.title.to(language) if name else _("Entry"),
        *([_("Now")] if reported else []),
        *([_("Distance")] if asked.near else []),
        *(f.title.to(language) for f in fields),
        *([_("Hazards it is for")] if filters.hazard_fields(info) else []),
    ]


def _row(
    info: LayerInfo,
    heads: list[str],
    fields: list[Field],
    feature: dict[str, Any],
    reported: dict[int, states.State],
) -> dict[str, Any]:
    language = languages.current()
    titles = [f.title.to(language) for f in filters.hazard_fields(info) if feature[f.name]]
    cells = [values.cell(f, feature.get(f.name), language) for f in fields]
    away = [values.Cell(distance(feature["metres"]))] if "metres" in feature else []
    hazards = [values.Cell(_(", ").join(titles))] if filters.hazard_fields(info) else []
    now = [{"state": reported.get(feature["id"])}] if reported else []
    headed = zip(heads[1:], [*now, *away, *cells, *hazards], strict=True)
    return {
        "called": called(info, feature, language),
        "address": reverse("webmap:item", args=[info.id, feature["id"]]),
        "cells": list(headed),
    }


def called(info: LayerInfo, feature: dict[str, Any], language: str) -> Any:
    """Return what the feature is called, whatever its layer names the fields of the names."""
    roles = {"name": "name", "name_kana": "kana", "name_en": "name_en"}
    said = {key: feature.get(f.name) for key, role in roles.items() if (f := info.field_with_role(role))}
    return name_of({**feature, **said}, language) or name_of({"name": _("No name")}, "ja")


def _sorts(info: LayerInfo, asked: Asked) -> list[filters.Choice]:
    offered = [("", _("As registered") if not asked.near else _("Nearest first"))]
    by_name = next((role for role in ("kana", "name") if info.field_with_role(role)), None)
    if by_name:
        offered.append((by_name, _("By name")))
    if info.field_with_role("address"):
        offered.append(("address", _("By address")))
    return [filters.Choice(value, title, value == asked.sort) for value, title in offered]


def _found(catalogue: Catalogue, query: str) -> list[dict[str, Any]]:
    language = languages.current()
    groups = []
    for info in (i for i in catalogue.layers.values() if i.field_with_role("name")):
        features, count = listing.listed(info, listing.Listing(text=query, limit=FOUND_PER_LAYER))
        if features:
            fields = columns(info)
            heads = _titles(info, fields, Asked(), {})
            groups.append(
                {
                    "title": info.definition.title.to(language),
                    "columns": heads,
                    "rows": [_row(info, heads, fields, feature, {}) for feature in features],
                    "all": _all_of(info, query) if count > len(features) else None,
                }
            )
    return groups


def _all_of(info: LayerInfo, query: str) -> str:
    return reverse("webmap:list", args=[info.id]) + Asked(query).address()
