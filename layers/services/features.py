"""Features written one by one or a few at a time, as the API does; all of a request in one transaction.

The rules of deliveries hold here too. What a writer may not see, he can neither set nor empty.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models, transaction

from gis_core.definition import LayerDefinition
from gis_core.errors import BadFeatures, Conflict, Message, NotFound, Stale
from layers.drafts import Draft, Fault
from layers.duties import check_publishable
from layers.feature_forms import feature_form
from layers.feature_rules import Row, judge_rows
from layers.feature_values import Reader
from layers.features import feature_model
from layers.models import Layer
from layers.services import audit, queueing, repeats
from layers.services.common import lock_vector
from layers.systems import STORED, System
from layers.visibility import Viewer, require, visible_fields
from layers.written import Once, Written

# From so many new features on the planner's statistics are made anew at once.
MANY_FEATURES = 1_000
# How long all statements of one request may take together is bounded by the body's size; this bounds each.
STATEMENT_TIME = "60s"


@dataclass(frozen=True)
class Writer:
    """Who writes: the name for history and audit, what he may do, and his coordinates' system."""

    actor: str
    viewer: Viewer
    system: System = STORED


@transaction.atomic
def create(layer_id: str, contents: Sequence[Any], writer: Writer, *, once: Once | None = None) -> Written:
    """Add features (GeoJSON, as parsed), all or none. With `once`, a request that was carried out is not again.

    Raises `NotFound`, `Forbidden`, `Reused`; `Conflict` for a layer that may not be written directly;
    `BadFeatures` with all that is wrong.
    """
    if once is not None:
        before = repeats.claim(writer.actor, once)
        if before is not None:
            return before
    target = _open(layer_id, writer)
    drafts = [target.reader.feature(Draft(index), content) for index, content in enumerate(contents)]
    _refuse([fault for draft in drafts for fault in draft.faults])
    made = [target.new(draft) for draft in drafts]
    warnings = target.judge(made)
    target.model._default_manager.bulk_create(made, batch_size=MANY_FEATURES)
    written = target.done("feature.create", [int(feature.pk) for feature in made], warnings)
    if once is not None:
        repeats.remember(writer.actor, once, written)
    if len(made) >= MANY_FEATURES:
        queueing.task("layers.refresh_statistics").defer(layer_id=layer_id)
    return written


@transaction.atomic
def replace(
    layer_id: str, feature_id: int, content: Any, writer: Writer, *, held: Collection[int] | None = None
) -> Written:
    """Give a feature new values and geometry; a property that is not named becomes empty.

    `held`: the versions of which the writer knows one. Raises as `create`, and `Stale`.
    """
    target = _open(layer_id, writer)
    feature = target.feature(feature_id, held)
    draft = target.reader.feature(target.draft(feature), content)
    return target.change("feature.replace", feature, draft)


@transaction.atomic
def update(
    layer_id: str, feature_id: int, patch: Any, writer: Writer, *, held: Collection[int] | None = None
) -> Written:
    """Change a feature by a merge patch (RFC 7396): what it does not name stays. Raises as `replace`."""
    target = _open(layer_id, writer)
    feature = target.feature(feature_id, held)
    draft = target.reader.patch(target.draft(feature), patch)
    return target.change("feature.update", feature, draft)


@transaction.atomic
def remove(layer_id: str, feature_id: int, writer: Writer, *, held: Collection[int] | None = None) -> Written:
    """Take a feature out of the layer; the history keeps it. Raises as `replace`."""
    target = _open(layer_id, writer)
    target.feature(feature_id, held).delete()
    return target.done("feature.delete", [feature_id], [])


