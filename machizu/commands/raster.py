"""`machizu raster …`: rasters as layers."""

from __future__ import annotations

import argparse
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, print_json, viewer_for
from machizu.environment import environment


def add_to(commands: Subparsers) -> None:
    """Add `raster add`."""
    group = commands.add_parser("raster", help="ラスタ / raster layers").add_subparsers(
        required=True, metavar="add"
    )
    add = command(
        group,
        "add",
        _add,
        help="GeoTIFF・ASCII グリッド・基盤地図情報 DEM を検査して公開 / check a GeoTIFF, ASCII grid or DEM XML and publish it",
        example="machizu raster add 浸水深.tif --layer flood_depth",
    )
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--layer", required=True, metavar="ID")
    add.add_argument("--crs", metavar="C", help="座標参照系 / the file's CRS, e.g. EPSG:6677")
    add_actor(add)


def _add(arguments: argparse.Namespace) -> None:
    with store():
        from etl.rasters import add_raster
        from layers.selectors import raster_definition

        definition = raster_definition(arguments.layer)
        print_json(
            add_raster(
                arguments.file,
                definition,
                environment().city,
                arguments.actor,
                viewer_for(arguments.actor),
                arguments.crs,
            )
        )
