"""Indexes of layers whose first rows came by hand, through a form, psql or QGIS: only loads build them themselves."""

from __future__ import annotations

from django.db import OperationalError, connection, transaction

from layers import tables
from layers.models import Layer

# Behind who waits for a lock, everybody else waits too; the next minute brings another chance.
LOCK_WAIT = "2s"


def index_layers() -> list[str]:
    """Build what is missing where a layer has rows; return the layers' ids."""
    filled = Layer.objects.filter(kind=Layer.Kind.VECTOR, retired_at=None, feature_count__gt=0)
    with connection.cursor() as cursor:
        bare = tables.unindexed(cursor, list(filled.values_list("pk", flat=True)))
    return [layer_id for layer_id in bare if _index(layer_id)]


def _index(layer_id: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            tables.build_indexes(cursor, layer_id)
    except OperationalError:
        return False
    return True
