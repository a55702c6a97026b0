"""Events by month and by date, and as iCalendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gis_core.definition import Texts
from gis_core.errors import NotFound
from layers import selectors
from layers.catalogue import PUBLIC, LayerInfo
from webmap import languages
from webmap.context import events as event_pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """The events of a month; with `?month=2026-12` of that one."""
    return render(request, "webmap/events.html", event_pages.context(request, _layer()))


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """All events that are not over, as a feed to subscribe to."""
    info = _layer()
    return _feed(request, info, event_pages.upcoming(info, languages.current()), "events.ics")


@require_safe
def calendar_entry(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event, to put into a calendar."""
    info = _layer()
    rows = selectors.features(info, ids=[event_id])
    event = event_pages.one(info, rows[0], languages.current()) if rows else None
    if event is None:
        raise Http404
    return _feed(request, info, [event], f"event-{event_id}.ics")


def _layer() -> LayerInfo:
    try:
        return selectors.catalogue(PUBLIC).layer(event_pages.LAYER)
    except NotFound as error:
        raise Http404(error.message.ja) from error


def _feed(
    request: HttpRequest, info: LayerInfo, events: Iterable[event_pages.Event], name: str
) -> HttpResponse:
    # The library takes as long to load as all other pages together.
    from webmap.context.icalendar_feed import feed

    language = languages.current()
    city = Texts(settings.MACHIZU.city.name).to(language)
    content = feed(
        events,
        title=f"{info.definition.title.to(language)} | {city}",
        host=request.get_host().partition(":")[0],
        pages=request.build_absolute_uri(f"{reverse('webmap:list', args=[info.id])}/"),
        changed=info.updated_at or timezone.now(),
    )
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
