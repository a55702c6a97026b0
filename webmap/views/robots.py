"""What search engines may look at: robots.txt and the site map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from layers import selectors
from layers.catalogue import PUBLIC
from webmap import languages

if TYPE_CHECKING:
    from django.http import HttpRequest

# Answers for one person's place, and what only staff use.
CLOSED = ("/place?", "/staff/", "/hq/", "/admin/")
PAGES = ("webmap:home", "webmap:place", "webmap:lists")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt (RFC 9309)."""
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    sitemap = request.build_absolute_uri(reverse("webmap:sitemap"))
    return HttpResponse(
        f"User-agent: *\n{closed}Sitemap: {sitemap}\n", content_type="text/plain; charset=utf-8"
    )


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages and lists with their languages and the day of their last change (sitemaps.org)."""
    infos = selectors.catalogue(PUBLIC).layers.values()
    lists = [(reverse("webmap:list", args=[info.id]), info.updated_at) for info in infos]
    entries = [*((reverse(name), None) for name in PAGES), *lists]
    pages = [(request.build_absolute_uri(address), changed) for address, changed in entries]
    context = {"pages": pages, "languages": languages.alternates()}
    return render(request, "webmap/sitemap.xml", context, content_type="application/xml")
