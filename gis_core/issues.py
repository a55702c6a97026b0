"""A data problem is data: one `Issue` for each finding in a delivery, shaped as in the load report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from gis_core.errors import Message

Severity = Literal["fixed", "warning", "error"]


@dataclass(frozen=True)
class Issue:
    """A finding about one row (or, with `row=None`, about the whole file).

    `row` counts as a person sees it in the file: header included, from 1; for files without rows
    (GeoJSON, Shapefile, …) it is the feature's place from 1.
    """

    row: int | None
    column: str | None
    field: str | None
    rule: str
    severity: Severity
    value: str | None
    message: Message

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as it stands in `machizu load --json`."""
        return {
            "row": self.row,
            "column": self.column,
            "field": self.field,
            "rule": self.rule,
            "severity": self.severity,
            "value": self.value,
            "message": self.message.as_dict(),
        }


def rows_with_errors(issues: Iterable[Issue]) -> set[int]:
    """Return the rows that an error keeps out of the layer (they are quarantined)."""
    return {issue.row for issue in issues if issue.severity == "error" and issue.row is not None}


def summary(issues: Iterable[Issue]) -> dict[str, int]:
    """Count the issues by rule, most frequent first."""
    return dict(Counter(issue.rule for issue in issues).most_common())
