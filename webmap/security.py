"""The content security policy of all pages: what a page may load, and who may frame it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

# 地理院タイル (Geospatial Information Authority of Japan); reached only with the setting basemap=gsi.
GSI_HOST = "https://cyberjapandata.gsi.go.jp"


def policy(basemap: str, ancestors: Sequence[str] = ("'self'",)) -> str:
    """Return the policy; the tile host of `basemap` "gsi" is the only one outside from which a page may load.

    `ancestors` are the origins whose pages may frame it.
    """
    tiles = f" {GSI_HOST}" if basemap == "gsi" else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{tiles}",
            f"connect-src 'self'{tiles}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {' '.join(ancestors)}",
        )
    )


class ContentSecurityPolicy:
    """Put the policy on every answer that does not bring its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = policy(settings.MACHIZU.basemap)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
