"""Japanese text: what may be repaired in stored text, what must be kept, and the keys for finding it.

Stored text is never put through NFKC or NFC: ① would become 1, ㈱ (株), and some ideographs of people's names
would be replaced. Only trimming, half-width kana, full-width letters and digits, and kana with separate
dakuten (from macOS) are repaired. Keys for searching and matching are folded as far as they can be.
"""

from __future__ import annotations

import re
import unicodedata

from gis_core.cleaned import EMPTY, Cleaned, Plain, columnwise

# The dash symbols of digital-go-jp/abr-geocoder, with the katakana prolonged sound marks people type for them.
DASHES = "－-−‐‑‒–—―─━ーｰ⏤⎯﹘⁃﹣"
_DASH = f"[{re.escape(DASHES)}]"
_DASH_BETWEEN_DIGITS = re.compile(rf"(?<=[0-9０-９]){_DASH}(?=[0-9０-９])")

# Invisible characters that come from web pages and editors; bidirectional controls can disguise a text.
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_CONTROL = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_INVISIBLE}]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
# Enclosed letters, Roman numerals, squared words, superscripts: JIS X 0208 has none of them.
_PLATFORM = "\u00b2\u00b3\u00b9\u2070-\u209f\u2116\u2121\u2160-\u217f\u2460-\u24ff\u2776-\u2793\u3200-\u33ff"
_PLATFORM_DEPENDENT = re.compile(f"[{_PLATFORM}]")

_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_SEPARATE_MARKS = re.compile("[A-Za-z\u3041-\u30ff][\u0300-\u036f\u3099\u309a]+")

_FULL_LETTERS_AND_DIGITS = {
    code: code - 0xFEE0
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for code in range(ord(first), ord(last) + 1)
}
_FULL_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# ぁ…ゖ and ゝゞ stand 0x60 before their katakana.
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}

# Variant characters of names, folded to the everyday form in search keys only. ケ ヶ が and ッ ツ, 之 の are
# written one for another in place names (金ケ崎, 自由が丘, 三ッ谷).
_ITAIJI = str.maketrans(
    "髙﨑澤邉邊濵濱德廣齋齊斎櫻國眞嶋嶌龍瀧藏藪淵冨惠榮壽條學舘檜曾槇遙彌與豐鹽驛縣區當應圓戶籠桒尙𠮷黑驒麸瀨嶽峯萬關鐵溪礒栁埜鷗圡竈ヶガヵッ之〜",
    "高崎沢辺辺浜浜徳広斉斉斉桜国真島島竜滝蔵薮渕富恵栄寿条学館桧曽槙遥弥与豊塩駅県区当応円戸篭桑尚吉黒騨麩瀬岳峰万関鉄渓磯柳野鴎土釜ケケカツノ~",
)
# One pass over the text: variants and hiragana folded, spaces, dashes (but not ー) and variation selectors dropped.
_SEARCH_FOLDING: dict[int, int | None] = {
    **_ITAIJI,
    **{hiragana: _ITAIJI.get(kata, kata) for hiragana, kata in _HIRAGANA_TO_KATAKANA.items()},
    **dict.fromkeys(map(ord, " \t\r\n\u3000"), None),
    **dict.fromkeys((ord(dash) for dash in DASHES if dash != "ー"), None),
    **dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)), None),
}

_URL = re.compile(r"https?://[^\s/?#<>\"\x00-\x1f][^\s<>\"\x00-\x1f]*", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:jp|com|org|net|info|biz|io|co|tv|me)(?::[0-9]+)?(?:[/?#].*)?", re.IGNORECASE
)
_NEXT_URL = re.compile(r"[\s、，,;；]+(?=https?://)", re.IGNORECASE)
_BLANK_MARKS = frozenset(DASHES) | {
    "なし",
    "無し",
    "該当なし",
    "特になし",
    "N/A",
    "n/a",
    "…",
    "--",
    "---",
    "／",
}
_HEADER_NOISE = re.compile(
    rf"{_DASH}|[\s_()\[\]{{}}<>【】「」『』〔〕〈〉《》・、。，．,.:;：；/／\\|*※◎○●☆★'\"“”]|{_CONTROL.pattern}"
)


def trim(text: str) -> str:
    """Strip spaces of every kind from both ends: also U+3000, U+00A0, U+FEFF and zero-width space."""
    return text.strip(" \t\r\n\v\f\u3000\u00a0\ufeff\u200b\u2003\u2002\u2009")


def is_blank_mark(text: str) -> bool:
    """Tell whether the text is one of the marks people put in a cell that has nothing: －, なし, …"""
    return trim(text) in _BLANK_MARKS


def full_kana(text: str) -> str:
    """Turn half-width katakana and their punctuation into full-width: `ﾃﾞｨ｡` → `ディ。`."""
    return _HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)


