"""観光課: events of the fiscal year, an Excel book with Japanese-era dates in every style people type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

from data_samples.city import CODE, City
from data_samples.delivery import REMARK, Delivery, rng
from data_samples.departments.evacuation import pick
from data_samples.facilities import Facility
from data_samples.standard import identity
from data_samples.tables import Row, write_book

DEPARTMENT: Final = "観光課"
YEAR: Final = 2026
"""The fiscal year of the events: from 1 April of this year (令和8年) to 31 March of the next."""
REIWA: Final = 2018
WIDE: Final = str.maketrans("0123456789:", "０１２３４５６７８９：")
COLUMNS: Final = (
    "全国地方公共団体コード", "ID", "イベント名", "イベント名_カナ", "イベント名_英語", "イベント種類", "開始日", "終了日",
    "開始時間", "終了時間", "開始日時特記事項", "説明", "料金(基本)", "料金(詳細)", "主催者", "対象者", "定員", "場所名称",
    "所在地_連結表記", "緯度", "経度", "アクセス方法", "駐車場情報", "連絡先名称", "連絡先電話番号", "URL", "備考",
)  # fmt: skip
MONTHS: Final = {
    4: (("さくらまつり", "サクラマツリ", "Cherry Blossom Festival", "祭り"), ("春の山菜市", "ハルノサンサイイチ", "Spring Market", "市")),
    5: (("田植え体験", "タウエタイケン", "Rice Planting", "体験"), ("新緑ウォーク", "シンリョクウォーク", "Green Walk", "スポーツ")),
    6: (("ほたる観賞会", "ホタルカンショウカイ", "Firefly Evening", "自然"), ("あじさい展", "アジサイテン", "Hydrangea Show", "展示")),
    7: (("七夕かざり", "タナバタカザリ", "Star Festival", "祭り"), ("川あそび教室", "カワアソビキョウシツ", "River School", "体験")),
    8: (("夏まつり盆おどり", "ナツマツリボンオドリ", "Bon Dance", "祭り"), ("花火の夕べ", "ハナビノユウベ", "Fireworks", "祭り")),
    9: (("総合防災訓練見学", "ソウゴウボウサイクンレンケンガク", "Disaster Drill Day", "防災"), ("敬老のつどい", "ケイロウノツドイ", "Seniors' Day", "福祉")),
    10: (("秋の収穫祭", "アキノシュウカクサイ", "Harvest Festival", "祭り"), ("市民体育祭", "シミンタイイクサイ", "Sports Day", "スポーツ")),
    11: (("文化祭", "ブンカサイ", "Culture Festival", "文化"), ("紅葉ハイキング", "コウヨウハイキング", "Autumn Hike", "自然")),
    12: (("冬のあかり", "フユノアカリ", "Winter Lights", "祭り"), ("年の瀬市", "トシノセイチ", "Year-End Market", "市")),
    1: (("新春書き初め会", "シンシュンカキゾメカイ", "New Year Calligraphy", "文化"), ("どんど焼き", "ドンドヤキ", "New Year Bonfire", "祭り")),
    2: (("節分豆まき", "セツブンマメマキ", "Bean Throwing", "祭り"), ("早春マラソン", "ソウシュンマラソン", "Early Spring Run", "スポーツ")),
    3: (("ひなめぐり", "ヒナメグリ", "Doll Festival", "展示"), ("図書館おはなし会", "トショカンオハナシカイ", "Story Time", "文化")),
}  # fmt: skip
REGULAR: Final = (
    ("ふれあい朝市", "フレアイアサイチ", "Morning Market", "市"),
    ("健康体操教室", "ケンコウタイソウキョウシツ", "Exercise Class", "健康"),
    ("やさしい日本語サロン", "ヤサシイニホンゴサロン", "Easy Japanese Salon", "国際交流"),
)
VENUES: Final = {"公園": 20, "公民館": 16, "体育館": 6, "文化施設": 3, "観光施設": 4, "図書館": 3}


def era(day: dt.date) -> str:
    """Return 令和8年8月1日."""
    return f"令和{day.year - REIWA}年{day.month}月{day.day}日"


DAY_STYLES: Final[tuple[Callable[[dt.date], object], ...]] = (
    era,
    lambda day: f"R{day.year - REIWA}.{day.month}.{day.day}",
    lambda day: era(day).translate(WIDE),
    lambda day: f"{era(day)}（{'月火水木金土日'[day.weekday()]}）",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: day,
)
TIME_STYLES: Final[tuple[Callable[[dt.time], object], ...]] = (
    lambda time: f"{time.hour}:{time.minute:02d}",
    lambda time: (
        f"{'午前' if time.hour < 12 else '午後'}{(time.hour - 1) % 12 + 1}時"
        + (f"{time.minute}分" if time.minute else "")
    ),
    lambda time: f"{time.hour}時{time.minute:02d}分",
    lambda time: f"{time.hour}:{time.minute:02d}".translate(WIDE),
    lambda time: time,
)


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write イベント一覧.xlsx: 60 events, five a month."""
    venues, random = pick(city.facilities, VENUES), rng("events")
    rows: list[Row] = []
    for month, special in MONTHS.items():
        for theme in (*special, *REGULAR):
            venue = venues[int(random.integers(len(venues)))]
            start = dt.date(YEAR + (month < 4), month, int(random.integers(1, 28)))
            end = start + dt.timedelta(days=int(random.integers(0, 3)) if theme in special else 0)
            hours = dt.time(int(random.integers(8, 14)), 30 * int(random.integers(2)))
            rows.append(_event(len(rows) + 1, theme, venue, (start, end), hours))
    path = write_book(folder / DEPARTMENT / "イベント一覧.xlsx", "令和8年度", (), COLUMNS, rows)
    note = "dates in 和暦 in several styles, some as true Excel dates; times likewise"
    return [Delivery(path, "events", DEPARTMENT, note=note)]


def _event(
    number: int, theme: tuple[str, ...], venue: Facility, days: tuple[dt.date, dt.date], begins: dt.time
) -> Row:
    name, kana, english, kind = theme
    day, time = DAY_STYLES[number % len(DAY_STYLES)], TIME_STYLES[number % len(TIME_STYLES)]
    ends = begins.replace(hour=begins.hour + 2 + number % 4)
    return {
        "全国地方公共団体コード": CODE,
        "ID": identity("KK", number),
        "イベント名": f"{venue.town.base} {name}",
        "イベント名_カナ": f"{venue.town.base_kana} {kana}",
        "イベント名_英語": f"{english} in {venue.town.roma.split(' ')[0]}",
        "イベント種類": kind,
        "開始日": day(days[0]),
        "終了日": day(days[1]),
        "開始時間": time(begins),
        "終了時間": time(ends),
        "開始日時特記事項": "雨天中止" if venue.kind == "公園" else "",
        "説明": f"{venue.name}で行う{name}です。見本の催しで、実際には行われません。",
        "料金(基本)": "無料" if number % 4 else "500円",
        "主催者": "大田原市（見本）",
        "対象者": "どなたでも",
        "定員": "" if number % 3 else f"{10 + number}人",
        "場所名称": venue.name,
        "所在地_連結表記": venue.address,
        "緯度": venue.lat,
        "経度": venue.lon,
        "駐車場情報": "あり" if number % 2 else "なし",
        "連絡先名称": DEPARTMENT,
        "連絡先電話番号": venue.phone,
        "URL": "https://www.example.jp/sample/",
        "備考": REMARK,
    }
