"""The lists that work without a map and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_core.errors import NotFound
from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import item as item_page
from webmap.context import lists as list_pages

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.catalogue import LayerInfo

# PostgreSQL's bigint, which ids are.
GREATEST_ID = 2**63 - 1


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """All layers as links to their lists; with `?q=`, the places of that name."""
    catalogue = selectors.catalogue(PUBLIC)
    return render(request, "webmap/lists.html", list_pages.index_context(request, catalogue))


@require_safe
def layer_list(request: HttpRequest, layer_id: str) -> HttpResponse:
    """One layer as a plain table: `?q=`, `?hazard=`, `?open=1`, `?sort=`, `?lon=&lat=`, paged by `?page=`."""
    return render(request, "webmap/layer_list.html", list_pages.layer_context(request, _layer(layer_id)))


@require_safe
def item(request: HttpRequest, layer_id: str, feature_id: int) -> HttpResponse:
    """One entry of a layer with all that is public of it."""
    info = _layer(layer_id)
    found = selectors.features(info, ids=[feature_id], limit=1) if feature_id <= GREATEST_ID else []
    if not found:
        raise Http404(f"{layer_id}/{feature_id}")
    return render(request, "webmap/item.html", item_page.context(request, info, found[0]))


def _layer(layer_id: str) -> LayerInfo:
    try:
        return selectors.catalogue(PUBLIC).layer(layer_id)
    except NotFound as error:
        raise Http404(error.message.ja) from error
