"""What a column holds, told from its cells: only where nearly all of them agree and nothing else would fit.

A guess that is wrong puts wrong values on the map, so a column is taken only when it fits one field and no other
column fits that field too. Plain text (names, remarks, flags, counts) fits too much and is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl import kinds
from gis_core import codes
from gis_core.boxes import Box
from gis_core.crs import guess_metric_crs, transformation
from gis_core.crs_names import WGS84
from gis_core.definition import Field, LayerDefinition
from gis_core.text import is_blank_mark, trim

# Of the filled cells; and how many there must be, for few cells agree by chance.
AGREEMENT = 0.9
LEAST_CELLS = 5
_SAMPLED_CELLS = 1000
# Readings and names differ from row to row; categories written in kana do not.
_DISTINCT = 0.7

Filled = Sequence[str]
Pair = tuple[str, str]

_IDENTIFIER = re.compile(r"(?=.*[0-9])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_KANA_RUN = re.compile("[ァ-ヺー]{2,}")


def filled(cells: pd.Series[Any]) -> list[str]:
    """Return a column's cells that say something, trimmed; at most the first thousand."""
    texts = [trim(str(cell)) for cell in cells.dropna().head(_SAMPLED_CELLS).tolist()]
    return [text for text in texts if text and not is_blank_mark(text)]


def guess_position(columns: Mapping[str, Filled], reach: Box | None = None) -> Pair | None:
    """Return the columns of latitude and longitude (or northing and easting), twice the same if one holds both.

    None unless there is exactly one such pair. Metres are known only by falling into `reach` (degrees).
    """
    both = [name for name, cells in columns.items() if _agree(cells, kinds.is_both)]
    norths = [name for name, cells in columns.items() if _agree(cells, kinds.is_latitude)]
    easts = [name for name, cells in columns.items() if _agree(cells, kinds.is_longitude)]
    found = [(name, name) for name in both]
    if norths or easts:
        if len(norths) > 1 or len(easts) > 1:
            return None
        found += [(north, east) for north in norths for east in easts]
    elif reach is not None:
        found += _metres(columns, reach)
    return found[0] if len(found) == 1 else None


def guess_fields(
    columns: Mapping[str, Filled], fields: Iterable[Field], readings: Collection[str] = ()
) -> dict[str, str]:
    """Return field → column for the columns that fit exactly one of `fields`, where no other column fits it.

    `readings`: the columns that are readings of the names (see `reads`).
    """
    fields = list(fields)
    fitting = {
        name: [f.name for f in fields if _fits(f, cells, name in readings)] for name, cells in columns.items()
    }
    alone = {name: fits[0] for name, fits in fitting.items() if len(fits) == 1}
    wanted = [field for fits in fitting.values() for field in fits]
    return {field: name for name, field in alone.items() if wanted.count(field) == 1}


def headers_for(sample: pd.DataFrame, definition: LayerDefinition) -> list[str] | None:
    """Name the columns of a file without a header: fields' Japanese titles, 緯度, 経度, 緯度経度; others `n列目`.

    None unless a name is recognised, and a position or an address beside it. Raises nothing.
    """
    cells = {str(place): filled(sample.iloc[:, place]) for place in range(sample.shape[1])}
    position = guess_position(cells)
    rest = {name: texts for name, texts in cells.items() if name not in (position or ())}
    found = guess_fields(rest, definition.fields)
    rest = {name: texts for name, texts in rest.items() if name not in found.values()}
    named = next((field for field in definition.fields if field.name == "name"), None)
    name_column = _only_name(rest)
    address = definition.field_with_role("address")
    is_placed = position is not None or (address is not None and address.name in found)
    if named is None or name_column is None or not is_placed:
        return None
    kana = [field for field in definition.fields if field.role == "kana"]
    names = sample.iloc[:, int(name_column)]
    found |= guess_fields(rest, kana, [place for place in rest if reads(names, sample.iloc[:, int(place)])])
    titles = {column: definition.field_named(field).title["ja"] for field, column in found.items()}
    titles |= {name_column: named.title["ja"], **_titles_of(position)}
    return [titles.get(str(place), f"{place + 1}列目") for place in range(sample.shape[1])]


def reads(names: pd.Series[Any], cells: pd.Series[Any]) -> bool:
    """Tell whether a column holds the names' readings in kana: all kana, and with the kana that the names have.

    Where too few names have kana nobody can tell: it may be the reading of the address.
    """
    both = pd.DataFrame({"name": names.to_numpy(), "reading": cells.to_numpy()}).dropna().head(_SAMPLED_CELLS)
    if not _agree(both["reading"].tolist(), kinds.is_kana):
        return False
    pairs = [
        (_KANA_RUN.findall(kinds.kana(n)), kinds.kana(r))
        for n, r in zip(both["name"], both["reading"], strict=True)
    ]
    told = [all(run in reading for run in runs) for runs, reading in pairs if runs]
    return len(told) >= LEAST_CELLS and sum(told) >= AGREEMENT * len(told)


