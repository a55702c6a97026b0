"""Arrow columns of a typed file as the texts that a person would read in it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Texts = npt.NDArray[np.object_]

# Beyond this a whole number in a float is no longer exact, and is written as the float it is.
_EXACT = 2.0**53
# Japan's standard data sets separate the values of one cell with a semicolon.
_BETWEEN = ";"


def frame(names: list[str], columns: list[Any], rows: int) -> pd.DataFrame:
    """Return arrow columns as a frame of texts and None; `rows` counts where there is no column at all."""
    texts_of = {name: texts(column) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(texts_of, index=pd.RangeIndex(rows), dtype=object)


def texts(column: Any) -> Texts:
    """Return one arrow column as texts and None: whole numbers without .0, truth as TRUE and FALSE."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_floating(kind):
        column = _numbers(column)
    elif pa.types.is_boolean(kind):
        column = pc.if_else(column, "TRUE", "FALSE")
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pa.nulls(len(column), pa.string())
    elif pa.types.is_nested(kind):
        column = pa.array([joined(value) for value in column.to_pylist()], pa.string())
    elif pa.types.is_timestamp(kind):
        column = pa.array([value and value.isoformat() for value in column.to_pylist()], pa.string())
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = pc.cast(column, pa.string())
    values: Texts = column.to_numpy(zero_copy_only=False).astype(object)
    values[values == ""] = None
    return values


def joined(value: object) -> str | None:
    """Return a value of several parts as one text: `a;b` for a list of plain values, else JSON."""
    if value is None or value == [] or value == {}:
        return None
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return _BETWEEN.join(str(plain(part)) for part in value if part is not None)
    return str(plain(value)) if not isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)


def plain(value: object) -> object:
    """Return truth as TRUE and FALSE, a whole number without .0, and all else as it is."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _numbers(column: Any) -> Any:
    """Return floats as the shortest texts that give them back."""
    values = column.to_numpy(zero_copy_only=False)
    whole = (np.abs(values) < _EXACT) & (np.trunc(values) == values)
    said = pc.cast(column, pa.string())
    if not whole.any():
        return said
    integers = pa.array(np.where(whole, values, 0).astype(np.int64), mask=np.isnan(values))
    return pc.if_else(pa.array(whole), pc.cast(integers, pa.string()), said)
