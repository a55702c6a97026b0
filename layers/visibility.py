"""Who may see and do what: decided here and nowhere else, for layers and for fields.

API, tiles, search, exports, pages and the command line all ask these functions. A layer belongs to a
department, not to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis_core.definition import Definition, Field, LayerDefinition, Visibility
from gis_core.errors import Forbidden, Message

# public: residents. viewer: staff who look. editor: delivers his department's layers. approver: approves
# them. headquarters: the disaster headquarters. system: another program with a key. administrator: the GIS's.
Role = Literal["public", "viewer", "editor", "approver", "headquarters", "system", "administrator"]
Action = Literal["deliver", "edit", "approve", "roll_back", "define"]

# What each role may do with the layers of its own department.
_OWN: dict[Role, frozenset[Action]] = {
    "editor": frozenset({"deliver", "edit"}),
    "system": frozenset({"deliver", "edit"}),
    "approver": frozenset({"deliver", "edit", "approve", "roll_back"}),
}


@dataclass(frozen=True)
class Viewer:
    """Who asks: a role and, where it has one, the id of its department.

    `elevated` is true while an emergency elevation for an open situation holds: the headquarters then sees
    what only departments see. `layers` (ids, sorted) narrows the role to these layers: with all others the
    viewer is one of the public. None does not narrow.
    """

    role: Role
    department: str | None = None
    elevated: bool = False
    layers: tuple[str, ...] | None = None

    def towards(self, layer_id: str) -> Viewer:
        """Return who the viewer is where this layer is concerned."""
        return self if self.layers is None or layer_id in self.layers else PUBLIC


PUBLIC = Viewer("public")
ADMINISTRATOR = Viewer("administrator")


def may_see_layer(viewer: Viewer, definition: Definition) -> bool:
    """Tell whether the viewer may know of the layer at all."""
    return _may_see(viewer.towards(definition.id), definition.visibility, definition.department)


def visible_fields(viewer: Viewer, definition: LayerDefinition) -> tuple[Field, ...]:
    """Return the fields the viewer may read, in the definition's order.

    Personal data is for the owning department, whatever the field's own visibility says.
    """
    viewer = viewer.towards(definition.id)
    return tuple(
        f
        for f in definition.fields
        if _may_see(viewer, "department" if f.personal else f.visibility, definition.department)
    )


def may(viewer: Viewer, action: Action, definition: Definition) -> bool:
    """Tell whether the viewer may do this with the layer."""
    viewer = viewer.towards(definition.id)
    if viewer.role == "administrator":
        return True
    return viewer.department == definition.department and action in _OWN.get(viewer.role, frozenset())


def require(viewer: Viewer, action: Action, definition: Definition) -> None:
    """Raise `Forbidden`, naming who may, unless the viewer may do this with the layer."""
    if not may(viewer, action, definition):
        raise Forbidden(
            Message(
                ja=f"レイヤ「{definition.id}」に対するこの操作（{action}）の権限がありません。所管課（{definition.department}）の担当者か GIS 管理者に依頼してください。",
                en=f"You may not do this ({action}) with “{definition.id}”. Ask its department ({definition.department}) or the GIS administrator.",
            )
        )


def may_operate(viewer: Viewer) -> bool:
    """Tell whether the viewer may read how the server itself is doing."""
    return viewer.role in ("system", "administrator")


def _may_see(viewer: Viewer, visibility: Visibility, department: str) -> bool:
    if visibility == "public" or viewer.role == "administrator" or viewer.elevated:
        return True
    if viewer.role == "public":
        return False
    return visibility == "internal" or viewer.department == department
