"""The languages in which the product speaks: their codes, what they call themselves, their tags in HTML."""

from __future__ import annotations

NAMES = {
    "ja": "日本語",
    "ja-easy": "やさしい日本語",
    "en": "English",
    "pt": "Português",
    "es": "Español",
    "zh-hans": "简体中文",
    "ko": "한국어",
}
LANGUAGES = tuple(NAMES)

# The other codes are BCP 47 tags themselves; easy Japanese has none of its own.
_TAGS = {"ja-easy": "ja", "zh-hans": "zh-Hans"}


def html_tag(code: str) -> str:
    """Return the BCP 47 tag for `lang` and Content-Language, which also chooses the Han letter shapes."""
    return _TAGS.get(code, code)
