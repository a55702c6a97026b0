"""The names people give to Japanese coordinate systems, in words: 平面直角座標系第9系, JGD2011 zone IX, 日本測地系."""

from __future__ import annotations

import re

WGS84 = 4326
TOKYO, JGD2000, JGD2011 = 4301, 4612, 6668

# EPSG numbers the nineteen plane rectangular zones of a datum in a row; these stand before zone I.
_BEFORE_PLANE_ZONE_1 = {TOKYO: 30160, JGD2000: 2442, JGD2011: 6668}
# Likewise the UTM zones (51N to 55N for the Japanese datums); these stand before zone 1N.
_BEFORE_UTM_1 = {TOKYO: 3041, JGD2000: 3046, JGD2011: 6637, WGS84: 32600}
_ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
]

# The order matters: 日本測地系2011 is JGD2011, 日本測地系 alone is the old Tokyo datum. JGD2024 has the plane
# positions of JGD2011 (only heights changed) and no EPSG code yet.
_DATUMS = (
    (re.compile(r"JGD[\s_]?2011|JGD[\s_]?2024|測地系20(?:11|24)|測地成果20(?:11|24)"), JGD2011),
    (re.compile(r"JGD[\s_]?2000|測地系2000|測地成果2000"), JGD2000),
    (re.compile(r"TOKYO|日本測地系|旧測地系"), TOKYO),
    (re.compile(r"世界測地系|JGD"), JGD2011),
    (re.compile(r"WGS[\s_]?(?:19)?84"), WGS84),
)
_YEAR_OF_DATUM = re.compile(r"(?<=[A-Z系果\s_])(?:19|20)[0-9]{2}")
_PLANE = re.compile(r"PLANE|RECTANGULAR|JAPAN[\s_]ZONE|平面|直角|系")
_PLANE_ZONE = re.compile(
    r"(?:ZONE|CS|第|座標系?)[\s_]*([IVX]{1,5}|[0-9]{1,2})(?![0-9A-Z])|(?<![0-9A-Z])([0-9]{1,2}|[IVX]{1,5})\s*系"
)
_UTM_ZONE = re.compile(r"UTM\D*(5[1-5])(?![0-9])")
_WEB_MERCATOR = re.compile(r"WEB\s?MERCATOR|PSEUDO.?MERCATOR|GOOGLE")


def srid_by_words(name: str) -> int | None:
    """Return the EPSG code meant by a name in upper case and NFKC, or None.

    A plane zone without a datum is JGD2011. A projected system whose zone cannot be read is None, never its datum.
    """
    if _WEB_MERCATOR.search(name):
        return 3857
    datum = next((srid for words, srid in _DATUMS if words.search(name)), None)
    without_year = _YEAR_OF_DATUM.sub("", name)
    if "UTM" in name:
        return _utm(datum, without_year)
    zone = _PLANE_ZONE.search(without_year)
    if zone is not None:
        return _plane(datum, zone[1] or zone[2])
    only_datum_words = re.sub(r"(?:日本|世界|旧)測地系", "", without_year)
    return None if _PLANE.search(only_datum_words) else datum


def _plane(datum: int | None, written: str) -> int | None:
    number = int(written) if written.isdigit() else (_ROMAN.index(written) + 1 if written in _ROMAN else 0)
    before = _BEFORE_PLANE_ZONE_1.get(datum or JGD2011)
    return before + number if before and 1 <= number <= len(_ROMAN) else None


def _utm(datum: int | None, name: str) -> int | None:
    zone = _UTM_ZONE.search(name)
    return _BEFORE_UTM_1[datum] + int(zone[1]) if zone and datum else None
