"""Reads for Django's side: pages, forms, the command line. They return finished values, never query sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib.gis.db.models.functions import Centroid
from django.db import connection
from django.db.models import Q

from gis_core.definition import Definition, LayerDefinition, RasterDefinition
from gis_core.definition_file import build_definition
from gis_core.errors import BadInput, Message
from layers import models, reads, ways_network
from layers.absent import no_layer, no_load
from layers.catalogue import PUBLIC, Catalogue, LayerInfo, Viewer, parse_catalogue
from layers.features import feature_model
from layers.visibility import Role


def catalogue(viewer: Viewer = PUBLIC) -> Catalogue:
    """Return all layers and rasters that the viewer may see."""
    statement = reads.catalogue_statement()
    with connection.cursor() as cursor:
        cursor.execute(statement.text)
        (document,) = cursor.fetchone()
    return parse_catalogue(document, viewer)


def hazards_of_ways() -> frozenset[str]:
    """Return the ids of the hazard layers that ways on foot can keep out of; none without a network."""
    with connection.cursor() as cursor:
        made = ways_network.made_version(cursor)
    return frozenset(made["hazards"] if made else ())


def definition(layer_id: str) -> Definition:
    """Return a registered layer's or raster's definition. Raises `NotFound`."""
    try:
        row = models.Layer.objects.get(pk=layer_id, retired_at=None)
    except models.Layer.DoesNotExist:
        raise no_layer(layer_id) from None
    return build_definition(row.definition)


def layer_definition(layer_id: str) -> LayerDefinition:
    """Return a vector layer's definition. Raises `NotFound`, or `BadInput` for a raster."""
    found = definition(layer_id)
    if isinstance(found, RasterDefinition):
        raise BadInput(
            Message(
                ja=f"「{layer_id}」はラスタのレイヤです。machizu raster add ファイル --layer {layer_id} を使ってください。",
                en=f"“{layer_id}” is a raster layer. Use: machizu raster add FILE --layer {layer_id}",
            )
        )
    return found


def raster_definition(layer_id: str) -> RasterDefinition:
    """Return a raster's definition. Raises `NotFound`, or `BadInput` for a vector layer."""
    found = definition(layer_id)
    if isinstance(found, LayerDefinition):
        raise BadInput(
            Message(
                ja=f"「{layer_id}」はベクタのレイヤです。machizu load ファイル --layer {layer_id} を使ってください。",
                en=f"“{layer_id}” is a vector layer. Use: machizu load FILE --layer {layer_id}",
            )
        )
    return found


def features(
    info: LayerInfo,
    *,
    ids: Sequence[int] | None = None,
    text: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Return features for pages: the visible fields, `id`, and `lon`/`lat` of their centroid (degrees)."""
    model = feature_model(info.definition)
    names = [f.name for f in info.fields]
    found = model._default_manager.all()
    if ids is not None:
        found = found.filter(pk__in=ids)
    if text:
        searched = [info.field_with_role(r) for r in ("name", "kana", "address")]
        found = found.filter(
            Q.create([(f"{f.name}__icontains", text) for f in searched if f], connector=Q.OR)
        )
    rows = found.annotate(centroid_=Centroid("geom")).values("id", "centroid_", *names)[
        offset : offset + limit
    ]
    return [_page_row(row) for row in rows]


def _page_row(row: dict[str, Any]) -> dict[str, Any]:
    centroid = row.pop("centroid_")
    return {**row, "lon": centroid.x, "lat": centroid.y}


def loads(*, layer_id: str | None = None, limit: int = 50) -> list[models.Load]:
    """Return the newest loads, of one layer or of all."""
    found = models.Load.objects.all()
    if layer_id is not None:
        found = found.filter(layer_id=layer_id)
    return list(found[:limit])


def load_report(load_id: int) -> dict[str, Any]:
    """Return a load's report as `machizu load --json` prints it. Raises `NotFound`."""
    load = models.Load.objects.filter(pk=load_id).first()
    if load is None:
        raise no_load(load_id)
    return {**load.report, "diff": load.diff, "load": load.pk, "state": load.state}


def layers_without_loads() -> set[str]:
    """Return the registered layers and rasters to which nothing was ever delivered."""
    return set(models.Layer.objects.filter(loads=None).values_list("pk", flat=True))


def only_loaded_by(actor: str) -> bool:
    """Tell whether nobody but `actor` has ever delivered anything."""
    return not models.Load.objects.exclude(actor=actor).exists()


def sample_layers() -> set[str]:
    """Return the layers and rasters that show sample data."""
    return set(models.Layer.objects.filter(is_sample=True, retired_at=None).values_list("pk", flat=True))


def open_situations() -> list[tuple[str, datetime]]:
    """Return the declared emergencies that are open, the newest first: name, and when it was declared."""
    found = models.Situation.objects.filter(closed_at=None).order_by("-opened_at", "-id")
    return list(found.values_list("name", "opened_at"))


def viewer_of(username: str) -> Viewer | None:
    """Return a registered user's role, elevated while an open situation grants it; None for an unknown user."""
    member = models.Membership.objects.filter(user__username=username, user__is_active=True).first()
    if member is None:
        return None
    elevated = models.Elevation.objects.filter(user=member.user, situation__closed_at=None).exists()
    return Viewer(cast(Role, member.role), member.department_id, elevated)


def audit_entries(
    *, layer: str | None = None, actor: str | None = None, since: datetime | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Return the newest audit entries that match, newest first."""
    found = models.AuditEntry.objects.all()
    if layer is not None:
        found = found.filter(layer=layer)
    if actor is not None:
        found = found.filter(actor=actor)
    if since is not None:
        found = found.filter(at__gte=since)
    names = ("at", "actor", "action", "layer", "subject", "detail")
    return [dict(zip(names, row, strict=True)) for row in found.values_list(*names)[:limit]]
