"""Texts to typed values, whole columns at a time, by the type and kind of each field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from etl.findings import findings
from etl.table import RowNumbers
from gis_core import codes, dates, numbers, phones, text, times
from gis_core.city import City
from gis_core.cleaned import ColumnCleaner, ColumnResult
from gis_core.definition import Field
from gis_core.formulas import restore
from gis_core.issues import Issue, Severity

# Excel's error values; a formula's error is the row's error, whatever the field.
FORMULA_ERRORS = frozenset(
    ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
)

_BY_KIND: dict[str, tuple[str, ColumnCleaner]] = {
    "name": ("text", text.clean_names),
    "kana": ("text", text.clean_kanas),
    "address": ("text", text.clean_addresses),
    "text": ("text", text.clean_texts),
    "code": ("text", text.clean_codes),
    "url": ("url", text.clean_urls),
    "email": ("email", text.clean_emails),
    "postal_code": ("code", codes.clean_postal_codes),
    "corporate_number": ("code", codes.clean_corporate_numbers),
    "weekdays": ("weekdays", times.clean_weekdays_column),
}
_BY_TYPE: dict[str, tuple[str, ColumnCleaner]] = {
    "integer": ("number", numbers.clean_integers),
    "number": ("number", numbers.clean_numbers),
    "boolean": ("flag", codes.clean_flags),
    "date": ("date", dates.clean_dates),
    "datetime": ("date", times.clean_datetimes),
    "time": ("time", times.clean_times),
}
_RULE_OF_CODE = {
    "control": "text.control",
    "gaiji": "text.private_use",
    "mojibake": "encoding.error",
    "platform_dependent": "text.platform_dependent",
}


@dataclass(frozen=True)
class CleanColumn:
    """A field's values as the database takes them (None where empty) and what was found on the way."""

    values: pd.Series[Any]
    issues: list[Issue]


def clean(field: Field, column: str, cells: pd.Series[Any], rows: RowNumbers, city: City) -> CleanColumn:
    """Clean the cells (text or None) of the column that feeds a field."""
    # One look at all texts spares most columns the looks at each.
    texts = "".join(filter(None, cells.tolist()))
    if not texts:
        # Half the columns of a standard form are empty in most files.
        return CleanColumn(_with_empty(field, cells, cells), [])
    if field.type == "string" and "'" in texts:
        # The sign that an export puts before what a spreadsheet would take for a formula.
        cells = cells.map(restore, na_action="ignore")
    group, cleaner = _cleaner(field, city)
    issues = _formula_errors(field, column, cells, rows) if "#" in texts else []
    result = cleaner(cells.mask(cells.isin(FORMULA_ERRORS), None) if issues else cells)
    issues += _issues(group, result, field, column, cells, rows)
    return CleanColumn(_with_empty(field, result.values, cells), issues)


def _formula_errors(field: Field, column: str, cells: pd.Series[Any], rows: RowNumbers) -> list[Issue]:
    broken = cells.isin(FORMULA_ERRORS)
    return findings(
        "formula.error", "error", rows, broken, column=column, field=field.name, values=cells.to_numpy()
    )


def _cleaner(field: Field, city: City) -> tuple[str, ColumnCleaner]:
    if field.unit and field.type in {"integer", "number"}:
        clean_all = numbers.clean_integers if field.type == "integer" else numbers.clean_numbers
        return "number", partial(clean_all, unit=field.unit)
    if field.type == "time":
        return "time", partial(times.clean_times, starts=field.role == "start_time")
    if field.type != "string":
        return _BY_TYPE[field.type]
    if field.kind == "phone":
        return "phone", partial(phones.clean_phones, default_area_code=city.area_code)
    if field.kind == "local_government_code":
        return "code", partial(codes.clean_local_government_codes, known=(city.code,))
    return _BY_KIND[field.kind or "text"]


def _issues(
    group: str, result: ColumnResult, field: Field, column: str, cells: pd.Series[Any], rows: RowNumbers
) -> list[Issue]:
    if result.flawless:
        return []
    issues: list[Issue] = []
    severities: tuple[tuple[Severity, pd.Series[Any], str], ...] = (
        ("error", result.error, f"{group}.unparsable"),
        ("warning", result.warning, "value.doubtful"),
        ("fixed", result.fixed, "value.rewritten"),
    )
    parts: dict[str, Any] = {
        "column": column,
        "field": field.name,
        "values": cells.to_numpy(),
        "after": result.values.to_numpy(),
    }
    for severity, found, rule in severities:
        for code in sorted(found.dropna().unique()):
            issues += findings(
                _RULE_OF_CODE.get(code, rule), severity, rows, found.eq(code), detail=code, **parts
            )
    return issues


def _with_empty(field: Field, values: pd.Series[Any], cells: pd.Series[Any]) -> pd.Series[Any]:
    """Give an empty flag its meaning; 不明 stays empty, for it is not no."""
    if field.empty_is is None:
        return values
    empty = cells.isna() | cells.map(text.is_blank_mark, na_action="ignore").eq(True)
    return values.mask(empty & values.isna(), field.empty_is)
