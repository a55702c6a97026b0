"""What a deliverer may say of a file, as options of the commands that read one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from etl.table import Options


def add_to(target: argparse.ArgumentParser) -> None:
    """Add `--encoding`, `--crs`, `--sheet`, `--records`, `--headers` and `--columns`."""
    for option, meta, words in (
        ("--encoding", "E", "文字コード / the file's encoding, e.g. cp932"),
        ("--crs", "C", "座標参照系 / the file's CRS, e.g. EPSG:6677"),
        ("--sheet", "S", "シート名、または中のファイルやレイヤの名前 / a sheet's, member's or layer's name"),
        (
            "--records",
            "PATH",
            "JSON・XML の記録の場所 / the path to a feed's records, e.g. hits.hits[]._source",
        ),
    ):
        target.add_argument(option, metavar=meta, help=words)
    target.add_argument(
        "--headers",
        nargs="+",
        metavar="NAME",
        help="見出しのないファイルの列名 / the columns of a file without header",
    )
    target.add_argument(
        "--columns",
        nargs="+",
        type=_pair,
        metavar="COLUMN=FIELD",
        help="列の対応（geom.lat・geom.lon・geom は位置、= の後なしは使わない） / which column feeds which field",
    )


def options_from(arguments: argparse.Namespace, base: Options | None = None) -> Options:
    """Return what was said, over what a remembered source says."""
    from dataclasses import replace

    from etl.table import Options

    said: dict[str, Any] = {
        name: getattr(arguments, name) for name in ("encoding", "crs", "sheet", "records")
    }
    said |= {name: tuple(getattr(arguments, name) or ()) for name in ("headers", "columns")}
    return replace(base or Options(), **{name: value for name, value in said.items() if value})


def _pair(text: str) -> tuple[str, str | None]:
    column, sign, field = text.rpartition("=")
    if not sign or not column:
        raise argparse.ArgumentTypeError(f"{text}: COLUMN=FIELD")
    return column, field or None
