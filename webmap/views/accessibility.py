"""The accessibility policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from webmap.context import accessibility as policy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The policy."""
    return render(request, "webmap/accessibility.html", policy.context(request))
