"""The invented public facilities that most deliveries draw from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data_samples.delivery import rng
from data_samples.placing import Placer
from data_samples.projection import Floats, to_degrees
from data_samples.towns import Town


@dataclass(frozen=True)
class Facility:
    """A facility: its names, kind, address, point in metres and in degrees, telephone and opening hours."""

    name: str
    kana: str
    english: str
    kind: str
    town: Town
    block: str
    point: Floats
    lon: float
    lat: float
    phone: str
    days: str
    opens: str
    closes: str

    @property
    def address(self) -> str:
        """Return the address with prefecture and city."""
        return f"栃木県大田原市{self.town.name}{self.block}"


@dataclass(frozen=True)
class _Kind:
    kind: str
    suffix: str
    kana: str
    english: str
    count: int
    days: str
    opens: str
    closes: str
    whole_name: bool = False


KINDS: Final = (
    _Kind("小学校", "小学校", "ショウガッコウ", "Elementary School", 20, "月火水木金", "8:00", "17:00"),
    _Kind("中学校", "中学校", "チュウガッコウ", "Junior High School", 9, "月火水木金", "8:00", "18:00"),
    _Kind(
        "公民館", "地区公民館", "チクコウミンカン", "Community Center", 34, "火水木金土日", "9:00", "21:00"
    ),
    _Kind("集会所", "集会所", "シュウカイジョ", "Meeting Hall", 56, "月火水木金土日", "9:00", "21:00", True),
    _Kind("体育館", "体育館", "タイイクカン", "Gymnasium", 8, "火水木金土日", "9:00", "21:00"),
    _Kind("公園", "公園", "コウエン", "Park", 72, "月火水木金土日", "", "", True),
    _Kind("保育園", "保育園", "ホイクエン", "Nursery School", 18, "月火水木金土", "7:00", "19:00"),
    _Kind(
        "学童保育", "学童クラブ", "ガクドウクラブ", "After-School Club", 14, "月火水木金土", "13:00", "18:30"
    ),
    _Kind("児童館", "児童館", "ジドウカン", "Children's Hall", 8, "火水木金土日", "9:30", "17:30"),
    _Kind("図書館", "図書館", "トショカン", "Library", 3, "火水木金土日", "9:00", "19:00"),
    _Kind("福祉施設", "福祉センター", "フクシセンター", "Welfare Center", 7, "月火水木金", "8:30", "17:15"),
    _Kind("文化施設", "文化会館", "ブンカカイカン", "Culture Hall", 3, "火水木金土日", "9:00", "22:00"),
    _Kind(
        "観光施設",
        "観光案内所",
        "カンコウアンナイジョ",
        "Tourist Information",
        4,
        "月火水木金土日",
        "9:00",
        "17:00",
    ),
    _Kind(
        "公衆トイレ", "公衆トイレ", "コウシュウトイレ", "Public Toilet", 22, "月火水木金土日", "", "", True
    ),
    _Kind("駐車場", "市営駐車場", "シエイチュウシャジョウ", "Public Parking", 10, "月火水木金土日", "", ""),
    _Kind("消防", "消防団詰所", "ショウボウダンツメショ", "Volunteer Fire Station", 18, "", "", "", True),
    _Kind("消防", "消防分署", "ショウボウブンショ", "Fire Station", 4, "月火水木金土日", "0:00", "23:59"),
    _Kind("庁舎", "出張所", "シュッチョウジョ", "Branch Office", 6, "月火水木金", "8:30", "17:15"),
)
OFFICES: Final = (
    ("本町一丁目", "大田原市役所 本庁舎", "オオタワラシヤクショ ホンチョウシャ", "Otawara City Hall"),
    ("湯津上", "湯津上支所", "ユヅカミシショ", "Yuzukami Branch Office"),
    ("黒羽田町", "黒羽支所", "クロバネシショ", "Kurobane Branch Office"),
)


def telephone(number: int) -> str:
    """Return a number that nobody can have: no exchange in Japan begins with 0."""
    return f"0287-00-{number:04d}"


def block(random: np.random.Generator, urban: bool) -> str:
    """Return an invented 番地以下."""
    if urban:
        return f"{random.integers(1, 30)}-{random.integers(1, 25)}"
    return f"{random.integers(10, 1900)}-{random.integers(1, 9)}"


def build_facilities(towns: list[Town], placer: Placer) -> list[Facility]:
    """Return the facilities of the city, offices first, then kind by kind."""
    found: list[Facility] = []
    names = [town.name for town in towns]
    for name, *words in OFFICES:
        office = (*words, "庁舎", "月火水木金", "8:30", "17:15")
        found.append(_stand(names.index(name), office, towns, placer, len(found) + 1))
    for kind in KINDS:
        for town in _choose(kind, towns):
            found.append(_stand(town, _words(kind, towns[town]), towns, placer, len(found) + 1))
    return found


def _choose(kind: _Kind, towns: list[Town]) -> list[int]:
    """Return towns by lot, more likely where more people live; one per name."""
    chance = np.array([town.weight for town in towns]) ** 0.7
    order = rng(f"towns of {kind.suffix}").choice(
        len(towns), len(towns), replace=False, p=chance / chance.sum()
    )
    chosen: dict[str, int] = {}
    for index in order:
        town = towns[int(index)]
        chosen.setdefault(town.name if kind.whole_name else town.base, int(index))
    return list(chosen.values())[: kind.count]


def _words(kind: _Kind, town: Town) -> tuple[str, str, str, str, str, str, str]:
    name, kana = (town.name, town.kana) if kind.whole_name else (town.base, town.base_kana)
    roma = town.roma if kind.whole_name else town.roma.split(" ")[0]
    return (
        name + kind.suffix,
        kana + kind.kana,
        f"{roma} {kind.english}",
        kind.kind,
        kind.days,
        kind.opens,
        kind.closes,
    )


def _stand(town: int, words: tuple[str, ...], towns: list[Town], placer: Placer, number: int) -> Facility:
    name, kana, english, kind, days, opens, closes = words
    random = rng(f"{name} {number}")
    point = placer.near(town, random)
    lon, lat = np.round(to_degrees(point)[0], 6)
    return Facility(
        name, kana, english, kind, towns[town], block(random, towns[town].urban), point, float(lon), float(lat),
        telephone(number), days, opens, closes,
    )  # fmt: skip
