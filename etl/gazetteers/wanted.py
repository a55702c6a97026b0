"""Which municipalities of a file are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gis_core.addresses import town_key


@dataclass(frozen=True)
class Wanted:
    """Municipalities by code (the first five digits) or by name (with 郡 or without); both empty: all of them."""

    codes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def has(self, code: str, county: str, municipality: str) -> bool:
        """Tell whether a municipality is wanted; `code` is "" where the file has none."""
        if not self.codes and not self.names:
            return True
        return code[:5] in self.codes or bool(
            self.names & {town_key(municipality), town_key(county + municipality)}
        )


ALL = Wanted()


def wanted(words: Iterable[str]) -> Wanted:
    """Return the municipalities named by codes of five or six digits, or by names."""
    given = list(words)
    codes = frozenset(word[:5] for word in given if word.isascii() and word.isdigit())
    return Wanted(codes, frozenset(town_key(word) for word in given if not word.isdigit()))
