"""The last step: a checked file goes to the layer store, part by part. The only part that knows a database."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from etl import reading
from etl.ahead import ahead
from etl.pipeline import CleanPart, Plan, Refused, clean_part, make_plan
from etl.placing import Placed, place_rows
from etl.report import DeliveryRefused, LoadReport, head
from etl.table import Options, Table
from gis_core.city import City
from gis_core.definition import LayerDefinition
from layers import selectors
from layers.delivery import Cells, Delivery, Part, Quarantined, encode
from layers.services import loads
from layers.visibility import ADMINISTRATOR, Viewer


class CopiedPart(NamedTuple):
    """A cleaned part, and its accepted rows as the store copies them."""

    clean: CleanPart
    copy: bytes


def load(
    path: Path,
    layer: str,
    *,
    city: City,
    actor: str,
    mode: loads.Mode,
    options: Options | None = None,
    scheduler: str | None = None,
    viewer: Viewer = ADMINISTRATOR,
    allow_removal: bool = False,
) -> LoadReport:
    """Check a file and bring it to a layer: only look (`dry_run`), stage for approval, or publish.

    Raises `BadInput` when the file cannot be used as a whole, `NotFound` for an unknown layer, `Forbidden`
    for who may not deliver to it; the store is then as it was. Raises `DeliveryRefused` when the store
    refuses the delivery (no row left, too many errors, too much removed unless `allow_removal`): it is
    recorded as rejected, with its quarantine. `scheduler`: the address of a Dask cluster that does the cleaning.
    """
    definition = selectors.layer_definition(layer)
    with _collector_resting():
        delivery = _delivery(path, definition, city, options or Options(), scheduler)
        outcome = loads.load_rows(
            layer, delivery, actor=actor, mode=mode, viewer=viewer, allow_removal=allow_removal
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


def _delivery(
    path: Path, definition: LayerDefinition, city: City, options: Options, scheduler: str | None
) -> Delivery:
    """Plan the file from its first part; its parts are read and cleaned as the store takes them."""
    steps = ahead(_steps(path, definition, city, options, scheduler))
    plan = next(steps)
    assert isinstance(plan, Plan)
    return Delivery(
        file=path.name,
        columns=plan.columns,
        parts=_parts(plan, steps),
        keys=tuple(key for key in definition.keys if set(key) <= set(plan.columns)),
        report=head(plan),
        distinct=True,
        cells=lambda rows: _cells(reading.tables(path, definition, options), rows),
    )


def _steps(
    path: Path, definition: LayerDefinition, city: City, options: Options, scheduler: str | None
) -> Iterator[Plan | CopiedPart]:
    """Yield the plan, then each cleaned part. One thread must run all of it: GDAL keeps settings by thread."""
    tables = reading.tables(path, definition, options)
    first = next(tables)
    plan = make_plan(first, definition, city, options, path.name)
    yield plan
    every = chain([first], tables)
    cleaned = (
        (clean_part(plan, table) for table in every) if scheduler is None else _on(scheduler, plan, every)
    )
    for clean in cleaned:
        yield CopiedPart(clean, encode(clean.numbers, clean.columns, clean.geometry))


def _on(scheduler: str, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    from etl.cluster import clean_on

    return clean_on(scheduler, plan, tables)


def _parts(plan: Plan, steps: Iterable[Plan | CopiedPart]) -> Iterator[Part]:
    about_file = list(plan.issues)
    for step in steps:
        assert isinstance(step, CopiedPart)
        clean = step.clean
        placed = place_rows(plan, clean.unplaced) if clean.unplaced else Placed()
        yield Part(
            copy=step.copy + encode(placed.numbers, placed.columns, placed.geometry),
            count=len(clean.numbers) + len(placed.numbers),
            quarantine=[_quarantined(row) for row in (*clean.refused, *placed.refused)],
            issues=[issue.as_dict() for issue in (*about_file, *clean.issues, *placed.issues)],
        )
        about_file = []


def _quarantined(row: Refused) -> Quarantined:
    return Quarantined(row.row, row.values, [issue.as_dict() for issue in row.issues])


def _cells(tables: Iterable[Table], rows: Sequence[int]) -> Mapping[int, Cells]:
    """Read the file once more for the cells of these rows, as they came."""
    wanted = set(rows)
    found: dict[int, Cells] = {}
    for table in tables:
        here = [at for at, number in enumerate(table.row_numbers.tolist()) if number in wanted]
        for at, cells in zip(here, table.cells.iloc[here].to_dict("records"), strict=True):
            found[int(table.row_numbers[at])] = {str(name): cell for name, cell in cells.items()}
    return found
