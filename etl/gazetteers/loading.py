"""Loading gazetteers' files: recognise each, put names and positions together, replace what the source had."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from etl.faults import fault
from etl.gazetteers import address_registry, geolonia, position_reference
from etl.gazetteers.files import Rows, open_tables
from etl.gazetteers.wanted import Wanted
from layers.gazetteer.entries import Entry, Position
from layers.services.gazetteer import Replaced, replace_source

_MASTER = re.compile(r"^(mt_(?:town|rsdtdsp_blk|rsdtdsp_rsdt|parcel))_(?!pos_)")


@dataclass
class _Source:
    """What the files have of one source."""

    entries: list[Iterator[Entry]] = field(default_factory=list)
    positions: list[Iterator[Position]] = field(default_factory=list)
    needs_positions: bool = False
    files: list[str] = field(default_factory=list)


def load_gazetteer(
    paths: Sequence[Path],
    *,
    wanted: Wanted,
    prefecture: str,
    actor: str,
    source_date: datetime.date | None = None,
) -> dict[str, Replaced]:
    """Load files of any of the publishers; returns what became of each source. Raises `BadInput`.

    Masters of the address base registry need their positions: a file given beside them, or one of the same folder
    whose name has `_pos`. `wanted` leaves out other municipalities; `prefecture` is that of Geolonia's files, which
    do not name theirs. Sources are replaced one by one, each in one transaction.
    """
    with ExitStack() as stack:
        found: dict[str, _Source] = {}
        for path in _with_positions(paths):
            _sort(path, stack, found, wanted, prefecture)
        for source in found.values():
            _check(source)
        return {key: _replace(key, source, actor, source_date) for key, source in found.items()}


def _with_positions(paths: Sequence[Path]) -> Iterable[Path]:
    """Return the files, and the files of positions that lie beside the masters among them."""
    beside = (
        path.with_name(_MASTER.sub(r"\1_pos_", path.name)) for path in paths if _MASTER.match(path.name)
    )
    return dict.fromkeys([*paths, *(path for path in beside if path.is_file())])


def _sort(path: Path, stack: ExitStack, found: dict[str, _Source], wanted: Wanted, prefecture: str) -> None:
    if path.suffix.lower() == ".json":
        source = found.setdefault("geolonia_town", _Source())
        source.entries.append(geolonia.towns(path, prefecture))
        source.files.append(path.name)
        return
    for table in open_tables(path, stack):
        _sort_table(table, found, wanted)


def _sort_table(table: Rows, found: dict[str, _Source], wanted: Wanted) -> None:
    kind = address_registry.kind_of(table)
    if kind is not None:
        source = found.setdefault(kind.source, _Source(needs_positions=True))
        if address_registry.has_positions(table):
            source.positions.append(address_registry.positions(table, kind, wanted))
        else:
            source.entries.append(address_registry.entries(table, kind, wanted))
        source.files.append(table.file)
        return
    level = position_reference.source_of(table)
    if level is None:
        raise fault("gazetteer_unknown", file=table.file)
    read = position_reference.towns if level == "isj_town" else position_reference.blocks
    source = found.setdefault(level, _Source())
    source.entries.append(read(table, wanted))
    source.files.append(table.file)


def _check(source: _Source) -> None:
    if not source.entries or (source.needs_positions and not source.positions):
        code = "gazetteer_no_positions" if source.entries else "gazetteer_no_master"
        raise fault(code, file="、".join(source.files))


def _replace(key: str, source: _Source, actor: str, source_date: datetime.date | None) -> Replaced:
    entries = _some(chain.from_iterable(source.entries), "、".join(source.files))
    positions = chain.from_iterable(source.positions)
    return replace_source(key, entries, positions, actor=actor, source_date=source_date)


def _some(entries: Iterator[Entry], file: str) -> Iterator[Entry]:
    """Return the entries. Raises `BadInput` when there is none: an empty file replaces nothing."""
    first = next(entries, None)
    if first is None:
        raise fault("gazetteer_nothing", file=file)
    return chain([first], entries)
