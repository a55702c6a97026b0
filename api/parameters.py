"""How the text of a query parameter becomes a value."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.asked import unknown_parameter
from api.declared import LIMIT_DEFAULT, LIMIT_MAXIMUM
from api.service import Parameter
from gis_core.boxes import Box
from gis_core.definition import Field
from gis_core.errors import BadParameter, Message
from layers import areas
from layers.catalogue import Catalogue, LayerInfo
from layers.conditions import Condition
from layers.filters import ID
from layers.systems import STORED, System

Interval = tuple[datetime | None, datetime | None]


def limit(query: Mapping[str, str], default: int = LIMIT_DEFAULT, maximum: int = LIMIT_MAXIMUM) -> int:
    """Return how many to return; more than the maximum is the maximum (/req/core/fc-limit-response)."""
    text = query.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:12]) >= 1):
        raise BadParameter(
            "limit",
            Message("limit は 1 以上の整数にしてください。", "limit must be a whole number, 1 or more."),
        )
    return min(int(text[:12]), maximum)


def number(query: Mapping[str, str], parameter: Parameter) -> float:
    """Return a required number within the bounds its schema names. Raises `BadParameter`."""
    low, high = parameter.schema["minimum"], parameter.schema["maximum"]
    value = _finite(query.get(parameter.name, ""))
    if value is None or not low <= value <= high:
        raise BadParameter(
            parameter.name,
            Message(
                f"{parameter.name} は {low} から {high} までの数で指定してください。",
                f"Give {parameter.name} as a number from {low} to {high}.",
            ),
        )
    return value


def place(text: str) -> tuple[float, float] | None:
    """Return the longitude and latitude (degrees) of “lon,lat”, None where the text is no place."""
    values = [_finite(part) for part in text.split(",")]
    longitude, latitude = values if len(values) == 2 else (None, None)
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return longitude, latitude


def bbox(query: Mapping[str, str], system: System = STORED) -> Box | Condition | None:
    """Return the box asked for: degrees, or the condition that is left of it where degrees cannot tell it.

    Its corners are in the system's order of axes; of six numbers the heights say nothing here. A box whose west
    is greater than its east crosses the 180° meridian (RFC 7946 §5.2). Raises `BadParameter`.
    """
    if "bbox" not in query:
        return None
    values = [_finite(part) for part in query["bbox"].split(",")]
    numbers = [value for value in values if value is not None]
    if len(numbers) not in (4, 6) or len(values) != len(numbers):
        raise _bad_bbox()
    half = len(numbers) // 2
    west, south, east, north = system.box((numbers[0], numbers[1]), (numbers[half], numbers[half + 1]))
    if south > north or (west > east and system.projected):
        raise _bad_bbox()
    if system.projected:
        return areas.meets_projected((west, south, east, north), system)
    if west > east:
        return areas.meets_any(areas.halves(west, south, east, north))
    return Box(west, south, east, north)


def interval(query: Mapping[str, str], zone: str) -> Interval | None:
    """Return the two ends of `datetime`, None for an open one; a date is the whole day in the city's zone."""
    if "datetime" not in query:
        return None
    parts = query["datetime"].split("/")
    try:
        if len(parts) == 1:
            return _day_or_instant(parts[0], zone)
        begin, end = (None if p in ("", "..") else _day_or_instant(p, zone) for p in parts)
    except (ValueError, OverflowError):
        # OverflowError: an instant whose time in UTC lies before the year 1 or after 9999.
        raise _bad_datetime() from None
    if (begin is None and end is None) or (begin and end and begin[0] > end[1]):
        raise _bad_datetime()
    return (begin[0] if begin else None, end[1] if end else None)


def at(query: Mapping[str, str], zone: str) -> datetime | None:
    """Return the instant asked for; a date is the end of that day in the city's zone. Raises `BadParameter`."""
    return _instant("at", query["at"], zone)[1] if "at" in query else None


def since(query: Mapping[str, str], zone: str) -> int | datetime:
    """Return a revision, 0 without one, or an instant; a date is the beginning of that day in the city's zone.

    Raises `BadParameter`.
    """
    text = query.get("since", "0")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return _instant("since", text, zone)[0]


def beginning(query: Mapping[str, str], name: str, zone: str) -> datetime | None:
    """Return the instant that a parameter names; a date is the beginning of that day in the city's zone."""
    return _instant(name, query[name], zone)[0] if name in query else None


def whole(query: Mapping[str, str], name: str) -> int | None:
    """Return the whole number, 0 or more, that a parameter names, None without it. Raises `BadParameter`."""
    text = query.get(name)
    if text is None or (text.isascii() and text.isdigit() and len(text) < 19):
        return None if text is None else int(text)
    raise BadParameter(
        name, Message(f"{name} は 0 以上の整数にしてください。", f"{name} must be a whole number, 0 or more.")
    )


