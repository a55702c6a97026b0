"""What a reader is told whose address leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from webmap.context import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what is not there: it leads on to the map, the answer and the lists."""
    return render(request, "webmap/not_found.html", page.context(request), status=404)
