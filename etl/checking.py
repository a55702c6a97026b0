"""Rules over whole columns: required, code lists, ranges, forms."""

from __future__ import annotations

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
    if field.required:
        empty = values.isna().to_numpy()
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
