"""The load report: the one JSON object of `machizu load --json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gis_core.errors import BadInput, Message
from gis_core.issues import Issue

if TYPE_CHECKING:
    from etl.pipeline import Plan


def head(plan: Plan) -> dict[str, Any]:
    """Return the part of the load report that is known before the rows are.

    `mapping`: field → the column's header in the file; `geom` → `[longitude, latitude]`, None for own geometry.
    """
    return {
        "layer": plan.definition.id,
        "file": plan.file,
        "format": plan.format,
        "encoding": plan.encoding,
        "crs": plan.way.label,
        "mapping": plan.mapping.as_dict(geometry_is_own=plan.way.columns is None),
        "unmapped_columns": list(plan.unmapped),
    }


@dataclass(frozen=True)
class LoadReport:
    """What came of a delivery in the store: the differences, the load's number, its state.

    `file` is the file's report with the rows and issues as they are after the store's own rules.
    """

    file: dict[str, Any]
    diff: dict[str, int]
    load: int | None
    state: str

    def as_dict(self) -> dict[str, Any]:
        """Return exactly what `machizu load --json` prints."""
        head = {name: part for name, part in self.file.items() if name != "issues"}
        return {
            **head,
            "diff": self.diff,
            "issues": self.file["issues"],
            "load": self.load,
            "state": self.state,
        }


class DeliveryRefused(BadInput):
    """The store refused the delivery as a whole; `report` tells all that was found, as for any load."""

    def __init__(self, message: Message, report: LoadReport) -> None:
        super().__init__(message)
        self.report = report


def unusable_file(layer: str, file: str, message: Message) -> dict[str, Any]:
    """Return the report of a file that cannot be used at all: no rows, one error about the whole file."""
    issue = Issue(None, None, None, "file.unusable", "error", None, message)
    nothing = {
        "layer": layer,
        "file": file,
        "format": "",
        "encoding": None,
        "crs": "",
        "mapping": {},
        "unmapped_columns": [],
        "rows": {"read": 0, "accepted": 0, "rejected": 0},
        "issues": [issue.as_dict()],
    }
    diff = dict.fromkeys(("added", "changed", "removed", "unchanged"), 0)
    return LoadReport(nothing, diff, None, "rejected").as_dict()