def flag(query: Mapping[str, str], name: str) -> bool:
    """Return whether a parameter is `true`; without it, it is not. Raises `BadParameter`."""
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise BadParameter(name, Message(f"{name} は true か false です。", f"{name} is true or false."))
    return text == "true"


def layers(query: Mapping[str, str], catalogue: Catalogue) -> frozenset[str] | None:
    """Return the layers and rasters that `layers` names, None without it. Raises `BadParameter`."""
    if "layers" not in query:
        return None
    wanted = frozenset(filter(None, query["layers"].split(",")))
    unknown = sorted(layer for layer in wanted if not catalogue.knows(layer))
    if unknown or not wanted:
        name = "、".join(unknown)[:100]
        raise BadParameter(
            "layers",
            Message(
                f"layers のレイヤ「{name}」はありません。/api/collections の ID をコンマで区切って指定してください。",
                f"layers: there is no layer “{name}”. Give ids of /api/collections, separated by commas.",
            ),
        )
    return wanted


def write_cursor(last_id: int) -> str:
    """Return the opaque place after the feature `last_id`."""
    return base64.urlsafe_b64encode(f"after:{last_id}".encode()).decode().rstrip("=")


def read_cursor(query: Mapping[str, str]) -> int | None:
    """Return the id after which to go on, None for the beginning. Raises `BadParameter`."""
    text = query.get("cursor")
    if text is None:
        return None
    try:
        word, _, last = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        if word == "after" and last.isascii() and last.isdigit() and len(last) < 19:
            return int(last)
    except (binascii.Error, ValueError):
        pass
    raise BadParameter(
        "cursor",
        Message(
            "cursor は next リンクの値をそのまま使ってください。",
            "Use the cursor of a next link as it stands.",
        ),
    )


def equals(query: Mapping[str, str], info: LayerInfo, known: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return the filters by property among the parameters; those in `known` are none.

    Raises `BadParameter` for a name that is neither, and for a value that does not fit the field's type.
    """
    names = query.keys() - known
    if not names:
        return ()
    fields = {f.name: f for f in (ID, *info.fields)}
    filters = []
    for name in names:
        if name not in fields:
            raise unknown_parameter(name, known)
        filters.append((name, _value(fields[name], query[name])))
    return tuple(sorted(filters))


def _value(field: Field, text: str) -> str:
    check = CHECKS.get(field.type)
    try:
        return check(text.strip()) if check else text
    except ValueError:
        raise BadParameter(
            field.name,
            Message(
                f"{field.name} の値「{text}」は型 {field.type} に合いません。",
                f"The value “{text}” of {field.name} is no {field.type}.",
            ),
        ) from None


def _boolean(text: str) -> str:
    return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text.lower()) or _refuse()


def _integer(text: str) -> str:
    return str(int(text)) if text.isascii() and "_" not in text and abs(int(text)) < 2**63 else _refuse()


def _number(text: str) -> str:
    return text if text.isascii() and _finite(text) is not None else _refuse()


def _refuse() -> str:
    raise ValueError


CHECKS: Mapping[str, Callable[[str], str]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "datetime": lambda text: datetime.fromisoformat(text).isoformat(),
    "time": lambda text: time.fromisoformat(text).isoformat(),
}


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _day_or_instant(text: str, zone: str) -> tuple[datetime, datetime]:
    """Return the first and the last instant that the text means. Raises `ValueError`."""
    if len(text) == len("2026-04-01"):
        start = datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone))
        return start, start + timedelta(days=1, microseconds=-1)
    if len(text) < len("2026-04-01T00:00:00Z") or text[10] not in "Tt ":
        raise ValueError
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(UTC), instant.astimezone(UTC)


def _instant(name: str, text: str, zone: str) -> tuple[datetime, datetime]:
    try:
        return _day_or_instant(text, zone)
    except (ValueError, OverflowError):
        revision_ja, revision_en = ("版の番号、", "a revision, ") if name == "since" else ("", "")
        raise BadParameter(
            name,
            Message(
                f"{name} は{revision_ja}2026-04-01T00:00:00Z のような時刻、または日付にしてください（URL の中の + は %2B と書きます）。",
                f"Give {name} as {revision_en}an instant such as 2026-04-01T00:00:00Z, or a date (a + in a URL is written %2B).",
            ),
        ) from None


def _bad_bbox() -> BadParameter:
    return BadParameter(
        "bbox",
        Message(
            "bbox は「西,南,東,北」（緯度や X が先の座標系では「南,西,北,東」）の数を 4 個、高さを入れるなら 6 個並べてください。",
            "Give bbox as west,south,east,north (south,west,north,east where bbox-crs puts the north first): four finite numbers, or six with heights.",
        ),
    )


def _bad_datetime() -> BadParameter:
    return BadParameter(
        "datetime",
        Message(
            "datetime は 2026-04-01T00:00:00Z のような時刻か、始まり/終わり（片方は .. で開ける）にしてください。",
            "Give datetime as an instant such as 2026-04-01T00:00:00Z, or as start/end, one of which may be “..”.",
        ),
    )
