"""The Django application of the pages for people."""

from __future__ import annotations

from django.apps import AppConfig


class WebmapConfig(AppConfig):
    """The residents' map, its lists and their static files."""

    name = "webmap"
    verbose_name = "Residents' map"
