"""`machizu load …`: deliveries of departments' files."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.apart import reader
from gis_core.collector import resting
from gis_core.errors import BadInput, MachizuError, Message
from machizu.bootstrap import store
from machizu.commands import file_options
from machizu.commands.cancelling import Cancelled, cancellable
from machizu.commands.common import (
    Subparsers,
    WrongUsage,
    add_actor,
    command,
    instant,
    print_json,
    viewer_for,
)
from machizu.commands.progress import ProgressLine
from machizu.environment import environment

if TYPE_CHECKING:
    from etl.steps import Read
    from etl.table import Options
    from gis_core.definition import LayerDefinition

ACTIONS = ("list", "show", "approve", "reject")


def add_to(commands: Subparsers) -> None:
    """Add `load FILE --layer ID …` and `load list|show N|approve N|reject N`."""
    load = command(
        commands,
        "load",
        _load,
        help="ファイルを検査して取り込む、または取り込みを一覧・承認・却下する / check and load a file; list, show, approve, reject loads",
        example="machizu load 避難場所.csv --layer evacuation_sites --dry-run\n"
        "              machizu load approve 7",
    )
    load.add_argument("words", nargs="+", metavar="FILE | list | show N | approve N | reject N")
    load.add_argument("--layer", metavar="ID", help="取り込み先のレイヤ / the layer to load into")
    load.add_argument("--dry-run", action="store_true", help="検査だけ行う / check only, change nothing")
    load.add_argument("--publish", action="store_true", help="すぐに公開する / publish at once")
    load.add_argument("--json", action="store_true", help="報告を JSON で / print the report as JSON")
    load.add_argument(
        "--progress",
        action="store_true",
        help="進み具合を端末以外にも書く / tell the progress also where the standard error is no terminal",
    )
    file_options.add_to(load)
    load.add_argument(
        "--source", metavar="ID", help="覚えた取得元の読み方で読む / read it as a remembered source says"
    )
    load.add_argument(
        "--report", type=Path, metavar="HTML", help="報告をページとして書く / write the report as a page"
    )
    load.add_argument(
        "--remarks",
        type=Path,
        metavar="FILE",
        help="指摘の列を加えた元のファイルを書く / write the file back with a column of remarks",
    )
    load.add_argument(
        "--scheduler",
        metavar="tcp://…",
        help="大きなファイルを Dask のクラスタで検査する / clean a big file on a Dask cluster",
    )
    load.add_argument(
        "--allow-removal",
        action="store_true",
        help="大半が消える配信も受け入れる / accept a delivery that removes most of the layer",
    )
    load.add_argument(
        "--at", type=instant, metavar="TIME", help="approve：この時刻に公開 / publish at this instant"
    )
    add_actor(load)


def _load(arguments: argparse.Namespace) -> int:
    action, *rest = arguments.words
    if action in ACTIONS:
        return _manage(action, rest, arguments)
    if rest:
        raise _usage("ファイルは一つずつ指定してください。", "Give one file at a time.")
    return _deliver(Path(action), arguments)


def _deliver(path: Path, arguments: argparse.Namespace) -> int:
    # The reader is begun before the store, so that it gets itself ready meanwhile.
    with cancellable(), resting(), reader() as read, store():
        from layers.selectors import layer_definition

        layer, options = _asked(arguments)
        report, refusal = _loaded(path, layer, options, arguments, read)
        _write_back(path, report, layer_definition(layer), options, arguments)
    if arguments.json:
        print_json(report)
    elif report["rows"]["read"]:
        _print_report(report)
    if refusal is not None:
        raise refusal
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[str, Options]:
    """Return the layer and how to read the file: as said, else as the remembered source says."""
    layer, base = _remembered(arguments.source) if arguments.source else (None, None)
    layer = arguments.layer or layer
    if not layer:
        raise _usage("--layer で取り込み先のレイヤを指定してください。", "Name the layer with --layer.")
    return layer, file_options.options_from(arguments, base)


def _remembered(name: str) -> tuple[str, Options]:
    from etl.sources.reader import source_named
    from etl.sources.source import options_of

    source = source_named(name, environment().home / "sources")
    return source.layer, options_of(source)


def _loaded(
    path: Path, layer: str, options: Options, arguments: argparse.Namespace, read: Read
) -> tuple[dict[str, Any], MachizuError | None]:
    """Load a file; return its report and, where it is refused, why."""
    from etl.loading import load
    from etl.report import DeliveryRefused, unusable_file

    progress, newest = ProgressLine(asked=arguments.progress), _newest_load(layer)
    try:
        report = load(
            path,
            layer,
            city=environment().city,
            actor=arguments.actor,
            mode="dry_run" if arguments.dry_run else "publish" if arguments.publish else "stage",
            options=options,
            scheduler=arguments.scheduler,
            viewer=viewer_for(arguments.actor),
            allow_removal=arguments.allow_removal,
            read=read,
            progress=progress.rows,
        )
    except DeliveryRefused as refused:
        return refused.report.as_dict(), refused
    except BadInput as unusable:
        return unusable_file(layer, path.name, unusable.message), unusable
    except KeyboardInterrupt:
        raise _cancelled(layer, newest) from None
    finally:
        progress.end()
    return report.as_dict(), None


def _newest_load(layer: str) -> int:
    from layers.selectors import loads

    return max((load.pk for load in loads(layer_id=layer, limit=1)), default=0)


def _cancelled(layer: str, before: int) -> Cancelled:
    """Return what a deliverer is told who ended a load: all of it is in the store, or nothing."""
    newest = _newest_load(layer)
    if newest == before:
        return Cancelled(
            Message(
                ja="取り込みを中止しました。データは変わっていません。",
                en="The load was cancelled. No data was changed.",
            )
        )
    return Cancelled(
        Message(
            ja=f"中止する前に取り込みが終わっていました。machizu load show {newest} で確かめてください。",
            en=f"The load was done before it could be cancelled. See: machizu load show {newest}",
        )
    )


def _write_back(
    path: Path,
    report: dict[str, Any],
    definition: LayerDefinition,
    options: Options,
    arguments: argparse.Namespace,
) -> None:
    """Write what the department asked for: the report as a page, its file with remarks."""
    if arguments.report is not None:
        from etl.report_page import render

        page = render(report, definition, city=environment().city, when=datetime.now(UTC))
        arguments.report.parent.mkdir(parents=True, exist_ok=True)
        arguments.report.write_text(page, encoding="utf-8")
    if arguments.remarks is not None and path.is_file():
        from etl import remarks

        written = remarks.write(path, report, arguments.remarks, options=options, definition=definition)
        print(f"指摘を書きました / remarks: {written}", file=sys.stderr)


def _print_report(report: dict[str, Any]) -> None:
    rows, diff = report["rows"], report["diff"]
    for issue in report["issues"]:
        place = f"{issue['row']}行" if issue["row"] is not None else "全体"
        message = issue["message"]
        told = f"列「{issue['column']}」" in message["ja"]
        column = f" 列「{issue['column']}」" if issue["column"] and not told else ""
        print(f"[{issue['severity']}] {place}{column} {message['ja']} / {message['en']}")
    if report["unmapped_columns"]:
        print(f"使わなかった列 / unused columns: {', '.join(report['unmapped_columns'])}")
    print(
        f"読込 / read {rows['read']}  受理 / accepted {rows['accepted']}  保留 / quarantined {rows['rejected']}"
    )
    print(
        f"追加 / added {diff['added']}  変更 / changed {diff['changed']}  "
        f"削除 / removed {diff['removed']}  同じ / unchanged {diff['unchanged']}"
    )
    number = f"（取り込み {report['load']} / load {report['load']}）" if report["load"] else ""
    print(f"状態 / state: {report['state']}{number}")


def _manage(action: str, rest: list[str], arguments: argparse.Namespace) -> int:
    if action != "list" and (len(rest) != 1 or not rest[0].isdigit()):
        raise _usage(
            f"machizu load {action} の後に取り込み番号を指定してください。",
            f"Give a load's number: machizu load {action} 7",
        )
    with store():
        if action == "list":
            _list(arguments)
        elif action == "show":
            _show(int(rest[0]))
        else:
            _decide(action, int(rest[0]), arguments)
    return 0


def _list(arguments: argparse.Namespace) -> None:
    from layers.selectors import loads

    for load in loads(layer_id=arguments.layer):
        print(
            f"{load.pk:>6}  {load.created_at:%Y-%m-%d %H:%M}  {load.state:<18} {load.layer_id:<24} {load.file}"
        )


def _show(number: int) -> None:
    from layers.selectors import load_report

    print_json(load_report(number))


def _decide(action: str, number: int, arguments: argparse.Namespace) -> None:
    from layers.services.approval import publish_load, reject_load

    actor = arguments.actor
    viewer = viewer_for(actor)
    if action == "approve":
        load = publish_load(number, actor=actor, viewer=viewer, at=arguments.at)
    else:
        load = reject_load(number, actor=actor, viewer=viewer)
    print(f"{load.layer_id}: {load.state} {load.diff}")


def _usage(ja: str, en: str) -> WrongUsage:
    return WrongUsage(Message(ja=ja, en=en))
