"""Japanese telephone numbers, with the damage spreadsheets do to them.

Where the hyphens go depends on the area code, and the national table of area codes is large; a number is
grouped by the rules that need no table, by the caller's own area code, or as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from gis_core.cleaned import (
    EMPTY,
    Cleaned,
    ColumnResult,
    Plain,
    UnreadableError,
    bounded,
    clean_column,
    refused,
)
from gis_core.text import DASHES, is_blank_mark, trim

if TYPE_CHECKING:
    import pandas as pd

_TO_HYPHEN = str.maketrans(dict.fromkeys(DASHES, "-"))
_SEVERAL = re.compile(r"\s*(?:[/、,;\n]|または|又は)\s*")
_EXTENSION = re.compile(r"\(?\s*(?:内線|EXT\.?)\s*[:.]?\s*([0-9]+)\s*\)?")
_LABEL = re.compile(r"(?:TEL|電話(?:番号)?)\s*[:.]?|\((?:代表?|直通|代表番号)\)|(?:代表|直通)[:]?")
# Whose number it is, in brackets: （小）054-…、（GH）054-…. A number has one place for it only, so it is left out.
_WHOSE = re.compile(r"\([^()0-9]{1,12}\)")
_FLOAT = re.compile(r"([0-9]{6,11})\.0")
_SCIENTIFIC = re.compile(r"([0-9])\.([0-9]+)E\+?([0-9]+)")
_SHORT = re.compile(r"#[0-9]{4}|1[0-9]{2}")
# Prefixes of 11-digit numbers: mobile, IP telephone, machine-to-machine, 0800; all others have 10 digits.
_ELEVEN_DIGITS = re.compile("0[256789]0")
# Sizes of the groups by prefix: toll free and navigation numbers; Tokyo and Osaka; 11-digit numbers.
_GROUPS = (
    (re.compile(r"0800"), (4, 3, 4)),
    (re.compile(r"0120|0570|0990"), (4, 3, 3)),
    (re.compile(r"0[256789]0.{8}"), (3, 4, 4)),
    (re.compile(r"03|06"), (2, 4, 4)),
)


@dataclass(frozen=True)
class Phone:
    """One number: national digits with the leading 0 (or a short number), and how to show it.

    `grouped` is None where the place of the hyphens is not known. Warnings: `leading_zero_restored`,
    `area_code_assumed`, `short_number`.
    """

    digits: str
    grouped: str | None = None
    extension: str | None = None
    warning: str | None = None

    @property
    def e164(self) -> str | None:
        """Return `+81…`, or None for a short number."""
        return f"+81{self.digits[1:]}" if self.digits.startswith("0") else None

    @property
    def shown(self) -> str:
        """Return the number for people: `0287-22-2277 内線123`."""
        return (self.grouped or self.digits) + (f" 内線{self.extension}" if self.extension else "")


def parse_phones(text: str, default_area_code: str | None = None) -> tuple[Phone, ...]:
    """Read the numbers in a cell; none for a mark such as なし. Raises `UnreadableError`.

    A number without area code is given `default_area_code`. Codes: `is_fax`, `length`, `non_digit`,
    `foreign_country_code`, `no_area_code`, `excel_scientific_precision_lost`.
    """
    if not trim(text) or is_blank_mark(text):
        return ()
    plain = trim(unicodedata.normalize("NFKC", bounded(text)).upper().translate(_TO_HYPHEN))
    if "FAX" in plain or "ファックス" in plain or "ファクス" in plain:
        raise UnreadableError("is_fax")
    parts = [part for part in _SEVERAL.split(_undo_excel(plain)) if part]
    return tuple(_parse_one(part, default_area_code) for part in parts)


def clean_phone(text: str, default_area_code: str | None = None) -> Cleaned:
    """Clean a telephone number. Value: text, hyphenated where the grouping is known; several joined by ` / `.

    Warning `labels_dropped` where words in brackets said whose number it is. Other codes: `parse_phones`.
    """
    words = _LABEL.sub("", unicodedata.normalize("NFKC", text).upper())
    has_labels = _WHOSE.search(words) is not None
    try:
        phones = parse_phones(_WHOSE.sub("/", words) if has_labels else text, default_area_code)
    except UnreadableError as error:
        return refused(error)
    if not phones:
        return EMPTY
    value = " / ".join(phone.shown for phone in phones)
    warning = next((phone.warning for phone in phones if phone.warning), None)
    return Cleaned(
        value,
        None if value == text else "phone_format",
        warning or ("labels_dropped" if has_labels else None),
    )


# Numbers that are hyphenated as clean_phone would do it.
_PLAIN_PHONE = Plain(
    re.compile(
        r"(?!0[256789]0|0120|0570|0990|0[36])0(?:[0-9]-[0-9]{4}|[0-9]{2}-[0-9]{3}|[0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9])-[0-9]{4}"
        r"|(?:0[36]|(?!080-0)0[256789]0)-[0-9]{4}-[0-9]{4}|(?:0120|0570|0990)-[0-9]{3}-[0-9]{3}|0800-[0-9]{3}-[0-9]{4}"
    ),
    list,
)


def clean_phones(values: pd.Series[Any], default_area_code: str | None = None) -> ColumnResult:
    """Clean a column of telephone numbers; those without area code are given `default_area_code`."""
    return clean_column(values, partial(clean_phone, default_area_code=default_area_code), _PLAIN_PHONE)


def _undo_excel(plain: str) -> str:
    """Return the digits of a number that a spreadsheet shows as `287222277.0` or `2.87222277E+08`."""
    whole = _FLOAT.fullmatch(plain)
    if whole:
        return whole[1]
    scientific = _SCIENTIFIC.fullmatch(plain)
    if scientific is None:
        return plain
    digits = scientific[1] + scientific[2]
    if len(digits) != int(scientific[3]) + 1:
        raise UnreadableError("excel_scientific_precision_lost")
    return digits


def _parse_one(part: str, default_area_code: str | None) -> Phone:
    extension = _EXTENSION.search(part)
    bare = trim(_LABEL.sub("", _EXTENSION.sub("", part)))
    if _SHORT.fullmatch(bare):
        return Phone(bare, bare, warning="short_number")
    groups = _groups(bare)
    digits, warning = _national("".join(groups), default_area_code)
    if warning == "leading_zero_restored":
        groups = [f"0{groups[0]}", *groups[1:]]
    return Phone(digits, _grouped(digits, groups, default_area_code), extension and extension[1], warning)


def _groups(bare: str) -> list[str]:
    """Return the digits between the separators, in national form."""
    if bare.startswith("+"):
        country = re.match(r"\+\s*81[\s\-.]*(?:\(0\))?", bare)
        if country is None:
            raise UnreadableError("foreign_country_code")
        groups = re.findall("[0-9]+", bare[country.end() :])
        bare = "-".join(["0" + groups[0].removeprefix("0"), *groups[1:]]) if groups else ""
    if re.search(r"[^0-9\-().\s]", bare):
        raise UnreadableError("non_digit")
    return re.findall("[0-9]+", bare) or [""]


def _national(digits: str, default_area_code: str | None) -> tuple[str, str | None]:
    """Return the digits with area code and leading 0, and the warning if something was added."""
    if digits.startswith("0"):
        return _of_right_length(digits), None
    if 5 <= len(digits) <= 8:
        if default_area_code is None:
            raise UnreadableError("no_area_code")
        return _of_right_length(default_area_code + digits), "area_code_assumed"
    return _of_right_length(f"0{digits}"), "leading_zero_restored"


def _of_right_length(digits: str) -> str:
    if len(digits) != (11 if _ELEVEN_DIGITS.match(digits) else 10):
        raise UnreadableError("length")
    return digits


def _grouped(digits: str, groups: list[str], default_area_code: str | None) -> str | None:
    for prefix, sizes in _GROUPS:
        if prefix.match(digits) and len(digits) == sum(sizes):
            first, second, _ = sizes
            return f"{digits[:first]}-{digits[first : first + second]}-{digits[first + second :]}"
    if len(groups) == 3 and "".join(groups) == digits:
        return "-".join(groups)
    if default_area_code and digits.startswith(default_area_code):
        return f"{default_area_code}-{digits[len(default_area_code) : -4]}-{digits[-4:]}"
    return None
