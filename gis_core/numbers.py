"""Numbers as departments write them: full-width digits, thousands' commas, accounting minus, declared units.

Text in a number column is reported, not stripped: 約500 and 500人 are refused unless 人 is the field's unit.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gis_core.cleaned import EMPTY, Cleaned, ColumnResult, Plain, UnreadableError, clean_column, refused
from gis_core.text import DASHES, half_ascii, is_blank_mark, trim

if TYPE_CHECKING:
    import pandas as pd

# ▲ and △ are the minus of Japanese accounting.
_MINUS = re.compile(rf"^[{re.escape(DASHES)}▲△]\s*(?=[0-9.])")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]{1,2}")
_MISPLACED_COMMAS = re.compile(r"[+-]?[0-9]+(?:,[0-9]*)+(?:\.[0-9]*)?")
_NUMBER_WITH_TEXT = re.compile(r"(?:約|およそ|概ね)\s*[0-9]|[+-]?[0-9.,]+\s*[^0-9.,\s]")
# Ways to write one unit; any of them may follow the number where one is the field's.
_UNITS = (
    ("人", "名"),
    ("m", "メートル", "ｍ"),
    ("m²", "㎡", "m2", "平方メートル", "平米"),
    ("cm", "センチメートル", "センチ", "㎝"),
    ("km", "キロメートル", "㎞"),
    ("ha", "ヘクタール", "㏊"),
    ("円", "円也"),
)

# Up to 15 digits a float holds every digit.
_PLAIN_NUMBER = Plain(
    re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,9}\.[0-9]{1,6})"),
    lambda texts: np.array(texts, dtype=object).astype(float).tolist(),
)
_PLAIN_INTEGER = Plain(re.compile(r"-?[0-9]{1,15}"), lambda texts: [int(text) for text in texts])
_BIGINT_LIMIT = 2**63


def parse_number(text: str, unit: str | None = None) -> float:
    """Read a number; `unit`, in any of its writings, may follow it. Raises `UnreadableError`.

    Codes: `number_with_text` (約500, 500人 where 人 is not the unit), `thousands` (1,23), `unrecognised`.
    """
    plain = _MINUS.sub("-", trim(half_ascii(text)))
    if unit:
        plain = plain.removesuffix(_written_unit(plain, unit)).rstrip()
    if (_NUMBER.fullmatch(plain) or _SCIENTIFIC.fullmatch(plain)) and len(plain) < 100:
        return float(plain.replace(",", ""))
    if _NUMBER_WITH_TEXT.match(plain):
        raise UnreadableError("number_with_text")
    raise UnreadableError("thousands" if _MISPLACED_COMMAS.fullmatch(plain) else "unrecognised")


def _written_unit(plain: str, unit: str) -> str:
    """Return the unit as it stands at the end of the text; longer writings come before those they end with."""
    same = next((names for names in _UNITS if unit in names), (unit,))
    writings = sorted({half_ascii(name) for name in same}, key=len, reverse=True)
    return next((writing for writing in writings if plain.endswith(writing)), "")


def clean_number(text: str, unit: str | None = None) -> Cleaned:
    """Clean a decimal number. Value: float. Warning `scientific` for 2.87E+08: Excel may have cut digits."""
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    try:
        value = parse_number(text, unit)
    except UnreadableError as error:
        return refused(error)
    fixed = None if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else "number_format"
    return Cleaned(value, fixed, "scientific" if _SCIENTIFIC.fullmatch(half_ascii(trim(text))) else None)


def clean_integer(text: str, unit: str | None = None) -> Cleaned:
    """Clean a whole number. Value: int (64 bits). `12.0` is 12; errors `not_integer`, `range`."""
    number = clean_number(text, unit)
    if not isinstance(number.value, float):
        return number
    if not number.value.is_integer():
        return Cleaned(None, error="not_integer")
    exact = re.fullmatch(r"-?[0-9]+", text)
    value = int(text) if exact else int(number.value)
    if not -_BIGINT_LIMIT <= value < _BIGINT_LIMIT:
        return Cleaned(None, error="range")
    return Cleaned(value, None if exact else "number_format", number.warning)


def clean_numbers(values: pd.Series[Any], unit: str | None = None) -> ColumnResult:
    """Clean a column of decimal numbers, each of which may be followed by `unit`."""
    return clean_column(values, partial(clean_number, unit=unit), _PLAIN_NUMBER)


def clean_integers(values: pd.Series[Any], unit: str | None = None) -> ColumnResult:
    """Clean a column of whole numbers, each of which may be followed by `unit`."""
    return clean_column(values, partial(clean_integer, unit=unit), _PLAIN_INTEGER)
