"""Rows that lack nothing but a position, placed by their address; what cannot be placed for certain is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from etl.geocoding import place
from etl.steps import CopiedPart, Outline, Refused, Request
from gis_core.definition import LayerDefinition
from gis_core.geometry import fit_type
from layers.delivery import copied


def placed(request: Request, outline: Outline, part: CopiedPart) -> CopiedPart:
    """Return a part with its rows without a position among the accepted or the refused; asks for all at once."""
    numbers, values, shapes = [], [], []
    refused, issues = list(part.refused), list(part.issues)
    found = place([row.address for row in part.unplaced], request.city)
    for row, answer in zip(part.unplaced, found, strict=True):
        assert answer is not None, "an unplaced row has an address"
        issue = answer.issue(row.row, outline.address_column, outline.address)
        missing = [known for known in row.refusal.issues if known.severity == "error"]
        if answer.point is None:
            refused.append(Refused(row.row, row.refusal.values, [*row.refusal.issues, issue]))
            issues += [*missing, issue]
            continue
        numbers.append(row.row)
        values.append(row.values)
        shapes.append(_wkb(answer.point, request.definition))
        # The middle of a town is no position that a department should leave as it is.
        issues += [*(replace(known, severity="warning") for known in missing), issue]
    if numbers:
        found_out = copied(outline.columns, numbers, list(zip(*values, strict=True)), shapes)
        part = part._replace(copies=[*part.copies, found_out], accepted=part.accepted + len(numbers))
    return part._replace(refused=refused, unplaced=[], issues=issues)


def _wkb(point: shapely.Point, definition: LayerDefinition) -> str:
    fitted, _ = fit_type(np.array([point], dtype=object), definition.geometry)
    return str(shapely.to_wkb(fitted[0]).hex())
