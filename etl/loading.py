"""The last step: a checked file goes to the layer store, part by part. The only part that knows a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from etl.ahead import ahead
from etl.report import DeliveryRefused, LoadReport
from etl.steps import CopiedPart, Outline, Read, Refused, Request, steps
from etl.table import Options, Table
from gis_core.city import City
from gis_core.collector import resting
from layers import selectors
from layers.delivery import Cells, Delivery, Part, Quarantined
from layers.services import loads
from layers.visibility import ADMINISTRATOR, Viewer

Progress = Callable[[int, int | None], None]


def in_thread(request: Request) -> Iterator[Outline | CopiedPart]:
    """Read a file in a thread of ours, while the database stores and judges what came before."""
    return ahead(steps(request))


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
    read: Read = in_thread,
    progress: Progress = lambda done, total: None,
) -> LoadReport:
    """Check a file and bring it to a layer: only look (`dry_run`), stage for approval, or publish.

    Raises `BadInput` when the file cannot be used as a whole, `NotFound` for an unknown layer, `Forbidden`
    for who may not deliver to it; the store is then as it was. Raises `DeliveryRefused` when the store
    refuses the delivery (no row left, too many errors, too much removed unless `allow_removal`): it is
    recorded as rejected, with its quarantine. `scheduler`: the address of a Dask cluster that does the cleaning.
    `read`: where the file is read and cleaned. `progress` is told, part by part, how many rows the store has taken
    and judged, and about how many there are, None where that is not known.
    """
    definition = selectors.layer_definition(layer)
    with resting():
        request = Request(path, definition, city, options or Options(), scheduler)
        delivery = _delivery(request, read, progress)
        outcome = loads.load_rows(
            layer, delivery, actor=actor, mode=mode, viewer=viewer, allow_removal=allow_removal
        )
    report = LoadReport(outcome.report, outcome.diff, outcome.load, outcome.state)
    if outcome.refusal is not None:
        raise DeliveryRefused(outcome.refusal, report)
    return report


def _delivery(request: Request, read: Read, progress: Progress) -> Delivery:
    """Begin to read the file; its parts are read and cleaned as the store takes them."""
    made = read(request)
    outline = next(made)
    assert isinstance(outline, Outline)
    return Delivery(
        file=outline.file,
        columns=outline.columns,
        parts=_counted(_parts(request, outline, made), outline.total, progress),
        keys=tuple(key for key in request.definition.keys if set(key) <= set(outline.columns)),
        report=outline.report,
        distinct=True,
        cells=lambda rows: _cells(request, rows),
    )


def _parts(request: Request, outline: Outline, made: Iterable[Outline | CopiedPart]) -> Iterator[Part]:
    about_file = list(outline.issues)
    for part in made:
        assert isinstance(part, CopiedPart)
        if part.unplaced:
            from etl.placing import placed

            part = placed(request, outline, part)
        yield Part(
            copies=part.copies,
            count=part.accepted,
            quarantine=[_quarantined(row) for row in part.refused],
            issues=[issue.as_dict() for issue in (*about_file, *part.issues)],
        )
        about_file = []


def _counted(parts: Iterable[Part], total: int | None, progress: Progress) -> Iterator[Part]:
    """Yield the parts; the store asks for the next one when it is done with one."""
    done = 0
    for part in parts:
        yield part
        done += part.count + len(part.quarantine)
        progress(done, total)


def _quarantined(row: Refused) -> Quarantined:
    return Quarantined(row.row, row.values, [issue.as_dict() for issue in row.issues])


def _cells(request: Request, rows: Sequence[int]) -> Mapping[int, Cells]:
    """Read the file once more for the cells of these rows, as they came."""
    from etl import reading

    wanted = set(rows)
    found: dict[int, Cells] = {}
    for table in reading.tables(request.path, request.definition, request.options):
        found |= _cells_in(table, wanted)
    return found


def _cells_in(table: Table, wanted: set[int]) -> dict[int, Cells]:
    here = [at for at, number in enumerate(table.row_numbers.tolist()) if number in wanted]
    records = table.cells.iloc[here].to_dict("records")
    return {
        int(table.row_numbers[at]): {str(name): cell for name, cell in cells.items()}
        for at, cells in zip(here, records, strict=True)
    }
