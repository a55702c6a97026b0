"""The registry as its readers see it: frozen values, already cut to what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from gis_core.boxes import Box
from gis_core.definition import Field, LayerDefinition, RasterDefinition, Texts
from gis_core.definition_file import build_definition
from layers import freshness
from layers.absent import no_layer
from layers.tile_plans import WHOLE, TilePlan, plan_of
from layers.visibility import PUBLIC, Viewer, may_see_layer, visible_fields

__all__ = ["PUBLIC", "Catalogue", "LayerInfo", "RasterInfo", "Viewer", "parse_catalogue"]


@dataclass(frozen=True, eq=False)
class LayerInfo:
    """A vector layer at one revision. `extent` in degrees (EPSG:4326), None while the layer is empty.

    `recent` pairs each revision after `base_revision`, newest first, with the box (degrees) that holds all it
    changed; None stands for a change of the whole layer.
    """

    definition: LayerDefinition
    fields: tuple[Field, ...]
    revision: int
    feature_count: int
    extent: Box | None
    updated_at: datetime | None
    confirmed_at: datetime | None
    is_sample: bool
    department: Texts
    recent: tuple[tuple[int, Box | None], ...] = ()
    base_revision: int = 0
    plan: TilePlan = WHOLE

    @property
    def id(self) -> str:
        """The layer's id, also the name of its table and its collection."""
        return self.definition.id

    @cached_property
    def form(self) -> str:
        """A digest of geometry type and visible fields: the same at every revision until the definition changes them."""
        form = self.definition.geometry, [(f.name, f.type, f.role) for f in self.fields]
        return blake2b(repr(form).encode(), digest_size=8).hexdigest()

    def revision_in(self, box: Box) -> int:
        """Return the newest revision that touched the box (degrees), as far as `recent` tells them apart."""
        west, south, east, north = box.as_tuple()
        for revision, at in self.recent:
            # Written out: a call for each of up to 200 boxes would cost more than the rest of a cached tile.
            if at is None or (
                at.west <= east and west <= at.east and at.south <= north and south <= at.north
            ):
                return revision
        return self.base_revision

    @property
    def next_due(self) -> date | None:
        """The day by which the next delivery is due, None where nothing says so."""
        return freshness.next_due(self.definition, self.confirmed_at or self.updated_at)

    @property
    def overdue(self) -> bool:
        """Whether that day has passed."""
        return freshness.is_overdue(self.definition, self.confirmed_at or self.updated_at)

    def field_with_role(self, role: str) -> Field | None:
        """Return the visible field that plays `role`, if there is one."""
        return next((f for f in self.fields if f.role == role), None)


@dataclass(frozen=True, eq=False)
class RasterInfo:
    """A raster layer at one revision: a Cloud-Optimised GeoTIFF and where it lies (EPSG:4326)."""

    definition: RasterDefinition
    revision: int
    path: Path
    extent: Box
    updated_at: datetime | None
    confirmed_at: datetime | None
    is_sample: bool
    department: Texts

    @property
    def id(self) -> str:
        """The raster's id."""
        return self.definition.id

    @property
    def next_due(self) -> date | None:
        """The day by which the next delivery is due, None where nothing says so."""
        return freshness.next_due(self.definition, self.confirmed_at or self.updated_at)

    @property
    def overdue(self) -> bool:
        """Whether that day has passed."""
        return freshness.is_overdue(self.definition, self.confirmed_at or self.updated_at)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What one viewer may see, in the registry's order; `entries` are the registry's own, by id."""

    layers: Mapping[str, LayerInfo]
    rasters: Mapping[str, RasterInfo]
    entries: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def layer(self, layer_id: str) -> LayerInfo:
        """Return the layer. Raises `NotFound`, also for a layer the viewer may not know of."""
        try:
            return self.layers[layer_id]
        except KeyError:
            raise no_layer(layer_id) from None

    def knows(self, layer_id: str) -> bool:
        """Tell whether the viewer may know of this layer or raster."""
        return layer_id in self.layers or layer_id in self.rasters

    def raster(self, raster_id: str) -> RasterInfo:
        """Return the raster. Raises `NotFound`, also for a raster the viewer may not know of."""
        try:
            return self.rasters[raster_id]
        except KeyError:
            raise no_layer(raster_id) from None


def parse_catalogue(
    document: list[dict[str, Any]] | None, viewer: Viewer, before: Catalogue | None = None
) -> Catalogue:
    """Turn the registry's document (see `reads.catalogue_statement`) into the viewer's catalogue.

    What did not change since `before`, a catalogue of the same viewer, is taken from it.
    """
    entries = {entry["id"]: entry for entry in document or []}
    before = before or Catalogue({}, {})
    layers: dict[str, LayerInfo] = {}
    rasters: dict[str, RasterInfo] = {}
    for layer_id, entry in entries.items():
        if before.entries.get(layer_id) == entry:
            info = before.layers.get(layer_id) or before.rasters.get(layer_id)
        else:
            info = _info(entry, viewer)
        if isinstance(info, LayerInfo):
            layers[layer_id] = info
        elif info is not None:
            rasters[layer_id] = info
    return Catalogue(layers, rasters, entries)


def _info(entry: dict[str, Any], viewer: Viewer) -> LayerInfo | RasterInfo | None:
    """Return None for what the viewer may not see, and for a raster that has no file yet."""
    definition = build_definition(entry["definition"])
    if not may_see_layer(viewer, definition):
        return None
    if isinstance(definition, LayerDefinition):
        return _layer(definition, entry, viewer)
    return _raster(definition, entry) if entry["path"] else None


def _layer(definition: LayerDefinition, entry: dict[str, Any], viewer: Viewer) -> LayerInfo:
    return LayerInfo(
        definition=definition,
        fields=visible_fields(viewer, definition),
        revision=entry["revision"],
        feature_count=entry["feature_count"],
        extent=Box(*entry["extent"]) if entry["extent"] else None,
        updated_at=_instant(entry["updated_at"]),
        confirmed_at=_instant(entry["confirmed_at"]),
        is_sample=entry["is_sample"],
        department=Texts(entry["department"]),
        recent=tuple((revision, Box(*box) if box else None) for revision, box in entry["recent"]),
        base_revision=entry["base_revision"],
        plan=plan_of(entry["plan"], definition, entry["feature_count"]),
    )


def _raster(definition: RasterDefinition, entry: dict[str, Any]) -> RasterInfo:
    return RasterInfo(
        definition=definition,
        revision=entry["revision"],
        path=Path(entry["path"]),
        extent=Box(*entry["extent"]),
        updated_at=_instant(entry["updated_at"]),
        confirmed_at=_instant(entry["confirmed_at"]),
        is_sample=entry["is_sample"],
        department=Texts(entry["department"]),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
