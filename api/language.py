"""Which language and which representation an asker wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def preferred(header: str) -> Iterator[str]:
    """Yield the entries of an Accept or Accept-Language header (lower case), best first, without `q=0`."""
    weighed = [(_weight(parameters), entry.strip().lower()) for entry, *parameters in _split(header)]
    for weight, entry in sorted(weighed, key=lambda pair: -pair[0]):
        if weight > 0 and entry:
            yield entry


def language(asked: str | None, header: str, offered: Sequence[str]) -> str:
    """Return the offered language that was asked for by name or header, else the first offered."""
    if asked is not None and asked in offered:
        return asked
    for tag in preferred(header):
        found = _offered(tag, offered)
        if found:
            return found
    return offered[0]


def prefers_html(header: str) -> bool:
    """Tell whether an Accept header asks for HTML before any JSON."""
    for entry in preferred(header):
        if entry in ("text/html", "application/xhtml+xml"):
            return True
        if "json" in entry or entry == "*/*":
            return False
    return False


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding header allows gzip."""
    return "gzip" in header and any(entry == "gzip" for entry in preferred(header))


def _split(header: str) -> list[list[str]]:
    return [entry.split(";") for entry in header.split(",")]


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _offered(tag: str, offered: Sequence[str]) -> str | None:
    # zh-TW is no reason to show simplified characters, any other Chinese tag is.
    if tag.startswith("zh") and "tw" not in tag and "hant" not in tag and "zh-hans" in offered:
        return "zh-hans"
    return tag if tag in offered else next((code for code in offered if code == tag.split("-")[0]), None)
