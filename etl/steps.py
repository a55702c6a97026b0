"""What comes of a file, step by step: the plan, then each part as the store copies it. Knows no database.

Light to import: who only asks for a file and takes what comes of it needs none of what reads and cleans.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from etl.pipeline import CleanPart, Plan, Refused, Unplaced
    from etl.table import Options, Table
    from gis_core.city import City
    from gis_core.definition import LayerDefinition
    from gis_core.issues import Issue


class Request(NamedTuple):
    """A file, what is known of it, and the address of the Dask cluster that cleans it, None for this machine."""

    path: Path
    definition: LayerDefinition
    city: City
    options: Options
    scheduler: str | None = None


class CopiedPart(NamedTuple):
    """A cleaned part: `accepted` rows as the store copies them, and what was found in the others."""

    copy: bytes
    accepted: int
    refused: list[Refused]
    unplaced: list[Unplaced]
    issues: list[Issue]


Read = Callable[[Request], "Iterator[Plan | CopiedPart]"]


def steps(request: Request) -> Generator[Plan | CopiedPart, None, None]:
    """Yield the plan, then each cleaned part. One thread must run all of it: GDAL keeps settings by thread.

    Raises `BadInput` when the file cannot be used as a whole.
    """
    from etl import reading
    from etl.pipeline import make_plan
    from layers.delivery import encode

    tables = reading.tables(request.path, request.definition, request.options)
    first = next(tables)
    plan = make_plan(first, request.definition, request.city, request.options, request.path.name)
    yield plan
    for clean in _cleaned(request.scheduler, plan, chain([first], tables)):
        copy = encode(clean.numbers, clean.columns, clean.geometry)
        yield CopiedPart(copy, len(clean.numbers), clean.refused, clean.unplaced, clean.issues)


def _cleaned(scheduler: str | None, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    if scheduler is None:
        from etl.pipeline import clean_part

        return (clean_part(plan, table) for table in tables)
    from etl.cluster import clean_on

    return clean_on(scheduler, plan, tables)
