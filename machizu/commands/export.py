"""`machizu export …`: a layer as a file, or a layer or theme as a hand-out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis_core.errors import BadInput, Message
from gis_core.languages import LANGUAGES
from machizu.bootstrap import store
from machizu.commands.common import Subparsers, WrongUsage, add_actor, command, instant, viewer_for
from machizu.environment import environment

if TYPE_CHECKING:
    import psycopg

    from api.formats.job import Job
    from layers.catalogue import Catalogue, LayerInfo
    from layers.filters import ItemsQuery
    from layers.systems import System

# What the API calls the whole layer as one GeoJSON document.
FORMATS = {
    name: name for name in ("geojson", "csv", "xlsx", "gpkg", "shp", "kml", "fgb", "parquet", "geojsonseq")
} | {"geojson": "geojson-file"}
HANDOUT = "html"
# As many as there are.
ALL = 2**62
TOLD_CHARACTERS = 50


def add_to(commands: Subparsers) -> None:
    """Add `export`."""
    export = command(
        commands,
        "export",
        _export,
        help="レイヤをファイルに書き出す / write a layer to a file",
        example="machizu export evacuation_sites -f csv --profile standard -o 092100_evacuation_space.csv",
    )
    export.add_argument(
        "layer", metavar="ID", help="レイヤ（html ではテーマも） / a layer; for html also a theme"
    )
    export.add_argument(
        "-f",
        "--format",
        required=True,
        choices=[*FORMATS, HANDOUT],
        help="形式。html は通信なしで開く配布用の地図 / the format; html is a map that opens without a network",
    )
    export.add_argument(
        "-o", "--output", required=True, type=Path, metavar="FILE", help="書き出す先 / the file"
    )
    export.add_argument(
        "--at", type=instant, metavar="TIME", help="この時点のデータ / as it was at this instant"
    )
    export.add_argument(
        "--crs", metavar="C", help="座標参照系（EPSG:6677 など）/ the coordinate reference system"
    )
    export.add_argument(
        "--profile",
        choices=["standard"],
        help="standard：自治体標準オープンデータセットの列 / the columns of the municipal open-data standard",
    )
    export.add_argument(
        "--labels", action="store_true", help="コードの代わりに名称 / titles in place of codes"
    )
    export.add_argument(
        "--encoding",
        choices=["utf-8", "cp932"],
        default="utf-8",
        help="CSV の文字コード / the encoding of CSV",
    )
    export.add_argument("--lang", choices=LANGUAGES, default="ja", help="html の言語 / the language of html")
    add_actor(export)


def _export(arguments: argparse.Namespace) -> None:
    if arguments.format == HANDOUT:
        _export_handout(arguments)
    else:
        _export_layer(arguments)


def _export_handout(arguments: argparse.Namespace) -> None:
    """Write a hand-out: it is given away, so it holds what the public may see, whoever makes it."""
    options = (("--crs", "crs"), ("--profile", "profile"), ("--labels", "labels"))
    if unfit := [word for word, name in options if getattr(arguments, name)]:
        names = ", ".join(unfit)
        raise WrongUsage(
            Message(ja=f"-f html では {names} を使えません。", en=f"-f html does not take {names}.")
        )
    with store():
        import psycopg

        from layers.selectors import catalogue
        from machizu.api_settings import api_settings
        from webmap.handouts.document import document

        known = catalogue()
        with psycopg.connect(api_settings().conninfo(None)) as connection:
            at = _revisions(arguments.at, known, connection) if arguments.at else None
            text = document(connection, known, arguments.layer, arguments.lang, at)
    _put(arguments.output, lambda made: made.write_text(text, encoding="utf-8"))
    print(f"書き出しました / written: {arguments.output}")


def _revisions(
    moment: datetime, known: Catalogue, connection: psycopg.Connection[Any]
) -> tuple[datetime, dict[str, int]]:
    from layers.reads import revision_statement

    rows = {
        id: connection.execute(*revision_statement(i, moment)).fetchone() for id, i in known.layers.items()
    }
    return moment, {layer_id: row[0] for layer_id, row in rows.items() if row is not None}


def _export_layer(arguments: argparse.Namespace) -> None:
    with store():
        import psycopg

        from api.formats.job import Job
        from api.formats.kinds import Wanted
        from layers.selectors import catalogue
        from machizu.api_settings import api_settings

        info = catalogue(viewer_for(arguments.actor)).layer(arguments.layer)
        with psycopg.connect(api_settings().conninfo(None)) as connection:
            job = Job(
                Wanted(
                    format=FORMATS[arguments.format],
                    info=info,
                    query=_query(arguments, info, connection),
                    profile=arguments.profile,
                    labels=arguments.labels,
                    encoding=arguments.encoding,
                )
            )
            _write(job, connection, arguments.output)
    _tell(job, arguments.output)


def _query(arguments: argparse.Namespace, info: LayerInfo, connection: psycopg.Connection[Any]) -> ItemsQuery:
    from layers.filters import ItemsQuery
    from layers.reads import revision_statement
    from layers.writing import Output

    query = ItemsQuery(limit=ALL)
    if arguments.crs:
        query = replace(query, output=Output(_system(arguments.crs)))
    if arguments.at:
        row = connection.execute(*revision_statement(info, arguments.at)).fetchone()
        assert row is not None
        query = replace(query, at=row[0])
    return query


def _system(name: str) -> System:
    """Return the reference system of that URI or `EPSG:` code. Raises `WrongUsage`."""
    from layers.systems import offered

    known = offered(environment().city.plane_srid)
    short = {f"EPSG:{system.srid}": system for system in known.values()}
    found = known.get(name) or short.get(name.upper())
    if found is None:
        names = ", ".join(short)
        raise WrongUsage(Message(ja=f"--crs に使える座標参照系：{names}", en=f"--crs takes one of: {names}"))
    return found


def _write(job: Job, connection: psycopg.Connection[Any], target: Path) -> None:
    def make(made: Path) -> Path | None:
        if job.values is not None:
            from api.formats.reading import batches
            from api.formats.writers import ROWS, write

            with batches(connection, job.values.statement, ROWS) as rows:
                return write(job.values, rows, made.parent)
        with job.rows(connection) as rows, made.open("wb") as sink:
            job.write(rows, sink)
        return None

    _put(target, make)


def _put(target: Path, make: Callable[[Path], object]) -> None:
    """Write the file beside its place, then put it there: a file is all there, or it is the one from before.

    `make` is given where to write; it may return another path beside it.
    """
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".machizu-export-") as folder:
            made = Path(folder) / "made"
            other = make(made)
            (other if isinstance(other, Path) else made).replace(target)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise BadInput(
            Message(
                ja=f"{target} に書き出せません（{error.strerror}）。書き込める場所を -o で指定してください。",
                en=f"Cannot write {target} ({error.strerror}). Name a place that can be written to with -o.",
            )
        ) from error


def _tell(job: Job, target: Path) -> None:
    if job.replaced:
        characters = "".join([*job.replaced][:TOLD_CHARACTERS])
        number = sum(job.replaced.values())
        print(
            f"CP932 にない文字 {number} 個を〓にしました：{characters} / {number} characters that CP932 does not have became 〓",
            file=sys.stderr,
        )
    print(f"書き出しました / written: {target}")
