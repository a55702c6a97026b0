"""The residents' map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import residents_map

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The residents' map."""
    catalogue = selectors.catalogue(PUBLIC)
    return render(request, "webmap/map.html", residents_map.context(request, catalogue))
