"""Plans of large layers' tiles: made after publication and when enough of a layer has changed."""

from __future__ import annotations

from django.db import connection, transaction

from layers import tile_store
from layers.models import Layer
from layers.services.common import announce, lock, vector_definition


def renew_plans() -> list[str]:
    """Make the plans that are due anew; return the ids of their layers."""
    return [layer_id for layer_id in _due() if renew_plan(layer_id)]


@transaction.atomic
def renew_plan(layer_id: str) -> bool:
    """Make a layer's plan anew if it is due, and tell whether it was; one at a time, whoever asks.

    Raises `NotFound` when the layer is retired meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machizu.tile_plans'))")
        # Somebody else may have made it while this one waited.
        if layer_id not in _due():
            return False
        layer = Layer.objects.get(pk=layer_id)
        tile_store.make(cursor, vector_definition(layer))
        now = lock(layer_id)
        if now.definition != layer.definition:
            # Its columns would no longer fit the layer's; the next run makes it of the new definition.
            tile_store.drop(cursor, layer_id)
        announce(cursor, layer_id, now.revision)
    return True


def _due() -> list[str]:
    with connection.cursor() as cursor:
        return tile_store.layers_due(cursor)
