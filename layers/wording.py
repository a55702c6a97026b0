"""Text search in a layer's own texts: kana, width, variant ideographs, spaces and hyphens make no difference.

What two spellings have in common is `gis_core.text.search_key`. Rows are not folded to it: the words sought are
turned into a pattern of all characters that fold to theirs, because matching a pattern costs a hundredth of
folding a text in SQL.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain, pairwise
from typing import Any

from psycopg import sql

from gis_core.definition import Field
from gis_core.text import DASHES, search_key
from layers.catalogue import LayerInfo
from layers.conditions import Condition

# Stands between the texts of a row, so that no word is found across two of them.
BETWEEN = "\u241e"
# All characters that may fold to others: the basic plane without surrogates and private use, compatibility
# ideographs, and the one variant of a name that lies beyond.
_CHARACTERS = (range(0x20, 0xD800), range(0xF900, 0xFFFE), range(0x2F800, 0x2FA20), (ord("𠮷"),))
_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)
_LONG_VOWELS = "ーｰ"
_DASHES = [ord(dash) for dash in DASHES if dash not in _LONG_VOWELS]
_SPACES = [ord(space) for space in " \t\r\n"]
# Kana whose mark stands apart: composed of combining characters, or half-width.
_KANA = range(0x3041, 0x30FB)
_HALF_KANA = range(0xFF66, 0xFF9E)
_COMBINING, _HALF_MARKS = "\u3099\u309a", "\uff9e\uff9f"


def text_fields(info: LayerInfo) -> tuple[Field, ...]:
    """Return the fields that hold words: texts that are no codes."""
    return tuple(f for f in info.fields if f.type == "string" and not f.choices)


def holds_words(info: LayerInfo, wanted: str) -> Condition | None:
    """Return the condition that a row's texts hold all words of `wanted`, or of one of its parts between commas.

    None when there is no word in it.
    """
    parts = [
        [key for word in part.split() if (key := search_key(word))] for part in re.split("[,、，]", wanted)
    ]
    parts = [words for words in parts if words]
    if not parts:
        return None
    fields = text_fields(info)
    if not fields:
        return Condition.of(sql.SQL("false"), {})
    texts = sql.SQL("concat_ws({}, {})").format(
        sql.Literal(BETWEEN), sql.SQL(", ").join(sql.Identifier(f.name) for f in fields)
    )
    values: dict[str, Any] = {}
    either = [_holds_all(texts, words, values) for words in parts]
    return Condition.of(sql.SQL("({})").format(sql.SQL(" OR ").join(either)), values)


def pattern(key: str) -> str:
    """Return the regular expression (PostgreSQL's) of all spellings whose search key holds `key`."""
    made = [_spelling(key[0])]
    for before, letter in pairwise(key):
        # ー between digits is a hyphen, elsewhere a long vowel (gis_core.text).
        made += [_ignored(before.isdigit() and letter.isdigit()), _spelling(letter)]
    return "".join(made)


def _holds_all(texts: sql.Composable, words: list[str], values: dict[str, Any]) -> sql.Composable:
    tests = []
    for word in words:
        name = f"word_{len(values)}"
        values[name] = pattern(word)
        tests.append(sql.SQL("{} ~ {}").format(texts, sql.Placeholder(name)))
    return sql.SQL("({})").format(sql.SQL(" AND ").join(tests))


def _spelling(letter: str) -> str:
    return _spellings().get(letter) or _class([ord(letter)])


@cache
def _ignored(between_digits: bool) -> str:
    codes = chain(_dropped(), _DASHES, _SPACES, _VARIATION_SELECTORS, map(ord, _LONG_VOWELS * between_digits))
    return f"{_class(codes)}*"


@cache
def _keys() -> dict[int, str]:
    """The search key of every character that is not its own."""
    keys = ((code, search_key(chr(code))) for code in chain.from_iterable(_CHARACTERS))
    return {code: key for code, key in keys if key != chr(code)}


@cache
def _dropped() -> tuple[int, ...]:
    return tuple(code for code, key in _keys().items() if not key)


@cache
def _spellings() -> dict[str, str]:
    """The pattern of each letter that other characters fold to."""
    singles: dict[str, set[int]] = defaultdict(set)
    for code, key in _keys().items():
        if len(key) == 1:
            singles[key].update((code, ord(key)))
    pairs: dict[str, list[str]] = defaultdict(list)
    for pair in _marked():
        if len(key := search_key(pair)) == 1:
            pairs[key].append(pair)
    return {key: _either(_class(codes), pairs[key]) for key, codes in singles.items()}


def _marked() -> Iterable[str]:
    for kana, marks in ((_KANA, _COMBINING), (_HALF_KANA, _HALF_MARKS)):
        yield from (chr(code) + mark for code in kana for mark in marks)


def _either(one: str, others: list[str]) -> str:
    return f"(?:{'|'.join([one, *others])})" if others else one


def _class(codes: Iterable[int]) -> str:
    """Write characters as a bracket expression, by number: none of them means anything in it."""
    runs: list[list[int]] = []
    for code in sorted(set(codes)):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "[{}]".format("".join(rf"\U{first:08x}-\U{last:08x}" for first, last in runs))
