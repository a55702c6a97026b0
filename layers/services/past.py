"""Going back: a past state becomes the layer's next revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from gis_core.errors import BadInput, Message
from layers import restore, tile_store
from layers.models import Layer
from layers.services import audit
from layers.services.common import lock_vector, raise_revision
from layers.visibility import ADMINISTRATOR, Viewer, require


@transaction.atomic
def rollback(
    layer_id: str,
    to: int | datetime,
    *,
    actor: str,
    reason: str = "",
    ids: Sequence[int] | None = None,
    viewer: Viewer = ADMINISTRATOR,
) -> int:
    """Make the layer, or only the features `ids`, as it was at a revision or instant; itself a change.

    Returns the new revision, or the current one when nothing differs. Raises `NotFound`, or `BadInput` for
    a revision or instant that the layer does not have.
    """
    layer, definition = lock_vector(layer_id)
    require(viewer, "roll_back", definition)
    target = _revision_at(layer, to)
    with connection.cursor() as cursor:
        if not restore.differs(cursor, definition, target, ids):
            return layer.revision
        revision = raise_revision(
            cursor, layer_id, actor=actor, reason=reason or f"rollback to revision {target}"
        )
        restore.apply(cursor, definition, target, version=revision, ids=ids)
    audit.record(actor, "layer.rollback", layer=layer_id, to=target, revision=revision, reason=reason)
    return revision


@transaction.atomic
def purge_history(layer_id: str, before: datetime, *, actor: str, viewer: Viewer = ADMINISTRATOR) -> int:
    """Remove what left the layer before an instant: the only way by which history goes, and audited.

    Returns how many former rows were removed. The layer as it was before that instant can no longer be read.
    """
    _, definition = lock_vector(layer_id)
    require(viewer, "define", definition)
    with connection.cursor() as cursor:
        removed = restore.forget(cursor, layer_id, before)
        # It may hold what was deleted, and knows by the history alone that it was.
        tile_store.drop(cursor, layer_id)
    audit.record(actor, "layer.purge", layer=layer_id, before=before.isoformat(), removed=removed)
    return removed


def _revision_at(layer: Layer, to: int | datetime) -> int:
    known = layer.revisions.filter(revision=to) if isinstance(to, int) else layer.revisions.filter(at__lte=to)
    found = known.order_by("-revision").values_list("revision", flat=True).first()
    if found is None:
        raise BadInput(
            Message(
                ja=f"レイヤ「{layer.pk}」に {to} の時点の記録はありません。変更の一覧で時刻か版を確かめてください。",
                en=f"“{layer.pk}” has no state at {to}. See its changes for instants and revisions.",
            )
        )
    return found
