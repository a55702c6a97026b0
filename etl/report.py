"""The load report: the one JSON object of `machizu load --json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gis_core.errors import BadInput, Message
from gis_core.issues import Issue


@dataclass(frozen=True)
class FileReport:
    """What reading, mapping, cleaning and checking a file told; `crs` and `encoding` as found.

    `mapping`: field → the column's header in the file; `geom` → `[longitude, latitude]`, None for own geometry.
    """

    layer: str
    file: str
    format: str
    encoding: str | None
    crs: str
    mapping: dict[str, str | list[str] | None]
    unmapped_columns: tuple[str, ...]
    read: int
    accepted: int
    issues: tuple[Issue, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report's part that needs no database."""
        return {
            "layer": self.layer,
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding,
            "crs": self.crs,
            "mapping": self.mapping,
            "unmapped_columns": list(self.unmapped_columns),
            "rows": {"read": self.read, "accepted": self.accepted, "rejected": self.read - self.accepted},
            "issues": [issue.as_dict() for issue in self.issues],
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
    nothing = FileReport(
        layer,
        file,
        "",
        None,
        "",
        {},
        (),
        0,
        0,
        (Issue(None, None, None, "file.unusable", "error", None, message),),
    )
    diff = dict.fromkeys(("added", "changed", "removed", "unchanged"), 0)
    return LoadReport(nothing.as_dict(), diff, None, "rejected").as_dict()
