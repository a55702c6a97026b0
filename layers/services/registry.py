"""Registering departments and layers."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from gis_core.definition import Definition, LayerDefinition
from layers import grants, history, tables
from layers.models import Department, Layer
from layers.services import audit
from layers.services.common import announce

# The author of what the product itself does at its first start.
SYSTEM = "machizu"


@transaction.atomic
def register_departments(departments: Mapping[str, Mapping[str, str]]) -> None:
    """Make the city's departments known, or bring their names up to date."""
    for department_id, title in departments.items():
        Department.objects.update_or_create(pk=department_id, defaults={"title": dict(title)})


@transaction.atomic
def register_layer(definition: Definition, *, position: int = 0, actor: str = SYSTEM) -> bool:
    """Register a layer and create its table. Returns False when it is registered already.

    The owning department is registered under its id where the city has not named it.
    """
    Department.objects.get_or_create(
        pk=definition.department, defaults={"title": {"ja": definition.department}}
    )
    vector = isinstance(definition, LayerDefinition)
    _, created = Layer.objects.get_or_create(
        pk=definition.id,
        defaults={
            "kind": Layer.Kind.VECTOR if vector else Layer.Kind.RASTER,
            "department_id": definition.department,
            "definition": dict(definition.raw),
            "position": position,
        },
    )
    if not created:
        return False
    with connection.cursor() as cursor:
        if isinstance(definition, LayerDefinition):
            tables.create(cursor, definition)
            history.create(cursor, definition)
            grants.grant_public(cursor, definition)
        announce(cursor, definition.id, 0)
    audit.record(actor, "layer.create", layer=definition.id)
    return True
