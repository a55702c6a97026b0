"""Japanese addresses: their parts, and the keys by which two spellings of one place are the same.

An address is names (prefecture, municipality, town), a number (丁目, 番, 号 or a lot number) and the rest, such as a
building. Where names end and which of them is the town, only a list of towns can tell; so this module cuts off the
number, and writes the whole as a `form` of which a town's key is a part: 本町１丁目４番１号 becomes `本町1-4=1=`, and
the key of 本町一丁目 is `本町1-`. `-` may stand for 丁目, `=` may not; so 三輪2番地1 is no 三輪二丁目.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gis_core.text import DASHES, full_kana, half_letters_and_digits, search_key, trim

# By code: 01 is 北海道 (JIS X 0401).
PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
    "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip

_KANJI_DIGITS = "〇一二三四五六七八九"
_POSTAL_CODE = re.compile(r"^〒?\s*[0-9]{3}\s*[-－‐−ー]?\s*[0-9]{4}(?![0-9])\s*")
_NOTE_AHEAD = re.compile(r"^(?:[(（][^()（）]*[)）]\s*)+")
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
# 郡 is written before 町 and 村 only, so 蒲郡市, 郡上市 and 大和郡山市 stay whole.
_COUNTY = re.compile(r"(.+?郡)(.+[町村])")
# A name may be written twice where a file's columns were joined (大田原市大田原市本町…).
_DOUBLED = re.compile(r"((?:.{2,3}[都道府県])?.{1,12}?[市区町村])(?=\1)")
_DOUBLED_PREFECTURE = re.compile(r"^(.{2,3}[都道府県])(?=\1)")

_DASH = f"[{re.escape(DASHES)}]"
# 三番町 and 一番館 are names; 三番 and 三番地 are numbers.
_BAN = "番(?![町丁館街通外所台場組割目田沢川])"
_KANJI_NUMBER = re.compile(f"[一二三四五六七八九十百千〇]+(?=丁目|条|番地|{_BAN}|号)")
# What makes a number part of a name: 北24条, 2号室, 3階, 8棟.
_NAME_AFTER = "条|線|割|番[館街]|号[室棟館線]|[FＦ階棟室組区]|年|月"
_NUMBER = f"[0-9]+(?![0-9]|{_NAME_AFTER})"
_JOINT = rf"\s*(丁目|番地[のノ]?|{_BAN}[のノ]?|{_DASH}|[のノ之])\s*"
_NUMBERS = re.compile(
    rf"(?<![第0-9A-Za-z])(?:[A-Za-z]{_DASH}?)?{_NUMBER}(?:{_JOINT}{_NUMBER})*"
    rf"(?:\s*(?:丁目|番地|{_BAN}|号(?![室棟館線])))?"
)
_STEP = re.compile(r"((?:[A-Za-z][^0-9]?)?[0-9]+)\s*([^0-9]*)")
# No 丁目 has three digits.
_MAYBE_CHOME = re.compile("(?:[0-9]{1,2}-)?")
_MARK = re.compile(r"大字|字|\s+")


@dataclass(frozen=True, slots=True)
class Address:
    """An address cut into its parts.

    `form`: the key of the names, then the number with `-` or `=` after each of its parts. `names`: how long the first
    of the two is. `place`: the names as written. `number`: `1-4-1`, or "". `rest`: what stands after the number.
    `marks`: after how many characters of the form the writer has set a name apart, by 字 or a space.
    """

    form: str
    names: int
    place: str
    number: str
    rest: str
    marks: frozenset[int]

    @property
    def opening(self) -> str:
        """As much of the form as towns' keys can reach: the names, and a number that may be a 丁目's."""
        return self.form[: self.names] + _MAYBE_CHOME.match(self.form[self.names :])[0]  # type: ignore[index]


def parse_address(text: str) -> Address:
    """Cut an address into names, number and rest. A 〒 number and a note in brackets before it are dropped."""
    written = half_letters_and_digits(full_kana(trim(text)))
    written = _NOTE_AHEAD.sub("", _POSTAL_CODE.sub("", written))
    arabic = _KANJI_NUMBER.sub(lambda found: str(_arabic(found[0])), written)
    numbers = _NUMBERS.search(arabic)
    place = arabic[: numbers.start()] if numbers else arabic
    steps = _STEP.findall(numbers[0]) if numbers else []
    names, marks = _names(place)
    return Address(
        form=names + "".join(_step_key(digits) + _joint_key(joint) for digits, joint in steps),
        names=len(names),
        place=trim(place),
        number="-".join(_step_key(digits).upper() for digits, _ in steps),
        rest=trim(arabic[numbers.end() :]).lstrip(DASHES + " ") if numbers else "",
        marks=marks,
    )


@lru_cache(maxsize=65_536)
def town_key(name: str) -> str:
    """Return what the spellings of a town's or municipality's name have in common; 丁目 becomes digits and `-`.

    大字 and 字 are left out, and so is what stands in brackets. Never for showing.
    """
    key = search_key(_MARK.sub("", _BRACKETED.sub("", name)))
    key = _KANJI_NUMBER.sub(lambda found: str(_arabic(found[0])), key)
    return key.replace("丁目", "-")


def stem_of(key: str) -> str:
    """Return a town's key without its 丁目: what 浅香一丁目 and 浅香二丁目 share."""
    return re.sub("[0-9]+-$", "", key)


