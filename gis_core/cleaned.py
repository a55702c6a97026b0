"""The one shape in which every cleaner answers, for one value and for a column.

A cleaner takes one text and returns a `Cleaned`. Codes are short and stable; whoever reports them turns them
into sentences. Rows are many and Python is slow (about 2,000 rows in 10 ms), so a column is cleaned value by
value only where it must be: once for each distinct value, and not at all for values that are plainly clean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

# Only who has a column has loaded pandas: it takes 60 MB, and every server process needs the cleaners of one text.
if TYPE_CHECKING:
    import pandas as pd

Objects = npt.NDArray[np.object_]


class UnreadableError(ValueError):
    """A text that cannot be read as what it should be; `code` says why (`unrecognised`, `length`, …)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one text: the value and, as short codes, what was repaired, doubted or refused.

    `value` is None when the cell is empty or when there is an `error`.
    """

    value: object | None
    fixed: str | None = None
    warning: str | None = None
    error: str | None = None


EMPTY = Cleaned(None)
_LONGEST_VALUE = 300
Cleaner = Callable[[str], Cleaned]


# Stands between the values of a column that are matched as one text; no plain value may hold it.
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Plain:
    """How to know texts that need no cleaner (`pattern` matches whole) and to convert many of them at once."""

    pattern: re.Pattern[str]
    convert: Callable[[Sequence[str]], Sequence[Any]]

    @cached_property
    def column(self) -> re.Pattern[str]:
        """Return the pattern of a whole column of plain texts, each followed by the separator."""
        return re.compile(f"(?:(?:{self.pattern.pattern}){_SEPARATOR})*+", self.pattern.flags)

    def is_column(self, texts: Sequence[str]) -> bool:
        """Tell whether all texts are plain: one match for all is three times as fast as one for each."""
        return self.column.fullmatch(_SEPARATOR.join([*texts, ""])) is not None


@dataclass(frozen=True)
class ColumnResult:
    """A cleaned column: four object series on the index of the column that came in; None where nothing is.

    `flawless`: known to hold no code at all.
    """

    values: pd.Series[Any]
    fixed: pd.Series[Any]
    warning: pd.Series[Any]
    error: pd.Series[Any]
    flawless: bool = False


ColumnCleaner = Callable[["pd.Series[Any]"], ColumnResult]


def bounded(text: str) -> str:
    """Return the text. Raises `UnreadableError` where it is longer than any value: patterns are not run on prose."""
    if len(text) > _LONGEST_VALUE:
        raise UnreadableError("unrecognised")
    return text


def refused(error: UnreadableError) -> Cleaned:
    """Return the `Cleaned` of a text that could not be read."""
    return Cleaned(None, error=error.code)


def clean_column(values: pd.Series[Any], clean: Cleaner, plain: Plain | None = None) -> ColumnResult:
    """Clean a column of texts; missing cells (None) stay empty.

    With `plain`, texts that match its pattern are converted together and `clean` sees only the odd ones.
    """
    if plain is not None:
        cells = values.tolist()
        texts = cells if all(cells) else list(filter(None, cells))
        if plain.is_column(texts):
            return _flawless(values, cells, plain.convert(texts))
    return _clean_distinct(values, clean, plain)


def _flawless(values: pd.Series[Any], cells: Sequence[str | None], converted: Sequence[Any]) -> ColumnResult:
    import pandas as pd

    if len(converted) < len(cells):
        given = iter(converted)
        converted = [next(given) if cell else None for cell in cells]
    nothing = pd.Series(np.full(len(cells), None, dtype=object), index=values.index)
    whole = pd.Series(_as_objects(converted), index=values.index)
    return ColumnResult(whole, nothing, nothing, nothing, flawless=True)


def _clean_distinct(values: pd.Series[Any], clean: Cleaner, plain: Plain | None) -> ColumnResult:
    import pandas as pd

    codes, uniques = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    texts = [str(text) for text in uniques]
    # One empty row more: factorize marks a missing cell with -1, which picks it.
    table = np.full((len(texts) + 1, 4), None, dtype=object)
    odd = list(range(len(texts)))
    if plain is not None:
        match = plain.pattern.fullmatch
        is_plain = np.array([match(text) is not None for text in texts], dtype=bool)
        chosen = np.flatnonzero(is_plain)
        table[chosen, 0] = _as_objects(plain.convert([texts[i] for i in chosen]))
        odd = np.flatnonzero(~is_plain).tolist()
    for i in odd:
        done = clean(texts[i])
        table[i] = (done.value, done.fixed, done.warning, done.error)
    value, fixed, warning, error = (
        pd.Series(table[codes, j], index=values.index, dtype=object) for j in range(4)
    )
    return ColumnResult(value, fixed, warning, error)


def columnwise(clean: Cleaner, plain: Plain | None = None) -> ColumnCleaner:
    """Return the column form of a cleaner."""
    return lambda values: clean_column(values, clean, plain)


def _as_objects(items: Sequence[Any]) -> Objects:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
