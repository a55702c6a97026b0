"""A feature on its way into a layer, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from gis_core.errors import Message

Fault = dict[str, Any]


@dataclass
class Draft:
    """What a feature is to become: values by field, its geometry (degrees) unless it stays, and the faults found.

    `current` and `place` are the values and the geometry of a feature that is there. What stays as it is, is
    not judged again: who mends one value need not mend what others left.
    """

    index: int = 0
    current: Mapping[str, Any] = field(default_factory=dict)
    place: BaseGeometry | None = None
    values: dict[str, Any] = field(default_factory=dict)
    geometry: BaseGeometry | None = None
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str | None, rule: str, ja: str, en: str) -> None:
        """Note a fault of the field `name`, or of the feature as a whole."""
        self.faults.append(as_fault(self.index, name, rule, Message(ja=ja, en=en)))


def as_fault(index: int, name: str | None, rule: str, message: Message) -> Fault:
    """Return a fault as clients get it."""
    return {"index": index, "field": name, "rule": rule, "message": message.as_dict()}
