"""Readings in kana as Latin letters, in the Hepburn spelling of passports and road signs: オオタワラ is Otawara."""

from __future__ import annotations

import re

from gis_core.text import katakana

# The rows of the kana table by consonant, in the order of the vowels; two letters stand for what is spelt otherwise.
_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サ　スセソ", "t": "タ　　テト", "n": "ナニヌネノ", "h": "ハヒ　ヘホ",
    "m": "マミムメモ", "y": "ヤ　ユ　ヨ", "r": "ラリルレロ", "w": "ワ　　　ヲ", "g": "ガギグゲゴ", "z": "ザ　ズゼゾ",
    "d": "ダ　　デド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
_OTHERS = {
    "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu", "ン": "n", "ヴ": "vu",
    "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "・": " ", "　": " ", "ヲ": "o",
    "シェ": "she", "チェ": "che", "ジェ": "je", "ティ": "ti", "ディ": "di", "デュ": "du", "トゥ": "tu",
    "ファ": "fa", "フィ": "fi", "フェ": "fe", "フォ": "fo", "ウィ": "wi", "ウェ": "we", "ウォ": "wo",
}  # fmt: skip
_GLIDES = {"ャ": "a", "ュ": "u", "ョ": "o"}
_BEFORE_GLIDE = {
    "キ": "ky", "シ": "sh", "チ": "ch", "ニ": "ny", "ヒ": "hy", "ミ": "my", "リ": "ry", "ギ": "gy", "ジ": "j", "ヂ": "j",
    "ビ": "by", "ピ": "py",
}  # fmt: skip

# The spelling of each kana or pair of kana; the map's script gets the same table.
LETTERS = {
    **{kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)},
    **{first + glide: start + vowel for first, start in _BEFORE_GLIDE.items() for glide, vowel in _GLIDES.items()},
    **_OTHERS,
}  # fmt: skip
_TOKEN = re.compile("|".join(sorted(map(re.escape, LETTERS), key=len, reverse=True)))
# Passports write neither the lengthening mark nor the second of two o or u that sound as one.
_LONG = re.compile(r"ー|(?<=o)[ou]|(?<=u)u")
_DOUBLED = re.compile(r"ッ([a-z])")


def romaji(reading: str) -> str:
    """Return a reading in hiragana or katakana in Latin letters, each word with a capital; other letters stay."""
    spelt = _TOKEN.sub(lambda found: LETTERS[found[0]], katakana(reading))
    doubled = _DOUBLED.sub(r"\1\1", spelt).replace("cch", "tch")
    return " ".join(word[:1].upper() + word[1:] for word in _LONG.sub("", doubled).split())
