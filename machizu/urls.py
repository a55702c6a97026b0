"""The pages' URLs; the API is beside Django, not in it (see `asgi.py`)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler404 = "webmap.views.errors.not_found"

urlpatterns = [
    path("admin/", admin.site.urls),
    # Where harvesters of open data look for a site's catalogue.
    path("data.json", RedirectView.as_view(url="/api/catalog?f=datajson")),
    path("", include("webmap.urls")),
]
