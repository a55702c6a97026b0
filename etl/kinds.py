"""What one cell is, told strictly: a form that other kinds of values hardly have."""

from __future__ import annotations

import re
import unicodedata

from gis_core import codes, phones
from gis_core.boxes import JAPAN
from gis_core.cleaned import UnreadableError
from gis_core.dates import clean_date
from gis_core.dms import clean_degrees, parse_latlon
from gis_core.text import clean_email, clean_url, full_kana, hyphens_between_digits, katakana

# A point as databases write it (WKB or PostGIS's EWKB): order, type, perhaps the system, two to four numbers.
WKB_POINT = re.compile(r"(?:01010000[028A]0|00[028A]0000001)[0-9A-F]{32,72}", re.IGNORECASE)
# Three decimals are 100 m: what a position needs, and what ages, shares and amounts do not have.
_POSITION_DECIMALS = re.compile(r"\.\d{3}|[°度]")
_PHONE = re.compile(r"\+?[0-9]{2,5}[-(][0-9]{1,4}[-)][0-9]{3,4}.*|0[1-9][0-9]{8,9}")
_POSTAL = re.compile(r"〒?\s*[0-9]{3}-[0-9]{4}|〒\s*[0-9]{7}")
_SIX_DIGITS = re.compile("[0-9]{6}")
# A bare number of eight digits may as well be a code.
_WRITTEN_DATE = re.compile(r".*[0-9元].*[-/.年].*")
_ADDRESS = re.compile(r"[^0-9]{1,12}?[市区町村郡][^0-9]{0,20}.*[0-9一二三四五六七八九十].*")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・\s]{2,}")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー\u3400-\u9fff]")


def _degrees_within(text: str, low: float, high: float) -> bool:
    if not _POSITION_DECIMALS.search(text):
        return False
    value = clean_degrees(text).value
    return isinstance(value, float) and low <= value <= high


def is_latitude(text: str) -> bool:
    """Tell whether it is a latitude in Japan, in degrees."""
    return _degrees_within(text, JAPAN.south, JAPAN.north)


def is_longitude(text: str) -> bool:
    """Tell whether it is a longitude in Japan, in degrees."""
    return _degrees_within(text, JAPAN.west, JAPAN.east)


def is_both(text: str) -> bool:
    """Tell whether it is a place in Japan: latitude and longitude in either order, or a WKT or WKB point."""
    if WKB_POINT.fullmatch(text):
        return True
    try:
        lat, lon, _ = parse_latlon(text)
    except UnreadableError:
        return False
    return bool(_POSITION_DECIMALS.search(text)) and JAPAN.contains(lon, lat)


def is_date(text: str) -> bool:
    """Tell whether it is a whole date, written with its separators."""
    return bool(_WRITTEN_DATE.fullmatch(text)) and clean_date(text).value is not None


def is_kana(text: str) -> bool:
    """Tell whether it is all hiragana or katakana."""
    return _KANA.fullmatch(full_kana(text)) is not None


def kana(text: str) -> str:
    """Return the text with all kana as full-width katakana and no spaces, to compare readings."""
    return katakana(full_kana(text)).replace("\u3000", "").replace(" ", "")


def is_address(text: str) -> bool:
    """Tell whether it is an address from its municipality on, with a number."""
    return len(text) <= 80 and _ADDRESS.fullmatch(_folded(text)) is not None


def is_phone(text: str) -> bool:
    """Tell whether it is a telephone number with area code."""
    return bool(_PHONE.fullmatch(_folded(text))) and phones.clean_phone(text).value is not None


def is_postal_code(text: str) -> bool:
    """Tell whether it is a postal code, marked as one by its hyphen or its 〒."""
    return _POSTAL.fullmatch(_folded(text)) is not None


def is_municipality(text: str) -> bool:
    """Tell whether it is a local government code of six digits, the check digit right."""
    # Five digits lack the check digit, and then every number of five digits is a code.
    return bool(_SIX_DIGITS.fullmatch(text)) and codes.clean_local_government_code(text).value is not None


def is_name(text: str) -> bool:
    """Tell whether it may be a name: short, and mostly Japanese letters."""
    letters = len(_JAPANESE.findall(text))
    return 2 <= len(text) <= 40 and "。" not in text and letters >= len(text) / 2


def is_url(text: str) -> bool:
    """Tell whether it is a whole web address."""
    return clean_url(text).value is not None


def is_email(text: str) -> bool:
    """Tell whether it is a mail address."""
    return clean_email(text).value is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", hyphens_between_digits(text))
