"""The last step: a checked file goes to the layer store. The only part of loading that knows a database."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.pipeline import Checked, check
from etl.report import DeliveryRefused, LoadReport
from etl.table import Options
from gis_core.city import City
from layers import selectors
from layers.delivery import Delivery, Quarantined
from layers.services import loads
from layers.visibility import ADMINISTRATOR, Viewer


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
    viewer: Viewer = ADMINISTRATOR,
    allow_removal: bool = False,
) -> LoadReport:
    """Check a file and bring it to a layer: only look (`dry_run`), stage for approval, or publish.

    Raises `BadInput` when the file cannot be used as a whole, `NotFound` for an unknown layer, `Forbidden`
    for who may not deliver to it; the store is then as it was. Raises `DeliveryRefused` when the store
    refuses the delivery (no row left, too many errors, too much removed unless `allow_removal`): it is
    recorded as rejected, with its quarantine.
    """
    definition = selectors.layer_definition(layer)
    with _collector_resting():
        checked = check(path, definition, city, Options(encoding, crs, sheet))
        outcome = loads.load_rows(
            layer, _delivery(checked), actor=actor, mode=mode, viewer=viewer, allow_removal=allow_removal
        )
    report = LoadReport(outcome.report, outcome.diff, outcome.load, outcome.state)
    if outcome.refusal is not None:
        raise DeliveryRefused(outcome.refusal, report)
    return report


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the garbage collector from walking millions of living cells again and again: a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _delivery(checked: Checked) -> Delivery:
    return Delivery(
        file=checked.report.file,
        columns=checked.columns,
        key=checked.key,
        rows=checked.rows,
        report=checked.report.as_dict(),
        quarantine=[Quarantined(row.row, row.values, row.issues) for row in checked.quarantine],
        row_numbers=checked.row_numbers,
        cells=checked.cells,
    )
