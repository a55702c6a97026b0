"""Values in tables of HTML, as older programs put them in the description of a place in KML."""

from __future__ import annotations

from html.parser import HTMLParser


class _Rows(HTMLParser):
    """The cells of the rows of all tables in a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._open = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in {"td", "th", "tr", "table"}:
            self._open = False

    def handle_data(self, data: str) -> None:
        """Add to the open cell."""
        if self._open and self.rows[-1]:
            self.rows[-1][-1] += data


def values_of(description: str) -> dict[str, str]:
    """Return the pairs of a description: rows of two cells are a name and a value."""
    if "<td" not in description.lower():
        return {}
    parser = _Rows()
    parser.feed(description)
    parser.close()
    pairs = [[cell.strip() for cell in row] for row in parser.rows if len(row) == 2]
    return {name: value for name, value in pairs if name}
