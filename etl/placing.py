"""Rows that lack nothing but a position, placed by their address; what cannot be placed for certain is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from etl.geocoding import place
from etl.pipeline import Plan, Refused, Unplaced
from gis_core.geometry import fit_type
from gis_core.issues import Issue


@dataclass(frozen=True)
class Placed:
    """The rows that found a place (as `CleanPart` gives rows), those that did not, and what was found."""

    numbers: list[int] = field(default_factory=list)
    columns: list[list[Any]] = field(default_factory=list)
    geometry: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def place_rows(plan: Plan, rows: Sequence[Unplaced]) -> Placed:
    """Ask the gazetteer for all rows' addresses at once."""
    placed = Placed(columns=[[] for _ in plan.columns])
    column = plan.mapping.fields.get(plan.address or "")
    for row, found in zip(rows, place([row.address for row in rows], plan.city), strict=True):
        assert found is not None, "an unplaced row has an address"
        issue = found.issue(row.row, column, plan.address)
        missing = [known for known in row.refusal.issues if known.severity == "error"]
        if found.point is None:
            placed.refused.append(Refused(row.row, row.refusal.values, [*row.refusal.issues, issue]))
            placed.issues.extend([*missing, issue])
            continue
        placed.numbers.append(row.row)
        placed.geometry.append(_wkb(found.point, plan))
        # The middle of a town is no position that a department should leave as it is.
        placed.issues.extend([*(replace(known, severity="warning") for known in missing), issue])
        for values, value in zip(placed.columns, row.values, strict=True):
            values.append(value)
    return placed


def _wkb(point: shapely.Point, plan: Plan) -> str:
    fitted, _ = fit_type(np.array([point], dtype=object), plan.definition.geometry)
    return str(shapely.to_wkb(fitted[0]).hex())
