"""The pages' URLs; the API is beside Django, not in it (see `asgi.py`)."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("webmap.urls")),
]
