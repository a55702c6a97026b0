"""The query parameters as the OpenAPI document declares them."""

from __future__ import annotations

from typing import Any

from api.service import CRS84, Parameter
from gis_core.definition import Texts

LIMIT_DEFAULT = 100
LIMIT_MAXIMUM = 10_000
CHANGES_DEFAULT = 1_000
CHANGES_MAXIMUM = 10_000
SEARCH_DEFAULT = 20
SEARCH_MAXIMUM = 100
SEARCH_LETTERS = 100


def _parameter(name: str, ja: str, en: str, required: bool = False, **schema: Any) -> Parameter:
    return Parameter(name, Texts(ja=ja, en=en), schema, required)


LIMIT = _parameter(
    "limit", "返す地物の数の上限", "The most features to return",
    type="integer", minimum=1, maximum=LIMIT_MAXIMUM, default=LIMIT_DEFAULT,
)  # fmt: skip
BBOX = Parameter(
    "bbox",
    Texts(
        ja="この範囲と交わる地物だけ：西,南,東,北（経度・緯度、度）。6 個のときは高さを読み飛ばす",
        en="Only features that meet this box: west,south,east,north in degrees; of six numbers, heights are ignored",
    ),
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
)
DATETIME = _parameter(
    "datetime", "時刻または期間（RFC 3339）。例：2026-04-01T00:00:00Z/..",
    "An instant or an interval (RFC 3339), such as 2026-04-01T00:00:00Z/..", type="string",
)  # fmt: skip
AT = _parameter(
    "at", "この時点のデータ（RFC 3339）。日付だけのときは市の時刻でその日の終わり。未来は今と同じ。最初の版より前には何もない",
    "The data as it was at this instant (RFC 3339); a date alone is the end of that day in the city's time; "
    "the future is now; before the layer's first revision there is nothing", type="string",
)  # fmt: skip
SINCE = _parameter(
    "since", "この版または時刻（RFC 3339）より後の変更だけ。日付だけのときは市の時刻でその日の始まり",
    "Only changes after this revision, or after this instant (RFC 3339); a date alone is the beginning of that "
    "day in the city's time", type="string", default="0",
)  # fmt: skip
CHANGES_LIMIT = _parameter(
    "limit", "返す変更の数の上限", "The most changes to return",
    type="integer", minimum=1, maximum=CHANGES_MAXIMUM, default=CHANGES_DEFAULT,
)  # fmt: skip
CURSOR = _parameter(
    "cursor", "続きの位置（next リンクの値）", "Where to go on (from the next link)", type="string"
)
REVISION = _parameter(
    "rev", "レイヤの版。今の版か、このタイルが最後に変わってからの版なら、答えは変わらないものとして扱える",
    "The layer's revision; from the one that last changed this tile to the current one, the answer may be kept for ever",
    type="integer", minimum=0,
)  # fmt: skip
LONGITUDE = _parameter(
    "lon", "経度（度）", "Longitude, degrees", True, type="number", minimum=-180, maximum=180
)
LATITUDE = _parameter("lat", "緯度（度）", "Latitude, degrees", True, type="number", minimum=-90, maximum=90)
TEXT = _parameter(
    "q", "探す言葉（名称・よみ・住所）", "What to look for (name, reading, address)", True,
    type="string", minLength=1, maxLength=SEARCH_LETTERS,
)  # fmt: skip
SEARCH_LIMIT = _parameter(
    "limit", "返す件数の上限", "The most results to return",
    type="integer", minimum=1, maximum=SEARCH_MAXIMUM, default=SEARCH_DEFAULT,
)  # fmt: skip
# GDAL names the one reference system there is in every request.
CRS = _parameter("crs", "答えの座標参照系", "The answer's reference system", type="string", enum=[CRS84])
BBOX_CRS = _parameter(
    "bbox-crs", "bbox の座標参照系", "The reference system of bbox", type="string", enum=[CRS84]
)
