"""Writing down what reading a file took, so that the next file of its kind needs no hand."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl import reading
from etl.mapping import map_columns
from etl.positions import find_way
from etl.sources.home import Home
from etl.sources.reader import write_source
from etl.table import Options, Table
from layers import selectors

# Years, dates and codes in a file's name change from one delivery to the next.
_CHANGING = re.compile("[0-9０-９]{4,}")
# The rule by which reading tells that the file has no header and its columns were named by their content.
HEADER_GUESSED = "header.guessed"


@dataclass(frozen=True)
class Remembered:
    """A source that was written: its file, and the columns that feed nothing."""

    path: Path
    raw: dict[str, Any]
    unmapped: tuple[str, ...]


def remember(
    path: Path,
    layer: str,
    *,
    source_id: str,
    home: Home,
    options: Options,
    department: str | None = None,
    title: str | None = None,
    url: str | None = None,
    schedule: str | None = None,
) -> Remembered:
    """Read a file as a load would, and write a source with all that its reading took beyond the names of columns.

    That is: what `options` say, and what was told by content alone (columns, coordinate system, missing header).
    What names tell is not written, so that a column that is renamed to another known name is still found. Raises
    `BadInput` as a load does, `NotFound` for an unknown layer.
    """
    definition = selectors.layer_definition(layer)
    first = next(reading.tables(path, definition, options))
    columns = [str(name) for name in first.cells.columns]
    mapping = map_columns(
        columns,
        definition,
        sample=first.cells,
        corrections=options.columns,
        reach=home.city.reach,
        has_geometry=first.geometry is not None,
    )
    way = find_way(first, mapping, definition, home.city, options, path.name)
    guessed_crs = way.label if way.source is not None and way.source.guessed else None
    raw: dict[str, Any] = {
        "id": source_id,
        "layer": layer,
        "department": department or definition.department,
        "title": {"ja": title or definition.title["ja"]},
        **_place(path, url, schedule),
        "encoding": options.encoding,
        "crs": options.crs or guessed_crs,
        "sheet": options.sheet,
        "records": options.records,
        "headers": list(options.headers) or _headers(first, columns),
    }
    raw = {key: value for key, value in raw.items() if value}
    if pairs := {**dict(mapping.guesses()), **dict(options.columns)}:
        raw["columns"] = pairs
    return Remembered(write_source(raw, home.sources), raw, mapping.unmapped)


def _place(path: Path, url: str | None, schedule: str | None) -> dict[str, str | None]:
    if url is not None:
        return {"url": url, "schedule": schedule}
    name = unicodedata.normalize("NFC", path.name)
    return {"file": _CHANGING.sub("*", re.sub(r"[\[\]*?]", "?", name))}


def _headers(first: Table, columns: list[str]) -> list[str]:
    made_up = any(issue.rule == HEADER_GUESSED for issue in first.issues)
    return columns if made_up else []