def compose_marks(text: str) -> str:
    """Join kana and Latin letters with separate combining marks (macOS file names); ideographs are kept."""
    return _SEPARATE_MARKS.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), text)


def half_letters_and_digits(text: str) -> str:
    """Turn full-width ASCII letters and digits into half-width; symbols such as ～ are kept."""
    return text.translate(_FULL_LETTERS_AND_DIGITS)


def half_ascii(text: str) -> str:
    """Turn all full-width ASCII and U+3000 into half-width: for codes, numbers, phones; not for prose."""
    return text.translate(_FULL_ASCII)


def katakana(text: str) -> str:
    """Turn hiragana into katakana."""
    return text.translate(_HIRAGANA_TO_KATAKANA)


def hyphens_between_digits(text: str) -> str:
    """Turn any dash between digits into `-`; センター keeps its ー."""
    return _DASH_BETWEEN_DIGITS.sub("-", text)


def search_key(text: str) -> str:
    """Return what two spellings of one name have in common, for finding it; never for showing it.

    NFKC, lower case, katakana for hiragana, variant ideographs folded, no spaces and no dashes (ー stays).
    """
    folded = unicodedata.normalize("NFKC", hyphens_between_digits(text))
    return _CONTROL.sub("", folded.lower()).translate(_SEARCH_FOLDING)


def header_key(text: str) -> str:
    """Return a column header as it is compared: no width, case, brackets, dashes, underscores, spaces, breaks."""
    return _HEADER_NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def control_characters(text: str) -> tuple[str, ...]:
    """Return the control and invisible characters in the text (tab and line breaks are not counted)."""
    return tuple(_CONTROL.findall(text))


def private_use_characters(text: str) -> tuple[str, ...]:
    """Return the 外字: private-use characters, whose meaning is known only to the computer they were made on."""
    return tuple(_PRIVATE_USE.findall(text))


def platform_dependent_characters(text: str) -> tuple[str, ...]:
    """Return the 機種依存文字 (①㈱㍻㎡Ⅳ…), which the national rule for machine-readable data forbids."""
    return tuple(_PLATFORM_DEPENDENT.findall(text))


def cp932_unwritable(text: str) -> tuple[str, ...]:
    """Return the characters that would be lost or changed in a CP932 file (〜 comes back as ～)."""
    try:
        if text.encode("cp932").decode("cp932") == text:
            return ()
    except UnicodeEncodeError:
        pass
    return tuple(c for c in text if not _survives_cp932(c))


def _survives_cp932(character: str) -> bool:
    try:
        return character.encode("cp932").decode("cp932") == character
    except UnicodeEncodeError:
        return False


def clean_text(text: str) -> Cleaned:
    """Clean prose; line breaks are kept as `\\n`.

    Errors: `gaiji` (private-use characters), `mojibake` (U+FFFD). Warning: `platform_dependent`.
    """
    return _cleaned(text, _tidy(text))


def clean_name(text: str) -> Cleaned:
    """Clean a name: as prose, and on one line."""
    return _cleaned(text, _on_one_line(_tidy(text)))


def clean_address(text: str) -> Cleaned:
    """Clean an address: as a name, dashes between digits become `-`; kanji numerals and 大字 are kept."""
    return _cleaned(text, hyphens_between_digits(_on_one_line(_tidy(text))))


def clean_kana(text: str) -> Cleaned:
    """Clean a reading: full-width katakana, words parted by U+3000 (名称_カナ of the standard datasets)."""
    return _cleaned(text, re.sub(r"\s+", "\u3000", katakana(_tidy(text))))


