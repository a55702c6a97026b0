"""Formula injection: texts that a spreadsheet would take for a formula, made harmless and put back again.

OWASP, “CSV Injection”: a cell that begins with one of these characters may be worked out by Excel, LibreOffice
or Google Sheets, which can send data away or start programs. An apostrophe before it makes it text.
"""

from __future__ import annotations

import re

# Full-width = + - @ work as well where the spreadsheet's language is Japanese. Apostrophes before them are counted
# in, so that neutralising can always be undone. The same text serves as a pattern of Python and of PostgreSQL.
DANGEROUS = "^'*[=+@＝＋－＠\t\r\n-]"
_DANGEROUS = re.compile(DANGEROUS)


def neutralise(text: str) -> str:
    """Return the text for a cell: what would be a formula gets an apostrophe before it."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restore(text: str) -> str:
    """Return the text that `neutralise` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text
