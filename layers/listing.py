"""Pages of a layer's features for lists: searched, filtered, sorted and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.db.models.functions import Centroid, Distance
from django.contrib.gis.geos import Point
from django.db.models import F, Q, QuerySet

from layers.catalogue import LayerInfo
from layers.features import feature_model

SEARCHED = ("name", "kana", "address")


@dataclass(frozen=True)
class Listing:
    """What a list is to show: `equal` by field, `near` a longitude and latitude (degrees), `order` a field's name."""

    text: str = ""
    equal: Mapping[str, Any] = field(default_factory=dict)
    ids: Collection[int] | None = None
    near: tuple[float, float] | None = None
    order: str | None = None
    limit: int = 50
    offset: int = 0


def listed(info: LayerInfo, wanted: Listing) -> tuple[list[dict[str, Any]], int]:
    """Return a page of the features and the number of all that match.

    Of each the visible fields, `id`, `lon` and `lat` of the centroid (degrees), and with `near` its `metres`.
    Fields of `wanted` must be visible ones.
    """
    found = _matching(info, wanted)
    rows = _ordered(found, wanted).values(
        "id", "centroid_", *_distance(wanted), *(f.name for f in info.fields)
    )
    page = rows[wanted.offset : wanted.offset + wanted.limit]
    return [_row(row) for row in page], found.count()


def _matching(info: LayerInfo, wanted: Listing) -> QuerySet[Any]:
    found = feature_model(info.definition)._default_manager.filter(**wanted.equal)
    if wanted.ids is not None:
        found = found.filter(pk__in=wanted.ids)
    if wanted.text:
        searched = [f for role in SEARCHED if (f := info.field_with_role(role))]
        if not searched:
            return found.none()
        found = found.filter(
            Q.create([(f"{f.name}__icontains", wanted.text) for f in searched], connector=Q.OR)
        )
    return found


def _ordered(found: QuerySet[Any], wanted: Listing) -> QuerySet[Any]:
    found = found.annotate(centroid_=Centroid("geom"))
    if wanted.near:
        found = found.annotate(metres_=Distance("centroid_", Point(*wanted.near, srid=4326)))
    if wanted.order:
        return found.order_by(F(wanted.order).asc(nulls_last=True), "id")
    return found.order_by("metres_", "id") if wanted.near else found.order_by("id")


def _distance(wanted: Listing) -> list[str]:
    return ["metres_"] if wanted.near else []


def _row(row: dict[str, Any]) -> dict[str, Any]:
    centroid, metres = row.pop("centroid_"), row.pop("metres_", None)
    position = {"lon": centroid.x, "lat": centroid.y}
    return {**row, **position} if metres is None else {**row, **position, "metres": metres.m}
