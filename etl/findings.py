"""Turning masks over columns into issues: the only place where rows are walked one by one, and only odd ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.messages import rule_message
from etl.table import RowNumbers
from gis_core.issues import Issue, Severity

Mask = npt.NDArray[np.bool_]


def findings(
    rule: str,
    severity: Severity,
    rows: RowNumbers,
    mask: Any,
    *,
    column: str | None = None,
    field: str | None = None,
    values: Sequence[Any] | Any = None,
    **parts: object,
) -> list[Issue]:
    """Return one issue for each row that `mask` marks; `values` (aligned with `rows`) are shown as they are.

    A part that is a list or array is aligned with `rows` too; a single one serves all.
    """
    issues = []
    for at in np.flatnonzero(mask).tolist():
        value = None if values is None or values[at] is None else str(values[at])
        words = {
            name: part[at] if isinstance(part, list | np.ndarray) else part for name, part in parts.items()
        }
        message = rule_message(rule, severity, column=column, value=value, **words)
        issues.append(Issue(int(rows[at]), column, field, rule, severity, value, message))
    return issues


def whole_row(
    rule: str, severity: Severity, row: int | None, value: str | None = None, **parts: object
) -> Issue:
    """Return an issue about a whole row, or about the whole file with `row=None`."""
    message = rule_message(rule, severity, column=None, value=value, **parts)
    return Issue(row, None, None, rule, severity, value, message)