def mostly_both(cells: Filled) -> bool:
    """Tell whether most cells of a column, whose name says so, hold latitude and longitude, or WKT or WKB points."""
    return bool(cells) and sum(map(kinds.is_both, cells)) > len(cells) / 2


def _titles_of(position: Pair | None) -> dict[str, str]:
    if position is None:
        return {}
    north, east = position
    return {north: "緯度経度"} if north == east else {north: "緯度", east: "経度"}


def _agree(cells: Filled, test: Callable[[str], bool]) -> bool:
    return len(cells) >= LEAST_CELLS and sum(map(test, cells)) >= AGREEMENT * len(cells)


def _is_distinct(cells: Filled) -> bool:
    return len(set(cells)) >= _DISTINCT * len(cells)


def _metres(columns: Mapping[str, Filled], reach: Box) -> list[Pair]:
    """Return the pairs of columns that a plane system puts into `reach`; in survey files X, the north, is first."""
    numbers = {name: _numbers(cells) for name, cells in columns.items()}
    plane = {name: values for name, values in numbers.items() if values is not None}
    return [
        (north, east)
        for north, east in combinations(plane, 2)
        if len(plane[north]) == len(plane[east]) and _lie_in(plane[north], plane[east], reach)
    ]


def _numbers(cells: Filled) -> npt.NDArray[np.float64] | None:
    """Return a column of metres with decimals; None where it holds anything else."""
    if not _agree(cells, lambda text: "." in text):
        return None
    values = pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(dtype=float)
    return values if np.isfinite(values).all() and np.median(abs(values)) > 360 else None


def _lie_in(north: npt.NDArray[np.float64], east: npt.NDArray[np.float64], reach: Box) -> bool:
    for guess in guess_metric_crs(east, north, reach):
        x, y = (north, east) if guess.north_first else (east, north)
        lon, lat = transformation(guess.srid, WGS84).apply(x, y)
        inside = (lon >= reach.west) & (lon <= reach.east) & (lat >= reach.south) & (lat <= reach.north)
        if inside.mean() >= AGREEMENT:
            return True
    return False


def _fits(field: Field, cells: Filled, is_reading: bool) -> bool:
    """Tell whether a column's cells are what the field takes, and hardly anything else."""
    if field.choices:
        return _agree(cells, _choice_test(field))
    if field.type == "date":
        return _agree(cells, kinds.is_date)
    if field.role == "identifier":
        return _is_identifier(cells)
    if field.kind == "kana":
        return is_reading
    if field.kind == "address":
        return field.role == "address" and _agree(cells, kinds.is_address)
    test = _BY_KIND.get(field.kind or "") if field.type == "string" else None
    return test is not None and _agree(cells, test)


def _choice_test(field: Field) -> Callable[[str], bool]:
    # Numbers of a code list are numbers of everything else, too.
    known = {name for c in field.choices for name in (c.value, *c.title.values()) if not name.isdigit()}
    return known.__contains__


def _is_identifier(cells: Filled) -> bool:
    """Tell whether the column numbers its rows for good: all different, not counted, not another kind of number."""
    if len(cells) < LEAST_CELLS or len(set(cells)) < len(cells):
        return False
    if not all(_IDENTIFIER.fullmatch(cell) for cell in cells):
        return False
    if any(_agree(cells, test) for test in (*_BY_KIND.values(), kinds.is_date)):
        return False
    is_code = not any(cell.isdigit() for cell in cells) or len({len(cell) for cell in cells}) == 1
    return is_code and len(cells[0]) >= 3 and not _is_counted(cells)


def _is_counted(cells: Filled) -> bool:
    """A count (001, 002, …) changes when a row is put in, so it tells nothing apart from its place."""
    if not all(cell.isdigit() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _only_name(columns: Mapping[str, Filled]) -> str | None:
    """Return the one column of short Japanese texts that differ from row to row."""
    differing = {name: cells for name, cells in columns.items() if _is_distinct(cells)}
    found = [
        n
        for n, cells in differing.items()
        if _agree(cells, kinds.is_name) and not _agree(cells, kinds.is_kana)
    ]
    return found[0] if len(found) == 1 else None


_BY_KIND: dict[str, Callable[[str], bool]] = {
    "phone": kinds.is_phone,
    "postal_code": kinds.is_postal_code,
    "url": kinds.is_url,
    "email": kinds.is_email,
    "corporate_number": codes.is_corporate_number,
    "local_government_code": kinds.is_municipality,
}