def number_key(number: str) -> str:
    """Return a block's, residence's or lot's number as numbers of addresses are compared: １０７８番地の２ → 1078-2."""
    steps = _STEP.findall(half_letters_and_digits(trim(number)))
    return "-".join(_step_key(digits) for digits, _ in steps) or search_key(number)


def split_county(municipality: str) -> tuple[str, str]:
    """Part the 郡 from a town's or village's name: 那須郡那須町 → (那須郡, 那須町); 大田原市 → ("", 大田原市)."""
    found = _COUNTY.fullmatch(municipality)
    return (found[1], found[2]) if found else ("", municipality)


def prefecture_of(code: str) -> str:
    """Return the name of the prefecture of a local government code (its first two digits), "" if there is none."""
    number = int(code[:2]) if code[:2].isascii() and code[:2].isdigit() else 0
    return PREFECTURES[number - 1] if 0 < number <= len(PREFECTURES) else ""


def kanji_chome(key: str) -> str:
    """Write the 丁目 of a key as towns' names have it: `本町12-` → 本町十二丁目."""
    return re.sub("([0-9]{1,2})-$", lambda found: f"{_kanji(int(found[1]))}丁目", key)


def _names(place: str) -> tuple[str, frozenset[int]]:
    """Return the key of the names, and where in it a mark stood."""
    single = _DOUBLED.sub("", _DOUBLED_PREFECTURE.sub("", _BRACKETED.sub(" ", place)))
    key, marks = "", set()
    for name in _MARK.split(single):
        marks.add(len(key))
        key += town_key(name)
    return key, frozenset(marks)


def _step_key(digits: str) -> str:
    letters, number = re.sub("[0-9]", "", digits), re.sub("[^0-9]", "", digits)
    return f"{letters[:1].lower()}-{int(number)}" if letters else str(int(number))


def _joint_key(joint: str) -> str:
    """Return `-` for what may stand after the number of a 丁目 (丁目, a dash, nothing), else `=`."""
    return "-" if joint[:1] in {"", "丁", *DASHES} else "="


def _arabic(kanji: str) -> int:
    """Read a number in kanji, by places (二十四) or digit by digit (二四)."""
    total = digits = 0
    for character in kanji:
        if character in _KANJI_DIGITS:
            digits = digits * 10 + _KANJI_DIGITS.index(character)
        else:
            total += (digits or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digits = 0
    return total + digits


def _kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_KANJI_DIGITS[tens]}十"
    return ten + (_KANJI_DIGITS[ones] if ones else "")
