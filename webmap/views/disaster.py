"""The disaster page for residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import disaster as disaster_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_safe
def disaster(request: HttpRequest) -> HttpResponse:
    """What holds now: alerts, open sites, closures."""
    catalogue = selectors.catalogue(PUBLIC)
    return render(request, "webmap/disaster.html", disaster_page.context(request, catalogue))
