"""Rules over whole columns and rows: required, code lists, ranges, forms, and what occurs twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from etl.findings import Mask, findings
from etl.table import RowNumbers
from gis_core.definition import Field
from gis_core.errors import Message
from gis_core.issues import Issue
from gis_core.text import search_key
from gis_core.times import JST

Values = Mapping[str, "pd.Series[Any]"]

_CHOICES_SHOWN = 8


def choose(
    field: Field, column: str, values: pd.Series[Any], rows: RowNumbers
) -> tuple[pd.Series[Any], list[Issue]]:
    """Turn titles of a code list (any language) into its values; what is not in the list is kept and warned of."""
    if not field.choices:
        return values, []
    by_key = {search_key(title): c.value for c in field.choices for title in c.title.values()}
    by_key |= {search_key(c.value): c.value for c in field.choices}
    known = {given: by_key.get(search_key(str(given))) for given in values.dropna().unique()}
    unknown = values.map(lambda value: known[value] is None, na_action="ignore").eq(True)
    names = [c.title["ja"] for c in field.choices]
    issues = findings(
        "code.unknown", "warning", rows, unknown, column=column, field=field.name, values=values.to_numpy(),
        detail=[_nearest(value, names) if odd else None for value, odd in zip(values, unknown, strict=True)],
        choices="、".join(names[:_CHOICES_SHOWN]),
    )  # fmt: skip
    typed = int if field.type == "integer" else str
    chosen = {given: given if code is None else typed(code) for given, code in known.items()}
    return pd.Series([chosen.get(value) for value in values], index=values.index, dtype=object), issues


def check_values(
    field: Field, column: str, values: pd.Series[Any], refused: Mask, rows: RowNumbers
) -> list[Issue]:
    """Check a field's clean values; cells already `refused` are not said to be missing as well."""
    parts: dict[str, Any] = {"column": column, "field": field.name, "values": values.to_numpy()}
    issues: list[Issue] = []
    empty = values.isna().to_numpy()
    if field.required:
        issues += findings(
            "required.missing", "error", rows, empty & ~refused, column=column, field=field.name
        )
    if field.pattern is not None:
        texts = values.astype("string")
        odd = ~texts.str.fullmatch(field.pattern).fillna(True).to_numpy(dtype=bool)
        issues += findings("value.pattern", "error", rows, odd, pattern=field.pattern, **parts)
    if field.max_length is not None:
        long = values.astype("string").str.len().gt(field.max_length).fillna(False).to_numpy(dtype=bool)
        issues += findings("value.length", "error", rows, long, bound=field.max_length, **parts)
    for rule, bound, sign in (("value.minimum", field.minimum, 1), ("value.maximum", field.maximum, -1)):
        if bound is not None:
            issues += findings(rule, "error", rows, _beyond(field, values, bound, sign), bound=bound, **parts)
    return issues


def duplicate_rows(
    columns: Sequence[pd.Series[Any]], geometry: pd.Series[Any], among: Mask, rows: RowNumbers
) -> list[Issue]:
    """Refuse rows that equal an earlier one in every value and place; only rows `among` are compared."""
    # Only rows in one place can be equal; a place is compared a hundred times faster than a row.
    alike = geometry.where(among).duplicated(keep=False).to_numpy() & among
    frame = pd.concat([*columns, geometry], axis=1).loc[alike]
    twice, first = _repeats(frame, rows[alike])
    return findings("duplicate.row", "error", rows[alike], twice, first=first)


def duplicate_keys(
    key: Sequence[str], values: Values, names: Mapping[str, str], among: Mask, rows: RowNumbers
) -> list[Issue]:
    """Refuse rows whose key occurs in an earlier row; only rows `among` are compared, empty keys are not."""
    frame = pd.concat([values[name] for name in key], axis=1).loc[among]
    twice, first = _repeats(frame, rows[among])
    twice &= frame.notna().all(axis=1).to_numpy()
    return findings(
        "duplicate.key",
        "error",
        rows[among][twice],
        np.ones(int(twice.sum()), dtype=bool),
        column="・".join(names[name] for name in key),
        field=key[0],
        values=["・".join(map(str, cells)) for cells in frame[twice].itertuples(index=False)],
        first=first[twice],
    )


def usable_key(keys: Iterable[Sequence[str]], values: Values, among: Mask) -> tuple[str, ...]:
    """Return the first of a layer's keys whose fields are all fed and filled in the rows `among`, else ()."""
    for key in keys:
        if all(name in values and values[name][among].notna().all() for name in key):
            return tuple(key)
    return ()


def _nearest(value: Any, names: list[str]) -> Message | None:
    near = get_close_matches(str(value), names, n=1, cutoff=0.5)
    return Message(ja=f"「{near[0]}」ですか", en=f"do you mean {near[0]}?") if near else None


def _beyond(field: Field, values: pd.Series[Any], bound: float | str, sign: int) -> Mask:
    if field.type in {"integer", "number"}:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(sign * numbers < sign * float(bound))
    limit: Any = _instant(bound) if field.type == "datetime" else str(bound)
    texts = values if field.type == "datetime" else values.map(str, na_action="ignore")
    return texts.map(lambda v: v < limit if sign > 0 else v > limit, na_action="ignore").eq(True).to_numpy()


def _instant(bound: float | str) -> Any:
    instant = pd.Timestamp(str(bound))
    return instant if instant.tzinfo else instant.tz_localize(JST)


def _repeats(frame: pd.DataFrame, rows: RowNumbers) -> tuple[Mask, RowNumbers]:
    """Mark the rows that equal an earlier one, and say which row that is."""
    if frame.empty:
        return np.zeros(0, dtype=bool), rows
    groups = frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first_at = np.unique(groups, return_index=True)
    return pd.Series(groups).duplicated().to_numpy(), rows[first_at[groups]]
