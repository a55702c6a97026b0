"""One file to make: what is asked of the database for it, and who turns the rows into it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import psycopg

from api.formats import lines, sheet
from api.formats.kinds import Wanted
from api.formats.lines import Batches, Cp932, Sink
from api.formats.reading import batches
from api.formats.values import Values, values

# Rows of text at a time: some hundred kilobytes.
ROWS = 500


class Job:
    """The making of one file. `values` is what another writer than this needs, None where the rows are text.

    `replaced` counts the characters that the file's encoding does not have.
    """

    def __init__(self, wanted: Wanted) -> None:
        """Raises `BadParameter` for what the format cannot do."""
        wanted.check()
        self.wanted = wanted
        self.values: Values | None = None
        self.replaced: dict[str, int] = {}
        self._lines: lines.Lines | None = None
        if wanted.format == "xlsx":
            self._statement = sheet.statement(wanted)
        elif wanted.kind.lines:
            self._lines = lines.lines(wanted)
            self._statement = self._lines.statement
        else:
            self.values = values(wanted)

    def rows(self, connection: psycopg.Connection[Any]) -> AbstractContextManager[Batches]:
        """Give the rows of a file of text while a block runs. Raises `psycopg.Error`."""
        return batches(connection, self._statement, ROWS)

    def write(self, rows: Batches, sink: Sink) -> None:
        """Write a file of text. Raises `psycopg.Error`, `BadInput`, and what the sink raises."""
        if self._lines is None:
            sheet.write(self.wanted, rows, sink)
        elif self.wanted.encoding == "cp932":
            encoded = Cp932(sink)
            lines.write(self._lines, rows, encoded)
            self.replaced = encoded.replaced
        else:
            lines.write(self._lines, rows, sink)
