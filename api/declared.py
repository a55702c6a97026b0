"""The query parameters as the OpenAPI document declares them."""

from __future__ import annotations

from typing import Any

from api.formats.kinds import STANDARD
from api.service import CRS84, Parameter
from gis_core.definition import Texts
from gis_core.hazards import KINDS as KINDS_OF_HAZARDS
from layers.cql2 import LANGUAGES

LIMIT_DEFAULT = 100
LIMIT_MAXIMUM = 10_000
CHANGES_DEFAULT = 1_000
CHANGES_MAXIMUM = 10_000
SEARCH_DEFAULT = 20
SEARCH_MAXIMUM = 100
NEAREST_DEFAULT = 10
NEAREST_MAXIMUM = 1_000
LOG_DEFAULT = 1_000
LOG_MAXIMUM = 10_000
# Half of the way around the earth.
FARTHEST_M = 20_100_000
MESH_LEVELS = ("1", "2", "3", "4", "5", "6")
SEARCH_LETTERS = 100
OFFSET_MAXIMUM = 10_000
SORT_KEYS = 4


def _parameter(name: str, ja: str, en: str, required: bool = False, **schema: Any) -> Parameter:
    return Parameter(name, Texts(ja=ja, en=en), schema, required)


LIMIT = _parameter(
    "limit", "返す地物の数の上限。ファイルの形式（csv など）では、指定しなければすべて",
    "The most features to return; a file (csv …) has all of them without it",
    type="integer", minimum=1, maximum=LIMIT_MAXIMUM, default=LIMIT_DEFAULT,
)  # fmt: skip
BBOX = Parameter(
    "bbox",
    Texts(
        ja="この範囲と交わる地物だけ：西,南,東,北（bbox-crs の座標と軸の順、なければ経度・緯度の度）。6 個のときは高さを読み飛ばす",
        en="Only features that meet this box: west,south,east,north in the coordinates and order of axes of bbox-crs, degrees without it; of six numbers, heights are ignored",
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
COLLECTIONS = Parameter(
    "collections",
    Texts(
        ja="タイルに入れるレイヤの ID（コンマ区切り）。なければすべて",
        en="Ids of the layers in the tile; without it, all",
    ),
    {"type": "array", "minItems": 1, "items": {"type": "string"}},
)
LONGITUDE = _parameter(
    "lon", "経度（度）", "Longitude, degrees", True, type="number", minimum=-180, maximum=180
)
LATITUDE = _parameter("lat", "緯度（度）", "Latitude, degrees", True, type="number", minimum=-90, maximum=90)
SAMPLES_DEFAULT = 200
SAMPLES_MAXIMUM = 1_000
VERTICES_MAXIMUM = 1_000
HEIGHTS = _parameter(
    "heights", "色を凡例ではなく値（m）にする：gsi は地理院の標高タイル、terrain-rgb は Terrain-RGB",
    "With colours that are values in metres, not the legend's: GSI's elevation tiles or Terrain-RGB",
    type="string", enum=["gsi", "terrain-rgb"],
)  # fmt: skip
COORDS = _parameter(
    "coords", "線の角：経度,緯度;経度,緯度;…（度）", "The corners of the line: lon,lat;lon,lat;… in degrees", True,
    type="string", example="140,36.87;140.02,36.88",
)  # fmt: skip
SAMPLES = _parameter(
    "samples", "線の上の点の数（両端を含む等間隔）", "How many evenly spaced points, the ends included",
    type="integer", minimum=2, maximum=SAMPLES_MAXIMUM, default=SAMPLES_DEFAULT,
)  # fmt: skip
POLYGON = _parameter(
    "polygon", "面の角：経度,緯度;経度,緯度;…（度、閉じなくてよい）",
    "The corners of the polygon: lon,lat;lon,lat;… in degrees (it need not be closed)", True,
    type="string", example="140,36.87;140.02,36.87;140.02,36.88",
)  # fmt: skip
PLACE_DEFAULT = 3
PLACE_MAXIMUM = 10
PLACE = (
    _parameter("lon", "経度（度）。lat とともに", "Longitude, degrees; with lat", type="number", minimum=-180, maximum=180),
    _parameter("lat", "緯度（度）。lon とともに", "Latitude, degrees; with lon", type="number", minimum=-90, maximum=90),
    _parameter(
        "q", "lon と lat の代わりに、住所・名称・郵便番号", "An address, a name or a postal code, in place of lon and lat",
        type="string", minLength=1, maxLength=SEARCH_LETTERS,
    ),
    _parameter(
        "hazard", "災害の種類（コンマ区切り）。なければすべて", "Kinds of hazards, separated by commas; without it, all",
        type="array", minItems=1, items={"type": "string", "enum": [*KINDS_OF_HAZARDS]},
    ),
    _parameter(
        "limit", "災害ごとの避難場所の数の上限", "The most evacuation sites for each kind of hazard",
        type="integer", minimum=1, maximum=PLACE_MAXIMUM, default=PLACE_DEFAULT,
    ),
)  # fmt: skip
TEXT = _parameter(
    "q", "探す言葉（名称・よみ・住所）", "What to look for (name, reading, address)", True,
    type="string", minLength=1, maxLength=SEARCH_LETTERS,
)  # fmt: skip
SEARCH_LIMIT = _parameter(
    "limit", "返す件数の上限", "The most results to return",
    type="integer", minimum=1, maximum=SEARCH_MAXIMUM, default=SEARCH_DEFAULT,
)  # fmt: skip
CRS = _parameter(
    "crs", "答えの座標参照系。コレクションの crs にある URI のどれか",
    "The answer's reference system: a URI of the collection's list crs", type="string", format="uri", default=CRS84,
)  # fmt: skip
BBOX_CRS = _parameter(
    "bbox-crs", "bbox の座標参照系。コレクションの crs にある URI のどれか",
    "The reference system of bbox: a URI of the collection's list crs", type="string", format="uri", default=CRS84,
)  # fmt: skip
FILTER = _parameter(
    "filter", "条件（CQL2）。例：capacity >= 100 AND name LIKE '%公園%'。使える項目は queryables、関数は /functions",
    "A condition (CQL2), such as capacity >= 100 AND name LIKE '%park%'; see queryables for properties and "
    "/functions for functions", type="string",
)  # fmt: skip
FILTER_LANG = _parameter(
    "filter-lang", "filter の書き方", "The encoding of filter",
    type="string", enum=[*LANGUAGES], default=next(iter(LANGUAGES)),
)  # fmt: skip
FILTER_CRS = _parameter(
    "filter-crs", "filter の図形の座標参照系。コレクションの crs にある URI のどれか",
    "The reference system of the geometries in filter: a URI of the collection's list crs",
    type="string", format="uri", default=CRS84,
)  # fmt: skip
PROPERTIES = _parameter(
    "properties", "答えに入れる項目（コンマ区切り）", "The properties to answer with, separated by commas",
    type="array", items={"type": "string"},
)  # fmt: skip
EXCLUDE_PROPERTIES = _parameter(
    "exclude-properties", "答えから除く項目（コンマ区切り）", "The properties to leave out, separated by commas",
    type="array", items={"type": "string"},
)  # fmt: skip
SKIP_GEOMETRY = _parameter(
    "skipGeometry", "true なら図形を入れない（geometry は null）", "With true, without geometries (geometry is null)",
    type="boolean", default=False,
)  # fmt: skip
SORTBY = _parameter(
    "sortby", "並べる順。例：-capacity,+name（- は大きい順、URL の中の + は %2B）。値のないものは最後",
    "The order, such as -capacity,+name (- falls; a + in a URL is written %2B); what has no value comes last",
    type="array", minItems=1, maxItems=SORT_KEYS, items={"type": "string", "pattern": "^[+-]?.+$"},
)  # fmt: skip
WORDS = _parameter(
    "q", "項目の文字の中から探す言葉。空白で区切るとすべて、コンマで区切るとどれかを含むもの。かな・全角半角・ハイフンの違いは問わない",
    "Words to look for in the texts: all of those between spaces, any of the parts between commas; kana, width and "
    "hyphens make no difference", type="string", minLength=1, maxLength=SEARCH_LETTERS,
)  # fmt: skip
OFFSET = _parameter(
    "offset", "先頭から飛ばす件数。多くは飛ばせない。続きは next リンクで辿る",
    "How many to skip from the beginning; not many can be: follow the next links",
    type="integer", minimum=0, maximum=OFFSET_MAXIMUM, default=0,
)  # fmt: skip
PROFILE = _parameter(
    "profile", "standard なら自治体標準オープンデータセットの列（csv、xlsx）",
    "With standard, the columns of the Japanese municipal open-data standard (csv, xlsx)",
    type="string", enum=[STANDARD],
)  # fmt: skip
LABELS = _parameter(
    "labels", "true ならコードの代わりに名称（csv、xlsx、kml）", "With true, titles in place of codes (csv, xlsx, kml)",
    type="string", enum=["true", "false"], default="false",
)  # fmt: skip
ENCODING = _parameter(
    "encoding", "CSV の文字コード。cp932 にない文字は〓になり、その数をヘッダー Machizu-Replaced-Characters で知らせる",
    "The encoding of CSV; characters that cp932 does not have become 〓, counted in Machizu-Replaced-Characters",
    type="string", enum=["utf-8", "cp932"], default="utf-8",
)  # fmt: skip
FILES = (PROFILE, LABELS, ENCODING)
SELECTION = (PROPERTIES, EXCLUDE_PROPERTIES, SKIP_GEOMETRY)
ITEMS = (
    LIMIT, BBOX, BBOX_CRS, CRS, DATETIME, AT, FILTER, FILTER_LANG, FILTER_CRS, WORDS, SORTBY, *SELECTION, CURSOR, OFFSET, *FILES,
)  # fmt: skip
NEAREST_LIMIT = _parameter(
    "limit", "返す地物の数の上限", "The most features to return",
    type="integer", minimum=1, maximum=NEAREST_MAXIMUM, default=NEAREST_DEFAULT,
)  # fmt: skip
MAX_M = _parameter(
    "max_m", "これより遠いもの（メートル）は返さない", "Nothing farther away than this, metres",
    type="number", minimum=0, maximum=FARTHEST_M,
)  # fmt: skip
CONDITIONS = (BBOX, BBOX_CRS, DATETIME, FILTER, FILTER_LANG, FILTER_CRS, WORDS)
NEAREST = (LONGITUDE, LATITUDE, NEAREST_LIMIT, MAX_M, *CONDITIONS)
COUNT = _parameter(
    "count", "件数。いつも入るので、書いても書かなくてもよい", "The number of features, which is always answered",
    type="string",
)  # fmt: skip
SUM = _parameter(
    "sum", "合計する数の項目（コンマ区切り）", "Properties to sum up, separated by commas",
    type="array", items={"type": "string"},
)  # fmt: skip
BY = _parameter(
    "by", "分け方：項目、area:面のレイヤ.項目、mesh:3（地域メッシュの次数 1～6）、year、month（year:項目 とも書ける）",
    "How to group: a property, area:LAYER.PROPERTY, mesh:3 (level 1 to 6 of the grid squares), year or month (also "
    "year:PROPERTY)", type="string",
)  # fmt: skip
AGGREGATE = (COUNT, SUM, BY, *CONDITIONS)
KINDS = _parameter(
    "types", "探すもの（コンマ区切り）", "What to look for, separated by commas",
    type="array", minItems=1, items={"type": "string", "enum": ["feature", "address", "postal_code"]},
)  # fmt: skip
LAYERS = _parameter(
    "layers", "レイヤの ID（コンマ区切り）。なければすべて", "Ids of layers, separated by commas; without it, all",
    type="array", minItems=1, items={"type": "string"},
)  # fmt: skip
EVENTS = _parameter(
    "types", "知らせるもの（コンマ区切り）。なければすべて", "What to be told of, separated by commas; without it, all",
    type="array", minItems=1, items={"type": "string", "enum": ["layer", "status", "alert"]},
)  # fmt: skip
LOG_LIMIT = _parameter(
    "limit", "返す記録の数の上限", "The most entries to return",
    type="integer", minimum=1, maximum=LOG_MAXIMUM, default=LOG_DEFAULT,
)  # fmt: skip
LOG_AFTER = _parameter(
    "after", "この番号より後の記録だけ（next リンクか、前の答えの last）",
    "Only entries after this number (from a next link, or the last answer's `last`)", type="integer", minimum=0,
)  # fmt: skip
LOG_FROM = _parameter(
    "from", "この時刻（RFC 3339）からの記録だけ。日付だけのときは市の時刻でその日の始まり",
    "Only what holds since this instant (RFC 3339) or later; a date alone is the beginning of that day in the city's time",
    type="string",
)  # fmt: skip
LOG_FEATURE = _parameter(
    "feature",
    "この番号の地物の記録だけ",
    "Only entries of the feature of this number",
    type="integer",
    minimum=0,
)
LOG = (LOG_LIMIT, LOG_AFTER, LOG_FROM, LOG_FEATURE)
CLASS = _parameter(
    "class",
    "この区分だけ（答えの classes にある id）",
    "Only this class (an id of the answer's `classes`)",
    type="string",
)
PART = _parameter(
    "part", "CSV と GeoJSON に入れるもの：概要、施設、町丁・字、メッシュ（GeoJSON は施設、町丁・字、メッシュ）",
    "What CSV and GeoJSON hold: the summary, sites, towns or grid squares (GeoJSON: not the summary, but the sites)",
    type="string", enum=["summary", "sites", "towns", "mesh"],
)  # fmt: skip
FROM = _parameter(
    "from",
    "出発地：経度,緯度（度）",
    "Where the way begins: lon,lat in degrees",
    True,
    type="string",
    example="140.02,36.87",
)
TO = _parameter(
    "to",
    "目的地：経度,緯度（度）",
    "Where it ends: lon,lat in degrees",
    type="string",
    example="140.03,36.88",
)
SITE = _parameter(
    "site", "目的地：指定緊急避難場所の番号（to の代わり）", "Where it ends: the id of an evacuation site, instead of `to`",
    type="integer", minimum=0,
)  # fmt: skip
MINUTES = _parameter(
    "minutes", "歩く時間（分）をコンマで区切って（5 つまで、60 分まで）",
    "Minutes of walking, separated by commas (five at most, up to 60)", type="string", default="5,10,15",
)  # fmt: skip
AVOIDED_HAZARD = _parameter(
    "hazard", "このハザードのレイヤの区域を避ける", "Avoid the areas of this hazard layer", type="string"
)
AVOIDED_CLASS = _parameter(
    "class", "hazard のこの区分から上だけを避ける（/exposure の classes にある id。なければすべて）",
    "Of hazard, avoid only this class and those above it (an id of the `classes` of /exposure); without it, all",
    type="string",
)  # fmt: skip
AVOIDED_RIVERS = _parameter(
    "rivers",
    "この名前の川を渡らない（コンマ区切り）",
    "Do not cross the rivers of these names (separated by commas)",
    type="string",
)
WAY = (FROM, TO, SITE, AVOIDED_HAZARD, AVOIDED_CLASS, AVOIDED_RIVERS)
WAY_REACH = (LONGITUDE, LATITUDE, MINUTES, AVOIDED_HAZARD, AVOIDED_CLASS, AVOIDED_RIVERS)
ALERT = _parameter("alert", "警報の番号", "The alert's id", True, type="integer", minimum=0)
EXERCISES = _parameter(
    "exercises",
    "true なら訓練と試験の報も含める",
    "With true, exercises and tests too",
    type="boolean",
    default=False,
)
