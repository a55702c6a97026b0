"""What writing features through the API takes and gives; known without the ORM."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Once:
    """The name that a client gave its request, so that it may safely be sent again, and the request's digest."""

    key: str
    digest: str


@dataclass(frozen=True)
class Written:
    """What a write did: the features by their ids, the layer's revision that holds it, and what is doubtful.

    `warnings` have the shape of `gis_core.errors.BadFeatures.faults`. `repeated`: the request had been carried out before;
    this is its answer again.
    """

    ids: list[int]
    revision: int
    warnings: list[dict[str, Any]] = field(default_factory=list)
    repeated: bool = False
