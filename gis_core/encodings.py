"""Which encoding a Japanese text file has, decided over the whole file, and strict decoding.

Order of the decision: BOM; ISO-2022-JP escapes (they are valid ASCII too, so first); strict UTF-8; CP932 or
EUC-JP; else refused with the first bad line. UTF-16 without a BOM is never guessed. Shift_JIS is always read
as CP932: Python's strict `shift_jis` knows neither ①㈱髙﨑 nor Windows' wave dash and minus.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from gis_core.errors import BadInput, Message

Why = Literal["bom", "escape", "utf-8", "only_cp932", "only_euc_jp", "half_width_kana"]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ESCAPE = re.compile(rb"\x1b[$(]")
_UTF8_KANJI_OR_KANA = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}")
# Bytes that Python's cp932 lets through although no Windows file has them: 80, A0, FD–FF.
_NOT_CP932_TEXT = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
# EUC-JP read as CP932 is mostly half-width katakana; real CP932 files hold a few words of it.
_HALF_KANA_SHARE = 0.3

_NAMES = {
    "utf8": "utf-8", "utf8sig": "utf-8-sig", "65001": "utf-8", "utf8bom": "utf-8-sig", "ascii": "utf-8",
    "usascii": "utf-8", "utf16": "utf-16", "unicode": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "mskanji": "cp932", "ms932": "cp932",
    "windows31j": "cp932", "cp932": "cp932", "932": "cp932", "ansi932": "cp932", "eucjp": "euc_jp", "euc": "euc_jp",
    "ujis": "euc_jp", "iso2022jp": "iso2022_jp", "jis": "iso2022_jp",
}  # fmt: skip


class UnreadableText(BadInput):
    """Bytes that are not text in the encoding named, or in any that is known; `line` counts from 1."""

    def __init__(self, message: Message, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Detected:
    """An encoding as Python names it, and why it was chosen."""

    encoding: str
    why: Why


def detect(data: bytes) -> Detected:
    """Find the encoding of a whole file. Raises `UnreadableText` naming the first bad line."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            _strict(data, encoding)
            return Detected(encoding, "bom")
    if b"\0" in data:
        raise _unknown(_line_at(data, data.index(b"\0")))
    if _ESCAPE.search(data) and data.isascii():
        _strict(data, "iso2022_jp")
        return Detected("iso2022_jp", "escape")
    bad = _first_bad_byte(data, "utf-8")
    if bad is None:
        return Detected("utf-8", "utf-8")
    # A text that begins in UTF-8 and then breaks was cut or joined; read as CP932 it would be nonsense.
    if len(_UTF8_KANJI_OR_KANA.findall(data[:bad])) > 1:
        raise _unknown(_line_at(data, bad))
    return _legacy(data, bad)


def decode(data: bytes, encoding: str | None = None) -> str:
    """Decode strictly, by the encoding named or else detected; a leading BOM is dropped.

    Raises `UnreadableText` naming the first bad line, `BadInput` for an unknown encoding's name.
    """
    return _strict(data, canonical(encoding) if encoding else detect(data).encoding)


def canonical(name: str) -> str:
    """Return Python's name for an encoding as people and .cpg files write it (`Shift_JIS` → `cp932`)."""
    found = _NAMES.get(re.sub(r"[^a-z0-9]", "", name.lower()))
    if found is None:
        raise BadInput(
            Message(
                ja=f"文字コード「{name}」は使えません。UTF-8、CP932（Shift_JIS）、UTF-16、EUC-JP、ISO-2022-JP から選んでください。",
                en=f"Unknown encoding {name!r}. Choose UTF-8, CP932 (Shift_JIS), UTF-16, EUC-JP or ISO-2022-JP.",
            )
        )
    return found


def _legacy(data: bytes, utf8_bad: int) -> Detected:
    cp932, euc = _try(data, "cp932"), _try(data, "euc_jp")
    if cp932 is not None and _NOT_CP932_TEXT.search(cp932):
        cp932 = None
    if cp932 is None and euc is None:
        bads = [_first_bad_byte(data, name) or 0 for name in ("cp932", "euc_jp")]
        raise _unknown(_line_at(data, max(utf8_bad, *bads)))
    if euc is None:
        return Detected("cp932", "only_cp932")
    if cp932 is None:
        return Detected("euc_jp", "only_euc_jp")
    share = len(_HALF_KANA.findall(cp932)) / sum(not c.isascii() for c in cp932)
    return Detected("euc_jp" if share > _HALF_KANA_SHARE else "cp932", "half_width_kana")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _first_bad_byte(data: bytes, encoding: str) -> int | None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="ignore")
        raise _not_in(encoding, before.count("\n") + 1) from error
    if "\0" in text:
        raise _unknown(text.count("\n", 0, text.index("\0")) + 1)
    return text.removeprefix("\ufeff") if encoding in {"utf-8", "utf-16-le", "utf-16-be"} else text


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _unknown(line: int) -> UnreadableText:
    return UnreadableText(
        Message(
            ja=f"文字コードが分かりません（{line}行目に読めない文字があります）。UTF-8 で保存し直すか、文字コードを指定してください。",
            en=f"Unknown encoding (line {line} cannot be read). Save the file as UTF-8, or name its encoding.",
        ),
        line,
    )


def _not_in(encoding: str, line: int) -> UnreadableText:
    return UnreadableText(
        Message(
            ja=f"{line}行目は {encoding} として読めません。UTF-8 で保存し直すか、別の文字コードを指定してください。",
            en=f"Line {line} is not valid {encoding}. Save the file as UTF-8, or name another encoding.",
        ),
        line,
    )
