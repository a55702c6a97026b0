"""URLs of the pages beside map, lists and answer: events, cameras, emergencies, and about this site."""

from __future__ import annotations

from django.urls import path

from webmap.views import accessibility, cameras, disaster, embed, events, offline, printing

urlpatterns = [
    path("events", events.month, name="events"),
    path("events.ics", events.calendar, name="events_feed"),
    path("events/<int:event_id>.ics", events.calendar_entry, name="event_feed"),
    path("cameras", cameras.cameras, name="cameras"),
    path("embed/", embed.embed, name="embed"),
    path("embed/machizu-map.js", embed.component, name="embed_component"),
    path("print", printing.print_page, name="print"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("public/", disaster.disaster, name="disaster"),
    path("accessibility", accessibility.accessibility, name="accessibility"),
]
