"""URLs of the pages for people."""

from __future__ import annotations

from django.urls import path

from webmap.views import lists
from webmap.views import map as residents_map

app_name = "webmap"

urlpatterns = [
    path("", residents_map.home, name="home"),
    path("list", lists.lists, name="lists"),
    path("list/<str:layer_id>", lists.layer_list, name="list"),
]
