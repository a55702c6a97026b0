"""`machizu gazetteer …`: the places of addresses."""

from __future__ import annotations

import argparse
import datetime
from dataclasses import asdict
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, print_json
from machizu.environment import environment


def add_to(commands: Subparsers) -> None:
    """Add `gazetteer load|list|find|remove`."""
    group = commands.add_parser("gazetteer", help="住所辞書 / places of addresses").add_subparsers(
        required=True, metavar="load | list | find | remove"
    )
    _add_load(group)
    command(
        group,
        "list",
        _list,
        help="登録した住所辞書の一覧 / what is loaded",
        example="machizu gazetteer list",
    )
    find = command(
        group,
        "find",
        _find,
        help="住所の位置を探します / find the position of addresses",
        example="machizu gazetteer find 元町1-5-43 佐久山2018",
    )
    find.add_argument("addresses", nargs="+", metavar="ADDRESS")
    remove = command(
        group,
        "remove",
        _remove,
        help="一つの出典の住所を除きます / remove a source's places",
        example="machizu gazetteer remove isj_town",
    )
    remove.add_argument("source", metavar="SOURCE", help="list に出る名前 / as list names it")
    add_actor(remove)


def _add_load(group: Subparsers) -> None:
    load = command(
        group,
        "load",
        _load,
        help="位置参照情報、アドレス・ベース・レジストリ、Geolonia 住所データを登録します / load gazetteers' files",
        example="machizu gazetteer load 09000-22.0a.zip mt_town_city092100.csv.zip\n"
        "              machizu gazetteer load 矢板市.json --municipality 矢板市",
    )
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    which = load.add_mutually_exclusive_group()
    which.add_argument(
        "--municipality",
        action="append",
        metavar="NAME | CODE",
        help="登録する市区町村（既定：この市） / which to load, by default the city served; may be repeated",
    )
    which.add_argument("--all", action="store_true", help="ファイルの全部 / every municipality of the files")
    load.add_argument(
        "--prefecture", metavar="NAME", help="Geolonia のファイルの都道府県 / of Geolonia's files, 茨城県"
    )
    load.add_argument(
        "--date",
        type=datetime.date.fromisoformat,
        metavar="DATE",
        help="データの日付 / the day the data is of",
    )
    add_actor(load)


def _load(arguments: argparse.Namespace) -> None:
    from etl.gazetteers.wanted import wanted
    from gis_core.addresses import prefecture_of

    city = environment().city
    words = [] if arguments.all else arguments.municipality or [city.code, city.name["ja"]]
    with store():
        from etl.gazetteers.loading import load_gazetteer

        replaced = load_gazetteer(
            arguments.files,
            wanted=wanted(words),
            prefecture=arguments.prefecture or prefecture_of(city.code),
            actor=arguments.actor,
            source_date=arguments.date,
        )
    print_json({source: asdict(done) for source, done in replaced.items()})


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from layers.gazetteer.selectors import contents

        for line in contents():
            date = line.source_date or ""
            print(f"{line.source:<14} {line.municipality:<16} {line.towns:>6} {line.addresses:>9}  {date}")


def _find(arguments: argparse.Namespace) -> None:
    with store():
        from layers.gazetteer.home import home_of
        from layers.gazetteer.locating import locate

        found = locate(arguments.addresses, home_of(environment().city))
        print_json(
            {
                address: match and asdict(match)
                for address, match in zip(arguments.addresses, found, strict=True)
            }
        )


def _remove(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.gazetteer import remove_source

        print(f"{arguments.source}: -{remove_source(arguments.source, actor=arguments.actor)}")