def clean_code(text: str) -> Cleaned:
    """Clean a code or identifier: all ASCII half-width, no spaces, dashes between digits `-`."""
    return _cleaned(text, re.sub(r"\s+", "", hyphens_between_digits(half_ascii(_tidy(text)))))


def clean_url(text: str) -> Cleaned:
    """Clean a web address: trimmed; width-converted only where its scheme is full-width.

    A missing scheme, or one that lost its first letter (ttp://), is restored with the warning `url_scheme`. Of
    several addresses the first is taken, with the warning `several_urls`. Error `url` for all that is not http(s).
    """
    given = trim(text)
    if not given or is_blank_mark(given):
        return EMPTY
    narrow = half_ascii(given) if given[0] in "ｈｗＨＷ" else given.replace("：//", "://")
    whole = _with_scheme(narrow)
    url = _NEXT_URL.split(whole)[0]
    if not _URL.fullmatch(url):
        return Cleaned(None, error="url")
    restored = "url_scheme" if whole != narrow else None
    warning = "several_urls" if url != whole else restored
    done = _cleaned(text, url)
    return Cleaned(done.value, warning or done.fixed, warning or done.warning, done.error)


def _with_scheme(url: str) -> str:
    if re.match(r"ttps?://", url, re.IGNORECASE):
        return f"h{url}"
    return f"https://{url}" if _HOST.fullmatch(url) else url


def clean_email(text: str) -> Cleaned:
    """Clean a mail address; `mailto:` is dropped. Error `email` unless it has the form `name@host.domain`."""
    address = re.sub(r"\s+", "", half_ascii(_tidy(text))).removeprefix("mailto:")
    if not address or is_blank_mark(address):
        return EMPTY
    if not re.fullmatch(r"[^@\s<>,;]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", address):
        return Cleaned(None, error="email")
    return _cleaned(text, address)


def _tidy(text: str) -> str:
    shown = _CONTROL.sub("", _one_break(text))
    return half_letters_and_digits(compose_marks(full_kana(trim(shown))))


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _on_one_line(text: str) -> str:
    return " ".join(trim(line) for line in re.split(r"[\n\t]+", text))


def _cleaned(before: str, after: str) -> Cleaned:
    if not after:
        return EMPTY
    if _PRIVATE_USE.search(after):
        return Cleaned(None, error="gaiji")
    if "\ufffd" in after:
        return Cleaned(None, error="mojibake")
    warning = "platform_dependent" if _PLATFORM_DEPENDENT.search(after) else None
    return Cleaned(after, fixed=_what_changed(before, after), warning=warning)


def _what_changed(before: str, after: str) -> str | None:
    # Windows' line breaks are no fault of the cell, so they are not told.
    before = _one_break(before)
    if before == after:
        return None
    if trim(before) == after:
        return "spaces"
    if _on_one_line(trim(before)) == after:
        return "line_breaks"
    return "control" if _CONTROL.search(before) else "width"


def _plain(forbidden: str) -> Plain:
    """Match texts with no space at either end and no character that is repaired, doubted or refused."""
    odd = (
        rf"\x7f-\xa0{_INVISIBLE}{_PLATFORM}\u0300-\u036f\u3099\u309a\ue000-\uf8ff"
        r"\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff61-\uff9f\ufffd\U000f0000-\U0010fffd"
    )
    return Plain(re.compile(rf"(?!\s)[^{forbidden}{odd}]+(?<!\s)"), list)


clean_texts = columnwise(clean_text, _plain(r"\x00-\x09\x0b-\x1f"))
clean_names = columnwise(clean_name, _plain(r"\x00-\x1f"))
clean_addresses = columnwise(clean_address, _plain(rf"\x00-\x1f{re.escape(DASHES.replace('-', ''))}"))
clean_kanas = columnwise(clean_kana, Plain(re.compile("[0-9ァ-ヺー・]+(?:\u3000[0-9ァ-ヺー・]+)*"), list))
clean_codes = columnwise(clean_code, Plain(re.compile("[!-~]+"), list))
clean_urls = columnwise(clean_url, Plain(re.compile(r"https?://[!#-+\--:=?-~]+"), list))
clean_emails = columnwise(clean_email)
