"""The wall of river cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_core.errors import NotFound
from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import cameras as wall

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """All cameras with their last image."""
    try:
        info = selectors.catalogue(PUBLIC).layer(wall.LAYER)
    except NotFound as error:
        raise Http404(error.message.ja) from error
    return render(request, "webmap/cameras.html", wall.context(request, info))
