"""`machizu raster …`: rasters as layers."""

from __future__ import annotations

import argparse
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, instant, print_json, viewer_for
from machizu.environment import environment


def add_to(commands: Subparsers) -> None:
    """Add `raster add|publish|list|rollback|prune`."""
    group = commands.add_parser("raster", help="ラスタ / raster layers").add_subparsers(
        required=True, metavar="add|publish|list|rollback|prune"
    )
    _add_add(group)
    publish = command(
        group,
        "publish",
        _publish,
        help="承認待ちの最新の登録を公開 / publish the newest delivery that waits",
        example="machizu raster publish flood_depth",
    )
    publish.add_argument("raster", metavar="ID")
    add_actor(publish)
    listing = command(
        group,
        "list",
        _list,
        help="ラスタの版の一覧 / list the revisions of a raster",
        example="machizu raster list flood_depth",
    )
    listing.add_argument("raster", metavar="ID")
    listing.add_argument("--json", action="store_true", help="JSON で表示 / print JSON")
    rollback = command(
        group,
        "rollback",
        _rollback,
        help="過去の版に戻す / make a past revision the next one",
        example="machizu raster rollback flood_depth --to 3",
    )
    rollback.add_argument("raster", metavar="ID")
    rollback.add_argument(
        "--to", required=True, metavar="TIME|REVISION", help="時刻（RFC 3339）または版 / instant or revision"
    )
    rollback.add_argument("--reason", default="", help="理由 / why")
    add_actor(rollback)
    command(
        group,
        "prune",
        _prune,
        help="保存期間を過ぎたファイルを消す（毎晩の自動処理と同じ）/ remove files past their term, as each night",
        example="machizu raster prune",
    )


def _add_add(group: Subparsers) -> None:
    add = command(
        group,
        "add",
        _add,
        help="GeoTIFF・ASCII グリッド・基盤地図情報 DEM・地図の画像（PNG タイル）を検査して公開 / "
        "check a GeoTIFF, ASCII grid, DEM XML or map pictures (PNG tiles) and publish it",
        example="machizu raster add 浸水深.tif --layer flood_depth",
    )
    add.add_argument("file", type=Path, metavar="FILE|FOLDER|ZIP")
    add.add_argument("--layer", required=True, metavar="ID")
    add.add_argument("--crs", metavar="C", help="座標参照系 / the file's CRS, e.g. EPSG:6677")
    add.add_argument(
        "--colours",
        default="auto",
        metavar="FILE|auto",
        help="画像の色と値の表（CSV：#RRGGBB,値）。auto はレイヤの凡例 / colours and values of pictures; auto: the legend",
    )
    add.add_argument(
        "--level", type=int, metavar="N", help="画像の細かさ（既定は最も細かいもの）/ level of detail"
    )
    add.add_argument(
        "--stage", action="store_true", help="公開せず承認を待つ / wait for approval, do not publish"
    )
    add_actor(add)


def _add(arguments: argparse.Namespace) -> None:
    with store():
        from etl.raster_sources import RasterOptions
        from etl.rasters import add_raster
        from layers.selectors import raster_definition

        colours = None if arguments.colours == "auto" else Path(arguments.colours)
        print_json(
            add_raster(
                arguments.file,
                raster_definition(arguments.layer),
                environment().city,
                arguments.actor,
                viewer_for(arguments.actor),
                RasterOptions(arguments.crs, colours, arguments.level),
                at_once=not arguments.stage,
            )
        )


def _publish(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.rasters import publish_raster

        revision = publish_raster(arguments.raster, actor=arguments.actor, viewer=viewer_for(arguments.actor))
    print_json({"raster": arguments.raster, "revision": revision})


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.rasters import raster_revisions

        rows = raster_revisions(arguments.raster)
    if arguments.json:
        print_json([vars(row) for row in rows])
        return
    for row in rows:
        mark = "*" if row.is_current else " "
        size = "削除済み / pruned" if row.size is None else f"{row.size / 2**20:.1f} MiB"
        print(
            f"{mark} r{row.revision:<5}{row.at:%Y-%m-%d %H:%M}  {size:>12}  {row.actor}  {row.file}  {row.reason}"
        )


def _rollback(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.rasters import rollback_raster

        revision = rollback_raster(
            arguments.raster,
            int(arguments.to) if arguments.to.isdigit() else instant(arguments.to),
            actor=arguments.actor,
            reason=arguments.reason,
            viewer=viewer_for(arguments.actor),
        )
    print_json({"raster": arguments.raster, "revision": revision})


def _prune(_: argparse.Namespace) -> None:
    with store():
        from layers.services.rasters import prune_rasters

        print_json([str(path) for path in prune_rasters()])
