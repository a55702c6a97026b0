"""The load report: the one JSON object of `machizu load --json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    """A file's report and what came of it in the store: the differences, the load's number, its state."""

    file: FileReport
    diff: dict[str, int]
    load: int | None
    state: str

    def as_dict(self) -> dict[str, Any]:
        """Return exactly what `machizu load --json` prints."""
        head = self.file.as_dict()
        issues = head.pop("issues")
        return {**head, "diff": self.diff, "issues": issues, "load": self.load, "state": self.state}
