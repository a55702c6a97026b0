"""`machizu layer …`: the registry of layers."""

from __future__ import annotations

import argparse
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, print_json


def add_to(commands: Subparsers) -> None:
    """Add `layer list|show|create|publish`."""
    group = commands.add_parser("layer", help="レイヤの台帳 / the registry of layers").add_subparsers(
        required=True, metavar="list|show|create|publish"
    )
    listing = command(
        group, "list", _list, help="レイヤの一覧 / list the layers", example="machizu layer list"
    )
    listing.add_argument("--json", action="store_true", help="JSON で表示 / print JSON")
    show = command(
        group,
        "show",
        _show,
        help="レイヤの定義と状態 / a layer's definition and state",
        example="machizu layer show aed",
    )
    show.add_argument("layer", metavar="ID")
    create = command(
        group,
        "create",
        _create,
        help="定義ファイルからレイヤを作成 / create a layer from its definition file",
        example="machizu layer create parks.yaml",
    )
    create.add_argument("definition", type=Path, metavar="DEFINITION.yaml")
    publish = command(
        group,
        "publish",
        _publish,
        help="承認待ちの最新の取り込みを公開 / publish the newest load that waits",
        example="machizu layer publish aed",
    )
    publish.add_argument("layer", metavar="ID")
    add_actor(publish)


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from layers.selectors import catalogue
        from layers.visibility import ADMINISTRATOR

        found = catalogue(ADMINISTRATOR)
        rows = [
            {
                "id": info.id,
                "title": info.definition.title["ja"],
                "features": info.feature_count,
                "revision": info.revision,
                "updated_at": info.updated_at,
                "department": info.department["ja"],
            }
            for info in found.layers.values()
        ]
        rows += [
            {
                "id": info.id,
                "title": info.definition.title["ja"],
                "features": None,
                "revision": info.revision,
                "updated_at": info.updated_at,
                "department": info.department["ja"],
            }
            for info in found.rasters.values()
        ]
    if arguments.json:
        print_json(rows)
        return
    for row in rows:
        amount = "raster" if row["features"] is None else row["features"]
        print(f"{row['id']:<24}{amount:>8}  r{row['revision']:<5} {row['title']}（{row['department']}）")


def _show(arguments: argparse.Namespace) -> None:
    with store():
        from layers.selectors import definition

        print_json(definition(arguments.layer).raw)


def _create(arguments: argparse.Namespace) -> int:
    from gis_core.definition_file import read_definition

    definition = read_definition(arguments.definition)
    with store():
        from layers.services.registry import register_layer

        created = register_layer(definition, position=1000)
    if created:
        print(f"作成しました / created: {definition.id}")
        return 0
    print(f"同じ ID のレイヤがあります / a layer with this id exists: {definition.id}")
    return 1


def _publish(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.loads import newest_waiting_load, publish_load

        load = publish_load(newest_waiting_load(arguments.layer).pk, actor=arguments.actor)
        print(f"公開しました / published: {load.layer_id} ({load.diff})")
