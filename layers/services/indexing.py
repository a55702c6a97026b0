"""Indexes of layers that were not filled by their first load: rows came by hand, or after an approval."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from layers import tables
from layers.merge import large_work
from layers.models import Layer
from layers.services.common import try_lock_table


def index_layers() -> list[str]:
    """Build what is missing where a layer has rows; return the layers' ids."""
    filled = Layer.objects.filter(kind=Layer.Kind.VECTOR, retired_at=None, feature_count__gt=0)
    with connection.cursor() as cursor:
        return [
            layer_id
            for layer_id in filled.values_list("pk", flat=True)
            if tables.missing_indexes(cursor, layer_id) and _index_alone(cursor, layer_id)
        ]


def index_layer(cursor: Any, layer_id: str) -> bool:
    """Build what is missing, unless somebody writes to the layer just now: then the worker's next minute is for it."""
    if not tables.missing_indexes(cursor, layer_id):
        return True
    if not try_lock_table(cursor, layer_id, "SHARE"):
        return False
    with large_work(cursor):
        tables.build_indexes(cursor, layer_id)
    return True


def _index_alone(cursor: Any, layer_id: str) -> bool:
    with transaction.atomic():
        return index_layer(cursor, layer_id)
