"""What a place is called for a reader: in his language where the data says it, else as it can be read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from webmap.romaji import romaji

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


class Name(NamedTuple):
    """A name with the language of its letters; `beside` is the other one: as signs write it, or how it is read."""

    text: str
    tag: str | None = None
    beside: str = ""


def name_of(said: Mapping[str, Any], language: str) -> Name | None:
    """Return the name of a place of which `name`, `name_kana`, `name_en` (or `name_<language>`) are known.

    Readers of Chinese get the Japanese characters, which they can read and which stand on the signs.
    """
    japanese, kana = said.get("name") or "", said.get("name_kana") or ""
    if language == "ja" or not japanese:
        return Name(japanese) if japanese else None
    if language == "ja-easy":
        return Name(japanese, None, hiragana(kana))
    own = said.get(f"name_{language.replace('-', '_')}") or said.get(f"name_{language.partition('-')[0]}")
    if own and language != "en":
        return Name(own, None, japanese)
    if language.startswith("zh"):
        return Name(japanese, "ja")
    english = said.get("name_en") or ""
    if english:
        return Name(english, "en" if language != "en" else None, japanese)
    return Name(romaji(kana), "ja-Latn", japanese) if kana else Name(japanese, "ja")


def hiragana(kana: str) -> str:
    """Return a reading in hiragana."""
    return kana.translate(_KATAKANA_TO_HIRAGANA)
