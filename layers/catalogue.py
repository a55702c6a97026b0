"""The registry as its readers see it: frozen values, already cut to what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gis_core.boxes import Box
from gis_core.definition import Field, LayerDefinition, RasterDefinition, Texts
from gis_core.definition_file import build_definition
from gis_core.errors import Message, NotFound
from layers.visibility import PUBLIC, Viewer, may_see_layer, visible_fields

__all__ = ["PUBLIC", "Catalogue", "LayerInfo", "RasterInfo", "Viewer", "parse_catalogue"]


@dataclass(frozen=True, eq=False)
class LayerInfo:
    """A vector layer at one revision. `extent` in degrees (EPSG:4326), None while the layer is empty.

    Compared by identity, so that the SQL made for it can be cached with it.
    """

    definition: LayerDefinition
    fields: tuple[Field, ...]
    revision: int
    feature_count: int
    extent: Box | None
    updated_at: datetime | None
    department: Texts

    @property
    def id(self) -> str:
        """The layer's id, also the name of its table and its collection."""
        return self.definition.id

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
    department: Texts

    @property
    def id(self) -> str:
        """The raster's id."""
        return self.definition.id


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What one viewer may see, in the registry's order."""

    layers: Mapping[str, LayerInfo]
    rasters: Mapping[str, RasterInfo]

    def layer(self, layer_id: str) -> LayerInfo:
        """Return the layer. Raises `NotFound`, also for a layer the viewer may not know of."""
        try:
            return self.layers[layer_id]
        except KeyError:
            raise _not_found(layer_id) from None

    def raster(self, raster_id: str) -> RasterInfo:
        """Return the raster. Raises `NotFound`, also for a raster the viewer may not know of."""
        try:
            return self.rasters[raster_id]
        except KeyError:
            raise _not_found(raster_id) from None


def _not_found(layer_id: str) -> NotFound:
    return NotFound(
        Message(
            ja=f"レイヤ「{layer_id}」はありません。一覧（/api/collections または machizu layer list）で ID を確かめてください。",
            en=f"There is no layer “{layer_id}”. See the list (/api/collections or machizu layer list) for its id.",
        )
    )


def parse_catalogue(document: list[dict[str, Any]] | None, viewer: Viewer) -> Catalogue:
    """Turn the registry's document (see `reads.catalogue_statement`) into the viewer's catalogue."""
    layers: dict[str, LayerInfo] = {}
    rasters: dict[str, RasterInfo] = {}
    for entry in document or []:
        definition = build_definition(entry["definition"])
        if not may_see_layer(viewer, definition):
            continue
        if isinstance(definition, RasterDefinition):
            if entry["path"]:
                rasters[definition.id] = _raster(definition, entry)
        else:
            layers[definition.id] = _layer(definition, entry, viewer)
    return Catalogue(layers, rasters)


def _layer(definition: LayerDefinition, entry: dict[str, Any], viewer: Viewer) -> LayerInfo:
    return LayerInfo(
        definition=definition,
        fields=visible_fields(viewer, definition),
        revision=entry["revision"],
        feature_count=entry["feature_count"],
        extent=Box(*entry["extent"]) if entry["extent"] else None,
        updated_at=_instant(entry["updated_at"]),
        department=Texts(entry["department"]),
    )


def _raster(definition: RasterDefinition, entry: dict[str, Any]) -> RasterInfo:
    return RasterInfo(
        definition=definition,
        revision=entry["revision"],
        path=Path(entry["path"]),
        extent=Box(*entry["extent"]),
        updated_at=_instant(entry["updated_at"]),
        department=Texts(entry["department"]),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
