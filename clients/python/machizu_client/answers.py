"""What the API answers, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# GeoJSON (RFC 7946): longitude and latitude in degrees.
Geometry = dict[str, Any]


@dataclass(frozen=True)
class Feature:
    """A feature. `id` is the layer's own, 0 for one that is yet to be created; `etag` that of a single one read."""

    id: int
    properties: dict[str, Any]
    geometry: Geometry | None = None
    etag: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any], etag: str | None = None) -> Feature:
        """Return the feature that GeoJSON tells."""
        return cls(content.get("id", 0), content.get("properties") or {}, content.get("geometry"), etag)

    def geojson(self) -> dict[str, Any]:
        """Return the feature as it is sent."""
        return {"type": "Feature", "geometry": self.geometry, "properties": self.properties}


@dataclass(frozen=True)
class Nearest:
    """A feature and how far it is, in metres; 0 inside an area."""

    feature: Feature
    distance_m: float


@dataclass(frozen=True)
class Collection:
    """A layer: how many features it has, and the revision that counts its changes."""

    id: str
    title: str
    item_count: int
    revision: int
    description: str = ""
    content: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Change:
    """What happened to one feature, in which revision."""

    op: Literal["create", "update", "delete"]
    id: int
    revision: int
    at: str


@dataclass(frozen=True)
class Written:
    """What a write did. `repeated`: it had been done before, under the same idempotency key."""

    ids: list[int]
    revision: int
    warnings: list[dict[str, Any]]
    etag: str | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Event:
    """What the stream tells: `layer`, `status` or `alert`; `reset` when it is unknown what was missed.

    `id` is given as `after` to go on from here.
    """

    kind: str
    data: dict[str, Any]
    id: str
