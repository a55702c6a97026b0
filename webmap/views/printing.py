"""The print page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers import selectors
from layers.catalogue import PUBLIC
from webmap.context import printing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def print_page(request: HttpRequest) -> HttpResponse:
    """A sheet to print, or to make a PDF of."""
    return render(request, "webmap/print.html", printing.context(request, selectors.catalogue(PUBLIC)))
