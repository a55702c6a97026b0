"""Which encoding a Japanese text file has, decided over the whole file in bounded memory, and strict decoding.

Order of the decision: BOM; ISO-2022-JP escapes (they are valid ASCII too, so first); strict UTF-8; CP932 or
EUC-JP; else refused with the first bad line. UTF-16 without a BOM is never guessed. Shift_JIS is always read
as CP932: Python's strict `shift_jis` knows neither ①㈱髙﨑 nor Windows' wave dash and minus.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Literal

from gis_core.errors import BadInput, Message

Why = Literal["bom", "escape", "utf-8", "only_cp932", "only_euc_jp", "half_width_kana"]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# The codecs that keep a BOM as a character of the text.
_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_ESCAPE = re.compile(rb"\x1b[$(]")
_UTF8_KANJI_OR_KANA = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}")
# Bytes that Python's cp932 lets through although no Windows file has them: 80, A0, FD–FF.
_NOT_CP932_TEXT = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
# EUC-JP read as CP932 is mostly half-width katakana; real CP932 files hold a few words of it.
_HALF_KANA_SHARE = 0.3
_CHUNK = 1024**2

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
    """Find the encoding of a whole file's bytes. Raises `UnreadableText` naming the first bad line."""
    return detect_in(io.BytesIO(data))


def detect_in(file: BinaryIO) -> Detected:
    """Find the encoding of a whole open file, chunk by chunk. Raises `UnreadableText` naming the first bad line."""
    file.seek(0)
    head = file.read(4)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            verify(file, encoding)
            return Detected(encoding, "bom")
    if _has_escapes(file):
        verify(file, "iso2022_jp")
        return Detected("iso2022_jp", "escape")
    bad = _first_bad_byte(file, "utf-8")
    if bad is None:
        return Detected("utf-8", "utf-8")
    # A text that begins in UTF-8 and then breaks was cut or joined; read as CP932 it would be nonsense.
    if _is_utf8_before(file, bad):
        raise _unknown(_line_at(file, bad))
    return _legacy(file, bad)


def verify(file: BinaryIO, encoding: str) -> None:
    """Read a whole open file in an encoding that Python knows. Raises `UnreadableText` naming the first bad line."""
    line, null = 1, None
    try:
        for text in _texts(file, encoding):
            if null is None and "\0" in text:
                null = line + text.count("\n", 0, text.index("\0"))
            line += text.count("\n")
    except _Undecodable as error:
        raise _not_in(encoding, _line_before(file, encoding, error.position)) from error
    if null is not None:
        raise _unknown(null)


def decode(data: bytes, encoding: str | None = None) -> str:
    """Decode strictly, by the encoding named or else detected; a leading BOM is dropped.

    Raises `UnreadableText` naming the first bad line, `BadInput` for an unknown encoding's name.
    """
    file = io.BytesIO(data)
    name = canonical(encoding) if encoding else detect_in(file).encoding
    verify(file, name)
    return open_text(file, name).read()


def open_text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """Return an open file as text from its beginning, line ends as they are, a leading BOM dropped.

    `encoding` as `detect_in` or `canonical` names it; the file is one that `detect_in` or `verify` has passed.
    """
    codec = _codec(file, encoding)
    file.seek(0)
    marked = codec in _MARKS and file.read(len(_MARKS[codec])) == _MARKS[codec]
    if not marked:
        file.seek(0)
    return io.TextIOWrapper(file, codec, newline="")


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


def _has_escapes(file: BinaryIO) -> bool:
    """Tell whether the file is ASCII with ISO-2022-JP's escapes. Raises `UnreadableText` on a binary file."""
    ascii_only, found, before, position = True, False, b"", 0
    for chunk in _chunks(file):
        if b"\0" in chunk:
            raise _unknown(_line_at(file, position + chunk.index(b"\0")))
        ascii_only = ascii_only and chunk.isascii()
        found = found or (ascii_only and _ESCAPE.search(before + chunk) is not None)
        before, position = chunk[-2:], position + len(chunk)
    return ascii_only and found


def _is_utf8_before(file: BinaryIO, position: int) -> bool:
    """Tell whether at least two characters before `position` are kanji or kana in UTF-8."""
    seen, rest = 0, b""
    for chunk in _chunks(file, position):
        text = rest + chunk
        found = list(_UTF8_KANJI_OR_KANA.finditer(text))
        seen += len(found)
        if seen > 1:
            return True
        rest = text[max(len(text) - 2, found[-1].end() if found else 0) :]
    return False


def _legacy(file: BinaryIO, utf8_bad: int) -> Detected:
    kana, cp932_bad = _half_kana_share(file)
    euc_bad = _first_bad_byte(file, "euc_jp")
    if kana is None and euc_bad is not None:
        raise _unknown(_line_at(file, max(utf8_bad, cp932_bad, euc_bad)))
    if euc_bad is not None:
        return Detected("cp932", "only_cp932")
    if kana is None:
        return Detected("euc_jp", "only_euc_jp")
    return Detected("euc_jp" if kana > _HALF_KANA_SHARE else "cp932", "half_width_kana")


def _half_kana_share(file: BinaryIO) -> tuple[float | None, int]:
    """Return the share of half-width katakana in a CP932 text, else None and where it stops being one."""
    kana = wide = 0
    is_text = True
    try:
        for text in _texts(file, "cp932"):
            kana += len(_HALF_KANA.findall(text))
            wide += sum(not c.isascii() for c in text) if not text.isascii() else 0
            is_text = is_text and not _NOT_CP932_TEXT.search(text)
    except _Undecodable as error:
        return None, error.position
    return (kana / wide if is_text else None), 0


class _Undecodable(Exception):
    def __init__(self, position: int) -> None:
        self.position = position


def _chunks(file: BinaryIO, end: int | None = None) -> Iterator[bytes]:
    file.seek(0)
    if end is None:
        yield from iter(partial(file.read, _CHUNK), b"")
        return
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        end -= len(chunk)
        yield chunk


def _texts(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the file's text, chunk by chunk. Raises `_Undecodable` with the position of the first bad byte."""
    decoder = codecs.getincrementaldecoder(_codec(file, encoding))()
    position = 0
    for chunk in _with_end(file):
        pending = len(decoder.getstate()[0])
        try:
            yield decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            # An endless escape at a chunk's edge is a plain UnicodeError ("pending buffer overflow").
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise _Undecodable(position - pending + start) from error
        position += len(chunk)


def _with_end(file: BinaryIO) -> Iterator[bytes]:
    yield from _chunks(file)
    yield b""


def _codec(file: BinaryIO, encoding: str) -> str:
    """Return the codec that reads a file: UTF-16 named without a BOM is little-endian, as Windows writes it."""
    file.seek(0)
    if encoding == "utf-16" and file.read(2) not in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16-le"
    # utf-8-sig counts the places of bad bytes without the BOM.
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _first_bad_byte(file: BinaryIO, encoding: str) -> int | None:
    try:
        for _ in _texts(file, encoding):
            pass
    except _Undecodable as error:
        return error.position
    return None


def _line_at(file: BinaryIO, position: int) -> int:
    return 1 + sum(chunk.count(b"\n") for chunk in _chunks(file, position))


def _line_before(file: BinaryIO, encoding: str, position: int) -> int:
    """Return the line of a byte by decoding what stands before it: in UTF-16 a byte 0A need not be a line's end."""
    decoder = codecs.getincrementaldecoder(_codec(file, encoding))(errors="ignore")
    return 1 + sum(decoder.decode(chunk).count("\n") for chunk in _chunks(file, position))


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
