"""The program that `apart` starts: one file, written in a process of its own.

GDAL keeps Python's lock, up to a second where it builds an index; in the server all others would wait for it.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import psycopg

LOST_DATABASE = 2


class _Without(MetaPathFinder):
    """Hides pandas and geopandas: pyogrio and pyarrow import them where they are, which takes half of the time until
    the first row, and nothing here needs them.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise `ModuleNotFoundError` for the two, leave all others to whoever finds them."""
        if fullname in ("pandas", "geopandas"):
            raise ModuleNotFoundError(fullname)
        return None


def main() -> int:
    """Write the file into the folder that is the argument; the connection's text and the job are the input.

    Returns 2 when the database is lost, and says why.
    """
    sys.meta_path.insert(0, _Without())
    from api.formats.reading import batches
    from api.formats.writers import ROWS, write

    # From whoever started this program, and from nobody else.
    conninfo, job = pickle.load(sys.stdin.buffer)
    try:
        with psycopg.connect(conninfo) as connection, batches(connection, job.statement, ROWS) as rows:
            write(job, rows, Path(sys.argv[1]))
    except psycopg.OperationalError as error:
        sys.stderr.write(str(error))
        return LOST_DATABASE
    return 0


if __name__ == "__main__":
    sys.exit(main())
