"""Who may see what: decided here and nowhere else, for layers and for fields.

API, tiles, search, exports and pages all ask these two functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis_core.definition import Definition, Field, LayerDefinition, Visibility

Role = Literal["public", "staff", "administrator"]


@dataclass(frozen=True)
class Viewer:
    """Who asks: a role and, for staff, the id of their department."""

    role: Role
    department: str | None = None


PUBLIC = Viewer("public")
ADMINISTRATOR = Viewer("administrator")


def may_see_layer(viewer: Viewer, definition: Definition) -> bool:
    """Tell whether the viewer may know of the layer at all."""
    return _may_see(viewer, definition.visibility, definition.department)


def visible_fields(viewer: Viewer, definition: LayerDefinition) -> tuple[Field, ...]:
    """Return the fields the viewer may read, in the definition's order."""
    return tuple(f for f in definition.fields if _may_see(viewer, f.visibility, definition.department))


def _may_see(viewer: Viewer, visibility: Visibility, department: str) -> bool:
    if visibility == "public" or viewer.role == "administrator":
        return True
    if viewer.role == "public":
        return False
    return visibility == "internal" or viewer.department == department
