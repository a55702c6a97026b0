"""Changing a layer's definition with its data kept, and retiring a layer."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from gis_core.definition import Definition, LayerDefinition
from gis_core.definition_file import build_definition
from layers import alter, grants, history, tile_store
from layers.models import Department, Layer, Load, Revision
from layers.rules.judging import check_references
from layers.services import audit
from layers.services.common import announce, lock, lock_vector, raise_revision
from layers.services.publication import supersede_waiting
from layers.services.registry import register_layer
from layers.visibility import ADMINISTRATOR, Viewer, require


def create_layer(definition: Definition, *, position: int, actor: str) -> bool:
    """Register a city's own layer. Returns False when its id is taken; raises `BadInput` for rules that can never run."""
    _check_rules(definition)
    return register_layer(definition, position=position, actor=actor)


@transaction.atomic
def update_layer(definition: LayerDefinition, *, actor: str, viewer: Viewer = ADMINISTRATOR) -> int:
    """Give a layer a new definition: fields added, dropped, renamed (`renamed_from`) or retyped.

    Table, history, triggers and grants follow; values that the change would lose stay in the history.
    Returns the new revision. Raises `NotFound`, `Forbidden`, or `BadInput` naming what data forbids it.
    """
    layer, before = lock_vector(definition.id)
    require(viewer, "define", before)
    _check_rules(definition)
    change = alter.compare(before, definition)
    if not change and before.raw == definition.raw:
        return layer.revision
    with connection.cursor() as cursor:
        alter.check(cursor, definition, change)
        revision = raise_revision(cursor, layer.pk, actor=actor, reason="definition")
        alter.carry_out(cursor, definition, change, revision)
        history.install_triggers(cursor, definition)
        tile_store.drop(cursor, layer.pk)
        grants.grant_public(cursor, definition)
        Department.objects.get_or_create(
            pk=definition.department, defaults={"title": {"ja": definition.department}}
        )
        Layer.objects.filter(pk=layer.pk).update(
            definition=dict(definition.raw), department_id=definition.department
        )
        Revision.objects.filter(layer=layer, revision=revision).update(definition=dict(definition.raw))
        announce(cursor, layer.pk, revision)
    # What waits was staged for the old fields.
    supersede_waiting(layer, actor)
    audit.record(actor, "layer.update", layer=layer.pk, revision=revision, **change.as_dict())
    return revision


def _check_rules(definition: Definition) -> None:
    """Refuse rules that name layers or fields which are not there."""
    if isinstance(definition, LayerDefinition):
        raw = Layer.objects.filter(kind=Layer.Kind.VECTOR, retired_at=None).values_list(
            "definition", flat=True
        )
        known = (build_definition(one) for one in raw)
        check_references(definition, {one.id: one for one in known if isinstance(one, LayerDefinition)})


@transaction.atomic
def retire_layer(layer_id: str, *, actor: str, viewer: Viewer = ADMINISTRATOR) -> None:
    """Take a layer out of use: nobody sees it any more; its data and history stay in the database.

    Raises `NotFound` or `Forbidden`.
    """
    layer = lock(layer_id)
    require(viewer, "define", build_definition(layer.definition))
    supersede_waiting(layer, actor)
    with connection.cursor() as cursor:
        if layer.kind == Layer.Kind.VECTOR:
            grants.revoke_readers(cursor, layer_id)
            tile_store.drop(cursor, layer_id)
        announce(cursor, layer_id, layer.revision)
    Layer.objects.filter(pk=layer_id).update(retired_at=timezone.now())
    audit.record(actor, "layer.retire", layer=layer_id, loads=Load.objects.filter(layer=layer).count())
