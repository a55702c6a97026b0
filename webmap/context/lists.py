"""The lists that work without a map and without JavaScript."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from layers import selectors
from webmap import languages
from webmap.context import catalogue as describe
from webmap.context import page, residents_map, themes, values

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gis_core.definition import Field
    from layers.catalogue import Catalogue, LayerInfo

PAGE_SIZE = 50
FOUND_PER_LAYER = 20
COLUMN_ROLES = ("name", "address", "phone")
QUERY_LENGTH = 100


def index_context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/lists.html`; `found` is None where nothing was searched for."""
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH]
    base = page.context(request)
    described = residents_map.described_layers(catalogue, base["language"])
    tables = [d for d in described if d["kind"] == "vector"]
    ground = {"title": themes.title("base"), "layers": [d for d in tables if d["isBase"]]}
    return {
        **base,
        "groups": [g for g in [*residents_map.groups(tables), ground] if g["layers"]],
        "query": query,
        "found": _found(catalogue, query) if query else None,
    }


def layer_context(request: HttpRequest, info: LayerInfo) -> dict[str, Any]:
    """Return the values of `webmap/layer_list.html`: one page of the layer's rows."""
    base = page.context(request)
    pages = max(1, math.ceil(info.feature_count / PAGE_SIZE))
    number = _page_number(request.GET.get("page", "1"), pages)
    fields = columns(info)
    features = selectors.features(info, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return {
        **base,
        "layer": describe.layer(info, base["language"]),
        "columns": [f.title.to(base["language"]) for f in fields],
        "rows": [_row(fields, feature, base["language"]) for feature in features],
        "page": number,
        "pages": pages,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < pages else None,
    }


def columns(info: LayerInfo) -> list[Field]:
    """Return name, address and telephone where the layer has them, filled up from its popup to three."""
    by_role = [f for role in COLUMN_ROLES if (f := info.field_with_role(role))]
    by_name = {f.name: f for f in info.fields}
    popup = [by_name[name] for name in info.definition.popup if name in by_name]
    return [*by_role, *(f for f in popup if f not in by_role)][: max(len(COLUMN_ROLES), len(by_role))]


def _row(fields: list[Field], feature: dict[str, Any], language: str) -> list[values.Cell]:
    return [values.cell(f, feature.get(f.name), language) for f in fields]


def _page_number(text: str, pages: int) -> int:
    return min(max(int(text), 1), pages) if text.isascii() and text.isdigit() else 1


def _found(catalogue: Catalogue, query: str) -> list[dict[str, Any]]:
    language = languages.current()
    groups = []
    for info in (i for i in catalogue.layers.values() if i.field_with_role("name")):
        fields = columns(info)
        rows = [
            _row(fields, f, language) for f in selectors.features(info, text=query, limit=FOUND_PER_LAYER)
        ]
        if rows:
            titles = [f.title.to(language) for f in fields]
            groups.append({"title": info.definition.title.to(language), "columns": titles, "rows": rows})
    return groups
