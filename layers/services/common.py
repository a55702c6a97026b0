"""What writes share: the lock that queues a layer's writers, the revision, the notice to listeners."""

from __future__ import annotations

import json
from typing import Any, LiteralString

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg import sql

from gis_core.definition import LayerDefinition
from gis_core.definition_file import build_definition
from gis_core.errors import Conflict, Message
from layers import tables
from layers.absent import no_layer
from layers.models import Layer
from layers.reads import CHANGE_CHANNEL
from layers.services import webhook_queue

# Who delivers the sample data; pages and catalogues say so as long as a layer shows it.
SAMPLE_ACTOR = "sample"

# How long a change waits behind another of the same layer before its author is told.
LOCK_WAIT = "60s"


def lock(layer_id: str) -> Layer:
    """Lock the registry's row, so that changes of one layer queue up.

    Raises `NotFound`, and `Conflict` for who has waited too long behind another change of the layer.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
        return Layer.objects.select_for_update().get(pk=layer_id, retired_at=None)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise Conflict(
                Message(
                    ja=f"レイヤ「{layer_id}」は別の人が変更中です。終わるのを待って、もう一度実行してください。",
                    en=f"Somebody else is changing “{layer_id}”. Wait until it is done, then try again.",
                )
            ) from error
        raise
    except Layer.DoesNotExist:
        raise no_layer(layer_id) from None


def lock_vector(layer_id: str) -> tuple[Layer, LayerDefinition]:
    """Lock a vector layer's row, and return it with its definition. Raises `NotFound`."""
    layer = lock(layer_id)
    return layer, vector_definition(layer)


def try_lock_table(cursor: Any, layer_id: str, mode: LiteralString) -> bool:
    """Lock the layer's table until the transaction ends, unless that would mean to wait; tell whether it is locked.

    Who writes by hand holds the table and waits for the layer's row (`lock`): whoever has that one must not wait for
    the table.
    """
    statement = sql.SQL("LOCK TABLE {} IN {} MODE NOWAIT").format(tables.table(layer_id), sql.SQL(mode))
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def vector_definition(layer: Layer) -> LayerDefinition:
    """Return the definition of a layer that is known to be a vector layer."""
    definition = build_definition(layer.definition)
    assert isinstance(definition, LayerDefinition), "etl sends rows to vector layers only"
    return definition


def raise_revision(
    cursor: Any, layer_id: str, *, actor: str, load_id: int | None = None, reason: str = ""
) -> int:
    """Open the layer's next revision for this transaction, saying who changes it and why."""
    cursor.execute(
        "SELECT set_config('machizu.actor', %s, true), set_config('machizu.load', %s, true),"
        " set_config('machizu.reason', %s, true)",
        [actor, str(load_id or ""), reason],
    )
    cursor.execute("SELECT history.revision(%s)", [layer_id])
    (revision,) = cursor.fetchone()
    webhook_queue.wake(layer_id)
    return int(revision)


def next_revision(cursor: Any, layer: Layer) -> int:
    """Return the revision of a locked layer that this transaction opens, or has opened."""
    cursor.execute("SELECT nullif(current_setting(%s, true), '')::bigint", [f"machizu.revision_{layer.pk}"])
    (opened,) = cursor.fetchone()
    return int(opened or layer.revision + 1)


def announce(cursor: Any, layer_id: str, revision: int) -> None:
    """Tell whoever listens, at commit, that the layer changed."""
    notice = json.dumps({"layer": layer_id, "revision": revision})
    cursor.execute("SELECT history.tell(%s, %s)", [CHANGE_CHANNEL, notice])


def confirm(cursor: Any, layer: Layer, author: str) -> None:
    """Note that `author`'s delivery was published: data that is still right is fresh, even where nothing changed."""
    Layer.objects.filter(pk=layer.pk).update(confirmed_at=timezone.now(), is_sample=author == SAMPLE_ACTOR)
    layer.refresh_from_db(fields=["revision"])
    announce(cursor, layer.pk, layer.revision)
