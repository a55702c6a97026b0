"""What comes of a file, step by step: its outline, then each part as the store copies it. Knows no database.

Light to import, and so is all that is made here: who only asks for a file and takes what comes of it needs none of
what reads and cleans.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.report import head

if TYPE_CHECKING:
    from etl.pipeline import CleanPart, Plan
    from etl.table import Options, Table
    from gis_core.city import City
    from gis_core.definition import LayerDefinition
    from gis_core.issues import Issue
    from layers.delivery import Copied


class Request(NamedTuple):
    """A file, what is known of it, and the address of the Dask cluster that cleans it, None for this machine."""

    path: Path
    definition: LayerDefinition
    city: City
    options: Options
    scheduler: str | None = None


class Outline(NamedTuple):
    """What was decided about a file, as far as the store asks.

    `columns` are the fields that the file feeds, in the layer's order. `address` is the field by whose address a row
    without a position may be found, and `address_column` the column that feeds it; None where none may. `report` is
    the load report's part that is known before the rows are, `issues` are about the whole file. `total`: about how
    many rows it has, None where that cannot be told beforehand.
    """

    file: str
    columns: tuple[str, ...]
    address: str | None
    address_column: str | None
    report: dict[str, Any]
    issues: tuple[Issue, ...]
    total: int | None


class Refused(NamedTuple):
    """A refused row: its place in the file, its cells as delivered, its issues as in the report."""

    row: int
    values: dict[str, str | None]
    issues: list[Issue]


class Unplaced(NamedTuple):
    """A row whose only fault is that it has no position, with the address by which it may be found."""

    row: int
    values: tuple[Any, ...]
    address: str
    refusal: Refused


class CopiedPart(NamedTuple):
    """A cleaned part: `accepted` rows as the store copies them, and what was found in the others."""

    copies: list[Copied]
    accepted: int
    refused: list[Refused]
    unplaced: list[Unplaced]
    issues: list[Issue]


Read = Callable[[Request], Iterator[Outline | CopiedPart]]


def steps(request: Request) -> Generator[Outline | CopiedPart, None, None]:
    """Yield the outline, then each cleaned part. One thread must run all of it: GDAL keeps settings by thread.

    Raises `BadInput` when the file cannot be used as a whole.
    """
    from etl import reading
    from etl.pipeline import make_plan
    from layers.delivery import copied

    tables = reading.tables(request.path, request.definition, request.options)
    first = next(tables)
    plan = make_plan(first, request.definition, request.city, request.options, request.path.name)
    yield _outline(plan)
    for clean in _cleaned(request.scheduler, plan, chain([first], tables)):
        rows = copied(plan.columns, clean.numbers, clean.columns, clean.geometry)
        yield CopiedPart([rows], len(clean.numbers), clean.refused, clean.unplaced, clean.issues)


def _outline(plan: Plan) -> Outline:
    address = plan.address
    column = plan.mapping.fields[address] if address else None
    return Outline(plan.file, plan.columns, address, column, head(plan), plan.issues, plan.total)


def _cleaned(scheduler: str | None, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    if scheduler is None:
        from etl.pipeline import clean_part

        return (clean_part(plan, table) for table in tables)
    from etl.cluster import clean_on

    return clean_on(scheduler, plan, tables)