@dataclass(frozen=True)
class _Target:
    """A locked layer and who writes to it."""

    layer: Layer
    definition: LayerDefinition
    model: type[models.Model]
    reader: Reader
    writer: Writer

    def feature(self, feature_id: int, held: Collection[int] | None) -> Any:
        """Return a feature. Raises `NotFound`, and `Stale` when its version is none of those `held`."""
        found: Any = self.model._default_manager.filter(pk=feature_id).first()
        if found is None:
            raise NotFound(
                Message(
                    f"レイヤ {self.definition.id} に番号 {feature_id} の地物はありません。",
                    f"The layer {self.definition.id} has no feature {feature_id}.",
                )
            )
        if held is not None and found.version not in held:
            raise Stale(
                Message(
                    f"地物 {feature_id} は、読み取った後に別の人が変えています（今の版は {found.version}）。読み直してから、もう一度送ってください。",
                    f"Somebody else has changed feature {feature_id} since it was read (it is now at version {found.version}). Read it again, then send the change again.",
                )
            )
        return found

    def draft(self, feature: Any) -> Draft:
        """Return the draft of a change of a feature."""
        values = {f.name: getattr(feature, f.name) for f in self.definition.fields}
        return Draft(current=values, place=shapely.from_wkb(bytes(feature.geom.wkb)))

    def new(self, draft: Draft) -> Any:
        """Return the feature that a draft describes, not saved yet."""
        feature = self.model()
        _fill(feature, draft)
        return feature

    def change(self, action: str, feature: Any, draft: Draft) -> Written:
        """Carry a draft out on a feature that is there; nothing happens where it changes nothing."""
        _refuse(draft.faults)
        changed = [name for name, value in draft.values.items() if draft.current[name] != value]
        if draft.geometry is not None:
            changed.append("geom")
        if not changed:
            return Written([int(feature.pk)], int(feature.version))
        _fill(feature, draft)
        warnings = self.judge([feature], replaced=[int(feature.pk)])
        feature.save(update_fields=changed)
        return self.done(action, [int(feature.pk)], warnings)

    def judge(self, features: Sequence[Any], replaced: Sequence[int] = ()) -> list[Fault]:
        """Run the layer's rules; return their warnings. Raises `BadFeatures`."""
        names = [f.name for f in self.definition.fields]
        rows = [
            Row([getattr(feature, name) for name in names], bytes(feature.geom.wkb).hex())
            for feature in features
        ]
        with connection.cursor() as cursor:
            errors, warnings = judge_rows(cursor, self.definition, rows, replaced)
        _refuse(errors)
        return warnings

    def done(self, action: str, ids: list[int], warnings: list[Fault]) -> Written:
        """Note in the audit what was done; return it."""
        self.layer.refresh_from_db(fields=["revision"])
        subject = ", ".join(map(str, ids)) if len(ids) < 10 else f"{ids[0]}–{ids[-1]}"
        audit.record(
            self.writer.actor, action, layer=self.layer.pk, subject=subject, revision=self.layer.revision, count=len(ids)
        )  # fmt: skip
        return Written(ids, self.layer.revision, warnings)


def _open(layer_id: str, writer: Writer) -> _Target:
    """Lock a layer for a writer. Raises `NotFound`, `Forbidden`, `Conflict`."""
    layer, definition = lock_vector(layer_id)
    require(writer.viewer, "edit", definition)
    if definition.second_person:
        raise Conflict(
            Message(
                f"レイヤ「{layer_id}」の変更には別の人の承認が必要なので、直接には書き込めません。machizu load で届けて、承認を受けてください。",
                f"Changes of “{layer_id}” need a second person's approval, so it cannot be written directly. Deliver them with machizu load, to be approved.",
            )
        )
    check_publishable(definition)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('machizu.actor', %s, true), set_config('statement_timeout', %s, true)",
            [writer.actor, STATEMENT_TIME],
        )
    fields = visible_fields(writer.viewer, definition)
    reader = Reader(definition, fields, feature_form(definition, fields), writer.system)
    return _Target(layer, definition, feature_model(definition), reader, writer)


def _fill(feature: Any, draft: Draft) -> None:
    for name, value in draft.values.items():
        setattr(feature, name, value)
    if draft.geometry is not None:
        feature.geom = GEOSGeometry(memoryview(shapely.to_wkb(draft.geometry)), srid=4326)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        more_ja = f"（ほか {len(faults) - 1} 件）" if len(faults) > 1 else ""
        more_en = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        first = faults[0]["message"]
        raise BadFeatures(Message(first["ja"] + more_ja, first["en"] + more_en), list(faults))
