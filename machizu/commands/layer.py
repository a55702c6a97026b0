"""`machizu layer …`: the registry of layers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from gis_core.errors import Message
from machizu.bootstrap import store
from machizu.commands.common import (
    Subparsers,
    WrongUsage,
    add_actor,
    command,
    instant,
    print_json,
    viewer_for,
)

if TYPE_CHECKING:
    from layers.catalogue import LayerInfo, RasterInfo

# A city's own layers are listed after the shipped ones.
CITY_LAYERS = 1000


def add_to(commands: Subparsers) -> None:
    """Add `layer list|show|schema|document|create|update|retire|publish|rollback|purge`."""
    group = commands.add_parser("layer", help="レイヤの台帳 / the registry of layers").add_subparsers(
        required=True, metavar="list|show|schema|document|create|update|retire|publish|rollback|purge"
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
    schema = command(
        group,
        "schema",
        _schema,
        help="地物の JSON Schema / the JSON Schema of a layer's features",
        example="machizu layer schema aed",
    )
    schema.add_argument("layer", metavar="ID")
    document = command(
        group,
        "document",
        _document,
        help="データ項目の説明書（Markdown） / a layer's data dictionary as Markdown",
        example="machizu layer document aed > AED設置箇所.md",
    )
    document.add_argument("layer", metavar="ID")
    _add_changes(group)


def _add_changes(group: Subparsers) -> None:
    for name, run, text in (
        ("create", _create, "定義ファイルからレイヤを作成 / create a layer from its definition file"),
        (
            "update",
            _update,
            "レイヤの定義を変更（データは残る）/ change a layer's definition, keeping its data",
        ),
    ):
        added = command(group, name, run, help=text, example=f"machizu layer {name} parks.yaml")
        added.add_argument("definition", type=Path, metavar="DEFINITION.yaml")
        add_actor(added)
    for name, run, text in (
        ("retire", _retire, "レイヤを廃止（記録は残る）/ take a layer out of use; its records stay"),
        ("publish", _publish, "承認待ちの最新の取り込みを公開 / publish the newest load that waits"),
    ):
        added = command(group, name, run, help=text, example=f"machizu layer {name} aed")
        added.add_argument("layer", metavar="ID")
        add_actor(added)
    rollback = command(
        group,
        "rollback",
        _rollback,
        help="過去の状態に戻す / make a past state the next revision",
        example="machizu layer rollback aed --to 2026-11-22T09:00+09:00",
    )
    rollback.add_argument("layer", metavar="ID")
    rollback.add_argument(
        "--to", required=True, metavar="TIME|REVISION", help="時刻（RFC 3339）または版 / instant or revision"
    )
    rollback.add_argument(
        "--feature", type=int, nargs="*", metavar="ID", help="この地物だけ / only these features"
    )
    rollback.add_argument("--reason", default="", help="理由 / why")
    add_actor(rollback)
    purge = command(
        group,
        "purge",
        _purge,
        help="保存期間を過ぎた履歴を消す（記録に残る）/ remove history past its retention; audited",
        example="machizu layer purge aed --before 2016-04-01",
    )
    purge.add_argument("layer", metavar="ID")
    purge.add_argument("--before", required=True, type=instant, metavar="TIME")
    add_actor(purge)


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from layers.selectors import catalogue
        from layers.visibility import ADMINISTRATOR

        found = catalogue(ADMINISTRATOR)
        rows = [_row(info, info.feature_count) for info in found.layers.values()]
        rows += [_row(info, None) for info in found.rasters.values()]
    if arguments.json:
        print_json(rows)
        return
    for row in rows:
        amount = "raster" if row["features"] is None else row["features"]
        print(f"{row['id']:<24}{amount:>8}  r{row['revision']:<5} {row['title']}（{row['department']}）")


def _row(info: LayerInfo | RasterInfo, features: int | None) -> dict[str, Any]:
    return {
        "id": info.id,
        "title": info.definition.title["ja"],
        "features": features,
        "revision": info.revision,
        "updated_at": info.updated_at,
        "department": info.department["ja"],
    }


def _show(arguments: argparse.Namespace) -> None:
    with store():
        from layers.selectors import definition

        print_json(definition(arguments.layer).raw)


def _schema(arguments: argparse.Namespace) -> None:
    with store():
        from api.shapes import layer_schema
        from layers.selectors import catalogue
        from layers.visibility import ADMINISTRATOR

        info = catalogue(ADMINISTRATOR).layer(arguments.layer)
        print_json(layer_schema(info, "ja", f"urn:machizu:layer:{info.id}"))


def _document(arguments: argparse.Namespace) -> None:
    with store():
        from layers.documentation import describe
        from layers.selectors import definition

        print(describe(definition(arguments.layer)), end="")


def _create(arguments: argparse.Namespace) -> int:
    definition = read_definition(arguments.definition)
    with store():
        from layers.services.definitions import create_layer

        created = create_layer(definition, position=CITY_LAYERS, actor=arguments.actor)
    if created:
        print(f"作成しました / created: {definition.id}")
        return 0
    print(
        f"同じ ID のレイヤがあります。変更は machizu layer update です / exists already; use machizu layer update: {definition.id}",
        file=sys.stderr,
    )
    return 1


def _update(arguments: argparse.Namespace) -> None:
    definition = read_definition(arguments.definition)
    if not isinstance(definition, LayerDefinition):
        raise WrongUsage(
            Message(ja="ラスタの定義は変更できません。", en="A raster's definition cannot be changed.")
        )
    with store():
        from layers.services.definitions import update_layer

        revision = update_layer(definition, actor=arguments.actor, viewer=viewer_for(arguments.actor))
    print(f"変更しました / updated: {definition.id} r{revision}")


def _retire(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.definitions import retire_layer

        retire_layer(arguments.layer, actor=arguments.actor, viewer=viewer_for(arguments.actor))
    print(f"廃止しました / retired: {arguments.layer}")


def _publish(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.approval import newest_waiting_load, publish_load

        waiting = newest_waiting_load(arguments.layer)
        load = publish_load(waiting.pk, actor=arguments.actor, viewer=viewer_for(arguments.actor))
        print(f"公開しました / published: {load.layer_id} ({load.diff})")


def _rollback(arguments: argparse.Namespace) -> None:
    to = int(arguments.to) if arguments.to.isdecimal() else instant(arguments.to)
    with store():
        from layers.services.past import rollback

        revision = rollback(
            arguments.layer,
            to,
            actor=arguments.actor,
            reason=arguments.reason,
            ids=arguments.feature,
            viewer=viewer_for(arguments.actor),
        )
    print(f"戻しました / rolled back: {arguments.layer} r{revision}")


def _purge(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.past import purge_history

        removed = purge_history(
            arguments.layer, arguments.before, actor=arguments.actor, viewer=viewer_for(arguments.actor)
        )
    print(f"消した履歴 / removed from the history: {removed}")
