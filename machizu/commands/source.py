"""`machizu source …`: where deliveries come from, remembered so that the next file needs no hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis_core.errors import BadInput, Message
from machizu.bootstrap import store
from machizu.commands import file_options
from machizu.commands.common import Subparsers, WrongUsage, command, print_json
from machizu.environment import environment

if TYPE_CHECKING:
    from etl.sources.home import Home
    from etl.sources.source import Source
    from layers.source_runs import Run

# What a run that came to nothing is called, and how the command then ends.
_BAD = ("refused", "failed")


def add_to(commands: Subparsers) -> None:
    """Add `source list|show|remember|run|forget`."""
    group = commands.add_parser("source", help="取得元 / where deliveries come from").add_subparsers(
        required=True, metavar="list|show|remember|run|forget"
    )
    listed = command(
        group,
        "list",
        _list,
        help="取得元と最後の結果の一覧 / all sources and what last became of them",
        example="machizu source list",
    )
    listed.add_argument("--json", action="store_true", help="JSON で表示 / print JSON")
    shown = command(
        group,
        "show",
        _show,
        help="取得元の設定と最近の結果 / a source and its last runs",
        example="machizu source show aed_list",
    )
    shown.add_argument("id", metavar="ID")
    _add_remember(group)
    run = command(
        group, "run", _run, help="今すぐ取り込む / fetch and load now", example="machizu source run aed_list"
    )
    run.add_argument("id", metavar="ID")
    run.add_argument("--json", action="store_true", help="報告を JSON で / print the report as JSON")
    forget = command(
        group,
        "forget",
        _forget,
        help="取得元を消す（取り込んだデータは残る） / forget a source; its data stays",
        example="machizu source forget aed_list",
    )
    forget.add_argument("id", metavar="ID")


def _add_remember(group: Subparsers) -> None:
    remember = command(
        group,
        "remember",
        _remember,
        help="ファイルの読み方を覚え、次からは手をかけずに取り込む / remember how a file is read",
        example="machizu source remember AED一覧_202611.csv --layer aed --id aed_list --columns 設置者=operator 謎=",
    )
    remember.add_argument("file", type=Path, metavar="FILE")
    remember.add_argument("--layer", required=True, metavar="ID")
    remember.add_argument(
        "--id", required=True, dest="name", metavar="NAME", help="取得元の ID / the source's id"
    )
    file_options.add_to(remember)
    for option, words in (
        ("--department", "届ける課 / whose delivery it is (default: the layer's department)"),
        ("--title", "名前 / what people call it"),
        ("--url", "取得するアドレス / the address it is fetched from"),
        ("--schedule", "cron（分 時 日 月 曜日） / when it is fetched"),
    ):
        remember.add_argument(option, help=words)


def home() -> Home:
    """Return where the city keeps its sources."""
    from etl.sources.home import Home

    return Home(environment().home, environment().city)


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from etl.sources.reader import faults, sources
        from layers.source_runs import last_runs

        here = home()
        known, last, wrong = sources(here.sources), last_runs(), faults(here.sources)
    if arguments.json:
        print_json(
            [{**_as_dict(source), "last": _run_as_dict(last.get(source.id))} for source in known.values()]
        )
    else:
        for source in known.values():
            print(f"{source.id:<28} {source.layer:<22} {_origin(source):<40} {_last(last.get(source.id))}")
    for fault in wrong:
        print(fault.message)


def _show(arguments: argparse.Namespace) -> None:
    with store():
        from etl.sources.reader import source_named
        from layers.source_runs import runs

        source = source_named(arguments.id, home().sources)
        last = runs(source=source.id, limit=10)
    print_json({**_as_dict(source), "runs": [_run_as_dict(run) for run in last]})


def _remember(arguments: argparse.Namespace) -> None:
    with store():
        from etl.sources.remembering import remember

        done = remember(
            arguments.file,
            arguments.layer,
            source_id=arguments.name,
            home=home(),
            options=file_options.options_from(arguments),
            department=arguments.department,
            title=arguments.title,
            url=arguments.url,
            schedule=arguments.schedule,
        )
    print(f"覚えました / remembered: {done.path}")
    for column, field in done.raw.get("columns", {}).items():
        print(f"  {column} → {field or '（使わない / nothing）'}")
    if done.unmapped:
        print(f"使わない列 / unused columns: {', '.join(done.unmapped)}")


def _run(arguments: argparse.Namespace) -> int:
    with store():
        from etl.sources.reader import source_named

        here = home()
        outcomes = _outcomes(source_named(arguments.id, here.sources), here)
    for outcome in outcomes:
        if arguments.json:
            print_json(outcome.report)
        else:
            print(f"{arguments.id}: {outcome.state} {outcome.message or ''}")
    return int(any(outcome.state in _BAD for outcome in outcomes))


def _outcomes(source: Source, here: Home) -> list[Any]:
    from etl.folders import watch
    from etl.sources.runs import run_url

    if source.url is not None:
        return [run_url(source, here, trigger="hand", again=True)]
    if source.file is None:
        raise WrongUsage(
            Message(
                ja=f"取得元「{source.id}」にはアドレスもファイル名もありません。machizu load ファイル --source {source.id} で取り込んでください。",
                en=f"The source “{source.id}” has neither address nor file. Use: machizu load FILE --source {source.id}",
            )
        )
    if outcomes := watch(here, now=float("inf"), only=source):
        return outcomes
    raise BadInput(
        Message(
            ja=f"「{source.file}」に当てはまるファイルがありません。{here.inbox / (source.folder or source.department)} に置いてください。",
            en=f"No file fits “{source.file}”. Put one into {here.inbox / (source.folder or source.department)}.",
        )
    )


def _forget(arguments: argparse.Namespace) -> None:
    from etl.sources.reader import forget_source

    forget_source(arguments.id, home().sources)
    print(f"忘れました / forgotten: {arguments.id}")


def _as_dict(source: Source) -> dict[str, Any]:
    return {**source.raw, "shipped": source.shipped}


def _run_as_dict(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    message = run.message.as_dict() if run.message else None
    return {
        "state": run.state,
        "trigger": run.trigger,
        "file": run.file,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "load": run.load,
        "message": message,
    }


def _origin(source: Source) -> str:
    if source.url is not None:
        return f"{source.url} {source.schedule or ''}".strip()
    return f"{source.folder or source.department}/{source.file}" if source.file else "－"


def _last(run: Run | None) -> str:
    if run is None:
        return "－"
    return f"{run.started_at:%Y-%m-%d %H:%M} {run.state} {run.message.ja if run.message else ''}".strip()
