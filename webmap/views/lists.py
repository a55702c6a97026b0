"""The lists that work without a map and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_core.errors import NotFound
from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import lists as list_pages

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """All layers as links to their lists; with `?q=`, the places of that name."""
    catalogue = selectors.catalogue(PUBLIC)
    return render(request, "webmap/lists.html", list_pages.index_context(request, catalogue))


@require_safe
def layer_list(request: HttpRequest, layer_id: str) -> HttpResponse:
    """One layer as a plain table, paged by `?page=`."""
    try:
        info = selectors.catalogue(PUBLIC).layer(layer_id)
    except NotFound as error:
        raise Http404(error.message.ja) from error
    return render(request, "webmap/layer_list.html", list_pages.layer_context(request, info))
