"""Reading and writing the files of sources: YAML checked by a JSON Schema, faults told by line, key and remedy.

The product's own lie beside this module, a city's in `MACHIZU_HOME/sources`; a city's file takes the place of the
product's file of the same id.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import yaml
from croniter import croniter
from jsonschema import Draft202012Validator

from etl.sources.source import Source
from gis_core.definition import Texts
from gis_core.definition_file import _deepest, _line, _told
from gis_core.errors import BadInput, Message, NotFound

SCHEMA_PATH = Path(__file__).with_name("source.schema.json")
SHIPPED = Path(__file__).parent
# minute, hour, day of month, month, day of week; croniter would also take seconds and years.
_CRON_FIELDS = 5

_log = logging.getLogger(__name__)


def sources(folder: Path) -> dict[str, Source]:
    """Return all sources by id: the product's own, and the city's in `folder`. One that is wrong is left out and logged."""
    found = {}
    for path in _files(folder):
        try:
            found[path.stem] = read_source(path)
        except BadInput as wrong:
            _log.warning("%s", wrong.message.en)
    return found


def source_named(source_id: str, folder: Path) -> Source:
    """Return one source. Raises `NotFound`, or `BadInput` when its file is wrong."""
    path = next((path for path in _files(folder) if path.stem == source_id), None)
    if path is None:
        raise NotFound(
            Message(
                ja=f"取得元「{source_id}」はありません。machizu source list で ID を確かめてください。",
                en=f"There is no source “{source_id}”. See: machizu source list",
            )
        )
    return read_source(path)


def faults(folder: Path) -> list[BadInput]:
    """Return what is wrong with the sources' files."""
    wrong = []
    for path in _files(folder):
        try:
            read_source(path)
        except BadInput as fault:
            wrong.append(fault)
    return wrong


def read_source(path: Path) -> Source:
    """Read and check a source's file (YAML, UTF-8). Raises `BadInput` naming file, line, key and fault."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            Message(
                ja=f"取得元の設定 {path.name} を読めません。YAML（UTF-8）として正しいか確かめてください：{error}",
                en=f"Cannot read the source {path.name}. Check that it is valid YAML in UTF-8: {error}",
            )
        ) from error
    return parse_source(raw, path.name, text, shipped=path.parent == SHIPPED)


def parse_source(raw: Any, name: str, text: str | None = None, *, shipped: bool = False) -> Source:
    """Turn a source as data into a `Source`; `name` is its file's. Raises `BadInput`."""
    errors = list(_validator().iter_errors(raw))
    if errors:
        raise _fault(name, text, *_told(_deepest(errors)))
    for place, ja, en in _contradictions(raw, name):
        raise _fault(name, text, place, ja, en)
    listed = {"title": Texts(raw["title"]), "headers": tuple(raw.get("headers", ()))}
    return Source(
        **{**raw, **listed, "columns": tuple(raw.get("columns", {}).items())}, shipped=shipped, raw=raw
    )


def write_source(raw: dict[str, Any], folder: Path) -> Path:
    """Write a source into a city's folder, whole or not at all; return its file. Raises `BadInput`."""
    name = f"{raw.get('id')}.yaml"
    parse_source(raw, name)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, suffix=".partial", delete=False, encoding="utf-8") as file:
        yaml.safe_dump(raw, file, allow_unicode=True, sort_keys=False)
    path = folder / name
    Path(file.name).replace(path)
    return path


def forget_source(source_id: str, folder: Path) -> None:
    """Remove a city's source. Raises `NotFound`, or `BadInput` for one that the product brings."""
    path = folder / f"{source_id}.yaml"
    if path in _files(folder):
        path.unlink()
        return
    source_named(source_id, folder)
    raise BadInput(
        Message(
            ja=f"取得元「{source_id}」は製品に付属のもので、消せません。変えるときは、同じ ID のファイルを {folder} に置いてください。",
            en=f"The source “{source_id}” comes with the product and cannot be removed. "
            f"To change it, put a file of the same id into {folder}.",
        )
    )


def _files(folder: Path) -> list[Path]:
    by_id = {path.stem: path for place in (SHIPPED, folder) for path in sorted(place.glob("*.yaml"))}
    return [by_id[name] for name in sorted(by_id)]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _contradictions(raw: dict[str, Any], name: str) -> Iterable[tuple[list[str | int], str, str]]:
    """What the schema cannot say."""
    if raw["id"] != Path(name).stem:
        yield (
            ["id"],
            f"ファイル名と違います。ファイル名を {raw['id']}.yaml にしてください。",
            f"It differs from the file's name. Name the file {raw['id']}.yaml.",
        )
    if "url" in raw and "file" in raw:
        yield (
            ["file"],
            "url と file の両方は使えません。どちらかを消してください。",
            "A source has a url or a file, not both. Remove one of them.",
        )
    schedule = raw.get("schedule")
    if schedule is not None and not (len(schedule.split()) == _CRON_FIELDS and croniter.is_valid(schedule)):
        yield (
            ["schedule"],
            f"「{schedule}」は cron の書き方ではありません。分 時 日 月 曜日 の順に、「30 6 * * 1」のように書いてください。",
            f"“{schedule}” is no cron expression. Write minute, hour, day, month, weekday, like “30 6 * * 1”.",
        )


def _fault(name: str, text: str | None, place: Any, ja: str, en: str) -> BadInput:
    key = ".".join(map(str, place)) or "-"
    line = _line(text, place)
    return BadInput(
        Message(
            ja=f"取得元の設定 {name} {f'{line} 行目' if line else ''} {key}：{ja}",
            en=f"Source {name}{f', line {line}' if line else ''}, {key}: {en}",
        )
    )
