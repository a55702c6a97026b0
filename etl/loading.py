"""The last step: a checked file goes to the layer store. The only part of loading that knows a database."""

from __future__ import annotations

from pathlib import Path

from etl.faults import fault
from etl.pipeline import Checked, check
from etl.report import LoadReport
from etl.table import Options
from gis_core.city import City
from gis_core.definition import LayerDefinition
from layers import selectors
from layers.services import loads


def load(
    path: Path,
    layer: str,
    *,
    city: City,
    actor: str,
    mode: loads.Mode,
    encoding: str | None,
    crs: str | None,
    sheet: str | None,
) -> LoadReport:
    """Check a file and bring it to a layer: only look (`dry_run`), stage for approval, or publish.

    Raises `BadInput` when the file cannot be used as a whole, `NotFound` for an unknown layer; the store is
    then as it was.
    """
    definition = selectors.layer_definition(layer)
    checked = check(path, definition, city, Options(encoding, crs, sheet))
    if mode != "dry_run" and not checked.rows:
        raise _nothing_accepted(checked, definition)
    outcome = loads.load_rows(layer, _delivery(checked), actor=actor, mode=mode)
    return LoadReport(checked.report, outcome.diff, outcome.load, outcome.state)


def _delivery(checked: Checked) -> loads.Delivery:
    return loads.Delivery(
        file=checked.report.file,
        columns=checked.columns,
        key=checked.key,
        rows=checked.rows,
        report=checked.report.as_dict(),
        quarantine=[loads.Quarantined(row.row, row.values, row.issues) for row in checked.quarantine],
    )


def _nothing_accepted(checked: Checked, definition: LayerDefinition) -> Exception:
    """Refuse a delivery of which no row is left: as the layer's whole content it would empty the layer."""
    first = next(issue for issue in checked.report.issues if issue.severity == "error")
    return fault(
        "nothing_accepted",
        file=checked.report.file,
        layer=definition.title["ja"],
        read=checked.report.read,
        row=first.row,
        reason_ja=first.message.ja,
        reason_en=first.message.en,
    )
