"""URLs of the pages for people."""

from __future__ import annotations

from django.urls import path

from webmap import views

app_name = "webmap"

urlpatterns = [
    path("", views.home, name="home"),
    path("list", views.lists, name="lists"),
    path("list/<str:layer_id>", views.layer_list, name="list"),
]
