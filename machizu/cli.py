"""The command line: `machizu …`. Each group of commands has a module of its own under `machizu.commands`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from gis_core.collector import spare_the_end
from machizu.commands import (
    apikey,
    db,
    export,
    feed,
    gazetteer,
    layer,
    load,
    people,
    raster,
    snapshot,
    source,
    system,
    webhook,
)
from machizu.commands.cancelling import Cancelled
from machizu.commands.common import WrongUsage
from machizu.failures import as_error

_EXITS = {WrongUsage: 2, Cancelled: 130}

GROUPS = (system, db, layer, load, export, snapshot, source, feed, raster, gazetteer, people, apikey, webhook)


def parser() -> argparse.ArgumentParser:
    """Return the whole command line's parser."""
    root = argparse.ArgumentParser(
        prog="machizu",
        description="まち図：庁内のファイルを信頼できる地図レイヤにします / departments' files into trustworthy layers",
        epilog="例 / example: machizu load 避難場所.csv --layer evacuation_sites --dry-run",
    )
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add_to(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 refused, 130 cancelled; argparse exits with 2 on wrong usage."""
    spare_the_end()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except KeyboardInterrupt:
        print("中止しました / cancelled", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): nothing is left to say.
        sys.stderr.close()
        return 0
    except Exception as failure:
        error = as_error(failure)
        if error is None:
            raise
        print(error.message, file=sys.stderr)
        logging.getLogger("machizu").info(error.detail)
        return _EXITS.get(type(error), 1)


if __name__ == "__main__":
    sys.exit(main())
