"""The map for other sites' pages, and the component that puts it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from layers import selectors
from layers.catalogue import PUBLIC
from webmap import STATIC_FOLDER
from webmap.context import embed as embed_page
from webmap.security import policy

if TYPE_CHECKING:
    from django.http import HttpRequest

COMPONENT = STATIC_FOLDER / "webmap" / "js" / "machizu-map.js"


@xframe_options_exempt
@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """The map alone, as the address asks for it; the only page that other sites may frame, those of the setting."""
    catalogue = selectors.catalogue(PUBLIC)
    answer = render(request, "webmap/embed.html", embed_page.context(request, catalogue))
    installation = settings.MACHIZU
    answer["Content-Security-Policy"] = policy(installation.basemap, installation.embed_origins)
    return answer


@require_safe
def component(request: HttpRequest) -> HttpResponse:
    """The module that defines `<machizu-map>`. Browsers load modules of another origin only where it says they may."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=3600",
    }
    return HttpResponse(
        COMPONENT.read_bytes(), content_type="text/javascript; charset=utf-8", headers=headers
    )
