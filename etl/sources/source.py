"""A remembered source as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from etl.table import Options
from gis_core.definition import Texts


@dataclass(frozen=True)
class Source:
    """Where a delivery comes from (`url`, or files named like `file` in a folder), for which layer, and how it is read.

    `schedule` is a cron expression in the city's time zone; `folder` a whole path or one below the inbox, None for
    the department's own. `columns` pairs columns with the fields they feed. `shipped` tells the product's own
    sources from the city's.
    """

    id: str
    layer: str
    department: str
    title: Texts
    url: str | None = None
    schedule: str | None = None
    folder: str | None = None
    file: str | None = None
    encoding: str | None = None
    crs: str | None = None
    sheet: str | None = None
    records: str | None = None
    headers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str | None], ...] = ()
    geocode: bool = True
    publish: bool = False
    shipped: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def mode(self) -> Literal["publish", "stage"]:
        """Return how its deliveries are loaded: `publish` or `stage`."""
        return "publish" if self.publish else "stage"


def options_of(source: Source) -> Options:
    """Return how the source's files are read."""
    return Options(
        encoding=source.encoding,
        crs=source.crs,
        sheet=source.sheet,
        headers=source.headers,
        columns=source.columns,
        records=source.records,
        geocode=source.geocode,
    )
