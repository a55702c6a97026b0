"""What a report says of how coordinates were brought to WGS 84: by which operations, how well, and what is missing."""

from __future__ import annotations

import re

from pyproj import CRS

from etl.findings import whole_row
from gis_core.city import City
from gis_core.crs import Operation, srid_of, transformation
from gis_core.crs_names import JGD2000, TOKYO, WGS84
from gis_core.datums import MOST_MOVED_M, Account, account
from gis_core.errors import Message
from gis_core.issues import Issue, Severity

# Operations of the EPSG register as staff may know them.
_OPERATIONS = {
    "Tokyo to JGD2000 (1)": (
        "日本測地系→世界測地系：3 パラメータの近似式",
        "Tokyo to JGD2000 by three parameters",
    ),
    "Tokyo to JGD2000 (2)": (
        "日本測地系→世界測地系：国土地理院の TKY2JGD 格子",
        "Tokyo to JGD2000 by GSI's grid TKY2JGD",
    ),
    "JGD2000 to JGD2011 (1)": (
        "JGD2000→JGD2011：国土地理院の 2011 年地震の格子",
        "JGD2000 to JGD2011 by GSI's grid of the 2011 earthquake",
    ),
    "JGD2000 to JGD2011 (2)": (
        "JGD2000→JGD2011：値をそのまま使用",
        "JGD2000 to JGD2011 with the numbers unchanged",
    ),
    "JGD2011 to WGS 84 (1)": (
        "JGD2011→WGS 84：値をそのまま使用",
        "JGD2011 to WGS 84 with the numbers unchanged",
    ),
}
_PLANE = re.compile(r"Inverse of Japan Plane Rectangular CS zone ([IVX]+)")
_OTHER_PLANE = re.compile(r"Inverse of (.+)")
# Above this a file is told of its way to WGS 84: JGD2011 itself counts 1 m in the register.
_TOLD_ABOVE_M = 1.5


def about(crs: CRS, label: str, city: City) -> list[Issue]:
    """Return what the deliverer must know of the change of datum: an issue about the file, or nothing.

    A way with all grids is told as a repair, one without as a warning. Raises `NoTransformation`.
    """
    done = _in_city(crs, city)
    old = _datum(crs) in {TOKYO, JGD2000}
    if not old and done.accuracy_m <= _TOLD_ABOVE_M:
        return []
    severity: Severity = "warning" if done.accuracy_m > _TOLD_ABOVE_M else "fixed"
    return [whole_row("coordinates.datum", severity, None, source=label, way=_sentence(done))]


def way_to_wgs84(label: str, city: City) -> Message | None:
    """Return how coordinates in a report's `crs` (`EPSG:6677`) go to WGS 84 in the city, and how exactly.

    None for a system that has no code, so that its report says nothing more of it.
    """
    number = label.removeprefix("EPSG:")
    return _sentence(_in_city(CRS.from_epsg(int(number)), city)) if number.isdigit() else None


def _in_city(crs: CRS, city: City) -> Account:
    east, north = transformation(WGS84, crs).apply(*city.centre)
    return account(crs, float(east[0]), float(north[0]))


def _sentence(done: Account) -> Message:
    if not done.operations:
        return Message(ja="座標はそのまま使いました（変換なし）。", en="Coordinates were used as they are.")
    words = [_words(operation) for operation in done.operations]
    ja = f"{'、'.join(pair[0] for pair in words)}。この場所での精度は約 {done.accuracy_m:.2g} m です。"
    en = f"{'; '.join(pair[1] for pair in words)}. Here it is good to about {done.accuracy_m:.2g} m."
    return Message(ja=ja + _missing_ja(done), en=en + _missing_en(done))


def _datum(crs: CRS) -> int | None:
    geodetic = crs.geodetic_crs
    return srid_of(geodetic.to_2d()) if geodetic else None


def _words(operation: Operation) -> tuple[str, str]:
    ja, en = [], []
    for part in operation.name.split(" + "):
        plane, other = _PLANE.fullmatch(part), _OTHER_PLANE.fullmatch(part)
        if part in _OPERATIONS:
            words = _OPERATIONS[part]
        elif plane:
            words = (
                f"平面直角座標系（{plane[1]}）→緯度・経度",
                f"plane rectangular zone {plane[1]} to degrees",
            )
        elif other:
            words = (f"{other[1]}→緯度・経度", f"{other[1]} to degrees")
        else:
            words = (part, part)
        ja.append(words[0])
        en.append(words[1])
    return "、".join(ja), "; ".join(en)


def _missing_ja(done: Account) -> str:
    grids = "、".join(done.missing_grids)
    moved = (
        f"2011 年の地震で地面が 1～{MOST_MOVED_M:g} m 動いた地域ですが、その分は直っていません。"
        if done.unmoved
        else ""
    )
    return f"{moved}国土地理院の格子ファイル（{grids}）を置くと、より正確になります。" if grids else ""


def _missing_en(done: Account) -> str:
    grids = ", ".join(done.missing_grids)
    moved = (
        f" The ground moved here by 1 to {MOST_MOVED_M:g} m in 2011, which is left out."
        if done.unmoved
        else ""
    )
    return f"{moved} GSI's grid files ({grids}) would make it more exact." if grids else ""
