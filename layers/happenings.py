"""Features that have a time of their own, such as events and closures: those that are not over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.gis.db.models.functions import Centroid
from django.db.models import F, Q, QuerySet

from layers.catalogue import LayerInfo
from layers.features import feature_model

# More than a city announces; a feed with more is no calendar any more.
MOST = 2_000


def happening(
    info: LayerInfo, since: date | datetime, until: date | datetime | None = None, limit: int = MOST
) -> list[dict[str, Any]]:
    """Return what goes on at or after `since` and begins at or before `until`, in the order of its beginning.

    The fields with the roles start and end decide; without an end a thing lasts as long as its beginning. Of
    each the visible fields, `id`, and `lon` and `lat` of the centroid (degrees). None for a layer without times.
    """
    start, end = info.field_with_role("start"), info.field_with_role("end")
    if start is None:
        return []
    lasts = Q((f"{start.name}__gte", since))
    if end is not None:
        lasts = Q((f"{end.name}__gte", since)) | (Q((f"{end.name}__isnull", True)) & lasts)
    found = feature_model(info.definition)._default_manager.filter(lasts)
    if until is not None:
        found = found.filter(**{f"{start.name}__lte": until})
    return _rows(info, found.order_by(*_order(info), "id")[:limit])


def open_ended(info: LayerInfo, moment: datetime, limit: int = MOST) -> list[dict[str, Any]]:
    """Return what holds at the moment: begun, or of unknown beginning, and not known to be over."""
    start, end = info.field_with_role("start"), info.field_with_role("end")
    found = feature_model(info.definition)._default_manager.all()
    if start is not None:
        found = found.filter(Q((f"{start.name}__lte", moment)) | Q((f"{start.name}__isnull", True)))
    if end is not None:
        found = found.filter(Q((f"{end.name}__gte", moment)) | Q((f"{end.name}__isnull", True)))
    return _rows(info, found.order_by("id")[:limit])


def _order(info: LayerInfo) -> list[Any]:
    fields = (info.field_with_role(role) for role in ("start", "start_time"))
    return [F(field.name).asc(nulls_first=True) for field in fields if field]


def _rows(info: LayerInfo, found: QuerySet[Any]) -> list[dict[str, Any]]:
    names = [field.name for field in info.fields]
    rows = found.annotate(centroid_=Centroid("geom")).values("id", "centroid_", *names)
    return [{**row, "lon": at.x, "lat": at.y} for row in rows for at in [row.pop("centroid_")]]
