"""A GeoDjango model class for every layer, made from its definition over the layer's own table."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.contrib.gis.db import models

from gis_core.definition import Field, LayerDefinition
from layers.tables import SCHEMA

_COLUMNS: dict[str, type[models.Field[Any, Any]]] = {
    "string": models.TextField,
    "integer": models.BigIntegerField,
    "number": models.FloatField,
    "boolean": models.BooleanField,
    "date": models.DateField,
    "datetime": models.DateTimeField,
    "time": models.TimeField,
}


def feature_model(definition: LayerDefinition) -> type[models.Model]:
    """Return the unmanaged model of the layer's features; fields carry titles and choices in Japanese.

    It is registered in an app registry of its own, because a definition may change while a process runs.
    """
    meta = type(
        "Meta",
        (),
        {
            "app_label": "layers",
            "apps": Apps(),
            "managed": False,
            # Django leaves a name that is already quoted alone; this is how it reaches another schema.
            "db_table": f'"{SCHEMA}"."{definition.id}"',
            "verbose_name": definition.title["ja"],
            "ordering": ("id",),
        },
    )
    members: dict[str, Any] = {f.name: _column(f) for f in definition.fields}
    members |= {
        "__module__": __name__,
        "Meta": meta,
        "id": models.BigAutoField(primary_key=True),
        "geom": getattr(models, f"{definition.geometry}Field")(srid=4326),
        "version": models.BigIntegerField(editable=False, default=0),
        "changed_at": models.DateTimeField(editable=False),
    }
    return type(definition.id.title().replace("_", ""), (models.Model,), members)


def _column(field: Field) -> models.Field[Any, Any]:
    options: dict[str, Any] = {
        "verbose_name": field.title["ja"],
        "null": not field.required,
        "blank": not field.required,
    }
    if field.choices:
        options["choices"] = [(c.value, c.title["ja"]) for c in field.choices]
    return _COLUMNS[field.type](**options)
