"""URLs of the pages for people."""

from __future__ import annotations

from django.urls import path

from webmap import urls_services
from webmap.views import lists, place, robots
from webmap.views import map as residents_map

app_name = "webmap"

urlpatterns = [
    path("", residents_map.home, name="home"),
    path("list", lists.lists, name="lists"),
    path("list/<str:layer_id>", lists.layer_list, name="list"),
    path("list/<str:layer_id>/<int:feature_id>", lists.item, name="item"),
    path("place", place.place, name="place"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    *urls_services.urlpatterns,
]
