"""Codes with rules of their own: local government, corporate number, postal code, yes/no marks."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from gis_core.cleaned import EMPTY, Cleaned, ColumnResult, UnreadableError, clean_column, columnwise, refused
from gis_core.text import DASHES, half_ascii, is_blank_mark, trim

if TYPE_CHECKING:
    import pandas as pd

_DASH = re.compile(f"[{re.escape(DASHES)}]")

# ○ and its look-alikes (U+25CB, U+25EF, U+3007, U+2B55), 有, and what forms and programs write.
_YES = frozenset({
    "○", "◯", "〇", "⭕", "◎", "●", "1", "1.0", "有", "有り", "あり", "可", "可能", "はい", "対応", "該当",
    "✓", "✔", "☑", "レ", "true", "yes", "y", "t", "o", "on",
})  # fmt: skip
_NO = frozenset({
    "×", "✕", "✖", "☓", "❌", "╳", "0", "0.0", "無", "無し", "なし", "不可", "いいえ", "非対応", "未対応", "非該当",
    "☐", "false", "no", "n", "f", "x", "off",
})  # fmt: skip
# 2 非公開, 9 不明 in the GIF code list of 有無.
_UNKNOWN = frozenset({"2", "9", "不明", "非公開", "未定", "?"})


@dataclass(frozen=True)
class LocalGovernmentCode:
    """A 6-digit 全国地方公共団体コード, or the codes a damaged one may stand for.

    `warning` is None, `width`, `restored` (one candidate) or `ambiguous_5_digits` (two).
    """

    candidates: tuple[str, ...]
    warning: str | None = None

    @property
    def value(self) -> str | None:
        """Return the code, or None while there is more than one candidate."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def local_government_check_digit(first_five: str) -> str:
    """Return the sixth digit: the last of 11 − (6a + 5b + 4c + 3d + 2e mod 11)."""
    weighted = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), first_five, strict=True))
    return str(11 - weighted % 11)[-1]


def parse_local_government_code(text: str) -> LocalGovernmentCode:
    """Read a code of 6 digits, one of 5 without check digit, or one that lost its leading zero.

    Raises `UnreadableError`: `not_digits`, `length`, `check_digit`.
    """
    digits = trim(half_ascii(text)).removesuffix(".0")
    if not re.fullmatch("[0-9]+", digits):
        raise UnreadableError("not_digits")
    if not 4 <= len(digits) <= 6:
        raise UnreadableError("length")
    candidates = tuple(code for code in _complete(digits) if _is_local_government_code(code))
    if not candidates:
        raise UnreadableError("check_digit")
    if len(candidates) > 1:
        return LocalGovernmentCode(candidates, "ambiguous_5_digits")
    if len(digits) < 6:
        return LocalGovernmentCode(candidates, "restored")
    return LocalGovernmentCode(candidates, None if digits == trim(text) else "width")


def clean_local_government_code(text: str, known: Collection[str] = ()) -> Cleaned:
    """Clean a local government code. Value: text of 6 digits.

    `known` codes (the municipality master, or the city's own and its neighbours') decide between two
    candidates; else error `ambiguous_5_digits`. Other errors: `parse_local_government_code`.
    """
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    try:
        code = parse_local_government_code(text)
    except UnreadableError as error:
        return refused(error)
    likely = [c for c in code.candidates if c in known] if code.value is None else [code.value]
    if len(likely) != 1:
        return Cleaned(None, error="ambiguous_5_digits")
    if code.warning in {None, "width"}:
        return Cleaned(likely[0], fixed=None if text == likely[0] else "width")
    return Cleaned(likely[0], fixed="leading_zero", warning="restored")


def is_corporate_number(number: str) -> bool:
    """Tell whether 13 digits carry the check digit of a 法人番号.

    The first digit is 9 − (Σ Pn·Qn mod 9), n from the lowest of the other twelve, Q = 1 for odd n, 2 for even
    (財務省令).
    """
    if not re.fullmatch("[0-9]{13}", number):
        return False
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number[1:])))
    return int(number[0]) == 9 - weighted % 9


def clean_corporate_number(text: str) -> Cleaned:
    """Clean a 法人番号; the T of an invoice number is dropped. Value: text of 13 digits.

    Errors: `not_digits`, `length`, `check_digit`, `precision_lost` (Excel's 9.00002E+12).
    """
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    number = _DASH.sub("", trim(half_ascii(text))).removeprefix("T").removeprefix("t").removesuffix(".0")
    error = _corporate_number_error(number)
    return (
        Cleaned(None, error=error)
        if error
        else Cleaned(number, fixed=None if number == text else "code_format")
    )


def clean_postal_code(text: str) -> Cleaned:
    """Clean a 郵便番号. Value: text of 7 digits, no hyphen. Errors: `not_digits`, `length`.

    A 6-digit number that lost its leading zero in Excel is restored with the warning `restored`.
    """
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    digits = re.sub(r"\s", "", _DASH.sub("", half_ascii(text).replace("〒", "").removesuffix(".0")))
    if not re.fullmatch("[0-9]+", digits):
        return Cleaned(None, error="not_digits")
    if len(digits) == 6 and not _DASH.search(text):
        return Cleaned(f"0{digits}", fixed="leading_zero", warning="restored")
    if len(digits) != 7:
        return Cleaned(None, error="length")
    return Cleaned(digits, fixed=None if digits == text else "code_format")


def clean_flag(text: str) -> Cleaned:
    """Clean a yes/no mark (○×, 有無, 1/0, true/false). Value: bool.

    不明 and 非公開 are empty. △ (partly) is empty with the warning `partial`: a condition nobody reads must
    not make a site look usable. Error `unrecognised`.
    """
    mark = trim(half_ascii(text)).lower()
    if mark in _YES or mark in _NO:
        return Cleaned(mark in _YES)
    if mark in {"△", "▲"}:
        return Cleaned(None, warning="partial")
    if not mark or mark in _UNKNOWN or is_blank_mark(mark):
        return EMPTY
    return Cleaned(None, error="unrecognised")


def _complete(digits: str) -> list[str]:
    """Return the 6-digit codes that the digits may stand for, the 5-digit JIS code first."""
    if len(digits) == 6:
        return [digits]
    five = digits.zfill(5)
    with_check = five + local_government_check_digit(five)
    return [with_check, f"0{digits}"] if len(digits) == 5 else [with_check]


def _is_local_government_code(code: str) -> bool:
    return "01" <= code[:2] <= "47" and code[5] == local_government_check_digit(code[:5])


def _corporate_number_error(number: str) -> str | None:
    if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", number):
        return "precision_lost"
    if not re.fullmatch("[0-9]+", number):
        return "not_digits"
    if len(number) != 13:
        return "length"
    return None if is_corporate_number(number) else "check_digit"


def clean_local_government_codes(values: pd.Series[Any], known: Collection[str] = ()) -> ColumnResult:
    """Clean a column of local government codes; `known` codes decide the ambiguous."""
    return clean_column(values, partial(clean_local_government_code, known=known))


clean_corporate_numbers = columnwise(clean_corporate_number)
clean_postal_codes = columnwise(clean_postal_code)
clean_flags = columnwise(clean_flag)
