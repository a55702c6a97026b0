"""Which language and which representation an asker wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def preferred(header: str) -> Iterator[str]:
    """Yield the entries of an Accept or Accept-Language header (lower case), best first, without `q=0`."""
    for weight, entry in sorted(weighed(header), key=lambda pair: -pair[0]):
        if weight > 0 and entry:
            yield entry


def weighed(header: str) -> list[tuple[float, str]]:
    """Return the entries of an Accept-* header (lower case) with their weights, as they stand."""
    return [(_weight(parameters), entry.strip().lower()) for entry, *parameters in _split(header)]


def language(asked: str | None, header: str, offered: Sequence[str]) -> str:
    """Return the offered language that was asked for by name or header, else the first offered."""
    if asked is not None and asked in offered:
        return asked
    for tag in preferred(header):
        found = _offered(tag, offered)
        if found:
            return found
    return offered[0]


def media(header: str, offered: Mapping[str, str]) -> str | None:
    """Return which of the media types `offered` (by themselves without parameters) an Accept header asks for.

    None means the default; every JSON is as good as another.
    """
    for entry in preferred(header):
        found = offered.get("text/html" if entry == "application/xhtml+xml" else entry)
        if found is not None:
            return found
        if "json" in entry or entry == "*/*":
            return None
    return None


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
