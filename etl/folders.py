"""Watched folders: a file that a department leaves there is loaded, then laid aside with its report.

`MACHIZU_HOME/inbox/<department>/`, or the folder that a source names. Others write there, so nothing in it is
trusted: links are refused, a file is opened once and copied before it is read, and only plain names are moved.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl import reading
from etl.faults import fault
from etl.mapping import map_columns
from etl.report import unusable_file
from etl.sources.home import Home
from etl.sources.reader import sources
from etl.sources.runs import Delivery, Outcome, State, delivery_of, recorded, run_file
from etl.sources.source import Source
from etl.table import Limits, Options
from gis_core.definition import LayerDefinition
from gis_core.errors import BadInput, Message, Unavailable
from layers import selectors
from layers.visibility import ADMINISTRATOR

DONE, REFUSED = "done", "refused"
# Slow shares and people who copy by hand: what has not changed for a minute is whole.
SETTLED_SECONDS = 60.0
# A layer must be known by this many more columns than the next, and by this many at all.
_CLEARLY, _AT_LEAST = 2, 3
_UNFINISHED = (".partial", ".part", ".tmp", ".crdownload", ".filepart")
_SHAPEFILE_PARTS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".xml")
_LONGEST_NAME_BYTES = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watched:
    """A folder, the department whose it is, and the sources whose files are left there."""

    folder: Path
    department: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Found:
    """A delivered file and what belongs to it (the parts of a Shapefile), by their names in the folder."""

    name: str
    parts: tuple[str, ...]
    is_plain: bool
    changed_at: float


def watch(home: Home, *, now: float | None = None, only: Source | None = None) -> list[Outcome]:
    """Load what lies in all watched folders and has settled by `now` (seconds since 1970), the oldest first.

    With `only`, the files of that source alone. A file whose loading fails for a while stays where it is.
    """
    moment = time.time() if now is None else now
    outcomes = []
    for watched in watched_folders(home):
        for found in _settled(watched.folder, moment):
            if only is None or only in _named_like(watched, found.name):
                outcome = _taken(watched, found, home)
                outcomes += [outcome] if outcome else []
    return outcomes


def watched_folders(home: Home) -> list[Watched]:
    """Return every department's inbox (made where it is missing) and the folders that sources name."""
    by_place: dict[tuple[Path, str], list[Source]] = {}
    for department in home.city.departments:
        place = home.inbox / department
        place.mkdir(parents=True, exist_ok=True)
        by_place[place, department] = []
    for source in sources(home.sources).values():
        if source.file is not None:
            place = home.inbox / (source.folder or source.department)
            by_place.setdefault((place, source.department), []).append(source)
    return [Watched(place, department, tuple(here)) for (place, department), here in by_place.items()]


def _settled(folder: Path, now: float) -> list[Found]:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return []
    names = {
        entry.name: entry.stat(follow_symlinks=False) for entry in os.scandir(folder) if _is_meant(entry)
    }
    groups = {name: _parts_of(name, names) for name in names if not _is_part(name, names)}
    found = [
        # The time of change, not of modification: that one is copied along with the file.
        Found(name, parts, all(stat.S_ISREG(names[n].st_mode) for n in (name, *parts)),
              max(names[n].st_ctime for n in (name, *parts)))
        for name, parts in groups.items()
    ]  # fmt: skip
    ready = [one for one in found if now - one.changed_at >= SETTLED_SECONDS]
    return sorted(ready, key=lambda one: (one.changed_at, one.name))


def _is_meant(entry: os.DirEntry[str]) -> bool:
    """Tell files from folders, hidden files, Office's locks and what a program has not finished writing."""
    if entry.is_dir(follow_symlinks=False) or entry.name in (DONE, REFUSED):
        return False
    return not entry.name.startswith((".", "~$")) and not entry.name.lower().endswith(_UNFINISHED)


def _parts_of(name: str, names: dict[str, Any]) -> tuple[str, ...]:
    path = Path(name)
    if path.suffix.lower() != ".shp":
        return ()
    return tuple(
        other
        for other in names
        if other != name and other.startswith(f"{path.stem}.") and other.lower().endswith(_SHAPEFILE_PARTS)
    )


def _is_part(name: str, names: dict[str, Any]) -> bool:
    return any(name in _parts_of(other, names) for other in names if other.lower().endswith(".shp"))


def _taken(watched: Watched, found: Found, home: Home) -> Outcome | None:
    """Load one file and lay it aside; None where it stays for another time."""
    try:
        outcome = _brought(watched, found, home)
    except Unavailable as error:
        _log.warning("%s: %s", found.name, error.message.en)
        return None
    except Exception:
        # One file must not keep the others waiting; its run is recorded as failed.
        _log.exception("%s was not loaded", found.name)
        outcome = Outcome(State.FAILED, None, _unforeseen(found))
    _lay_aside(watched.folder, found, outcome)
    return outcome


def _brought(watched: Watched, found: Found, home: Home) -> Outcome:
    with TemporaryDirectory(dir=home.incoming) as folder:
        copy = Path(folder) / found.name
        try:
            _copy(watched.folder, found, Path(folder))
            delivery = _delivery(watched, found, copy)
        except BadInput as refused:
            return _refused(watched, found, refused)
        return run_file(copy, delivery, home, trigger="folder")


def _refused(watched: Watched, found: Found, refused: BadInput) -> Outcome:
    """Record a file that is for no layer, or none that may be read."""
    delivery = Delivery("", watched.department, Options(), "stage", found.name)
    report = unusable_file("", found.name, refused.message)
    return recorded(delivery, lambda: Outcome(State.REFUSED, report, refused.message), trigger="folder")


def _copy(folder: Path, found: Found, into: Path) -> None:
    if not found.is_plain:
        raise fault("folder_link", file=found.name)
    left = Limits().file_bytes
    for name in (found.name, *found.parts):
        try:
            # Whoever swaps the file for a link after it was looked at meets O_NOFOLLOW.
            opened = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise fault("unreadable", file=name, reason=error.strerror) from error
        with os.fdopen(opened, "rb") as source, (into / name).open("wb") as target:
            size = os.fstat(opened).st_size
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise fault("folder_link", file=name)
            if size > left:
                raise fault("too_big", file=name, size=size // 1024**2, limit=Limits().file_bytes // 1024**2)
            shutil.copyfileobj(source, target)
            left -= size


def _delivery(watched: Watched, found: Found, copy: Path) -> Delivery:
    """Return where the file goes: as its source says, else to the department's layer that it clearly is for."""
    named = _named_like(watched, found.name)
    if len(named) > 1:
        raise fault("folder_sources", file=found.name, sources="、".join(source.id for source in named))
    if named:
        return delivery_of(named[0], found.name)
    layer = _clear_layer(copy, watched.department)
    return Delivery(layer, watched.department, Options(), "stage", found.name)


def _named_like(watched: Watched, name: str) -> list[Source]:
    """Return the sources whose pattern the name meets; the city's own before the product's."""
    plain = _folded(name)
    found = [s for s in watched.sources if s.file is not None and fnmatchcase(plain, _folded(s.file))]
    return [source for source in found if not source.shipped] or found


def _folded(name: str) -> str:
    # macOS writes the marks of kana as characters of their own.
    return unicodedata.normalize("NFC", name).casefold()


def _clear_layer(path: Path, department: str) -> str:
    """Return the department's layer most of whose columns the file has. Raises `BadInput` unless it is clear."""
    known = [info.definition for info in selectors.catalogue(ADMINISTRATOR).layers.values()]
    own = [layer for layer in known if layer.department == department]
    scores = sorted(((_known_columns(path, layer), layer.id) for layer in own), reverse=True)
    best, second = [*scores, (0, ""), (0, "")][:2]
    if best[0] < max(_AT_LEAST, second[0] + _CLEARLY):
        raise fault("folder_layer", file=path.name, layers="、".join(layer.id for layer in own) or "－")
    return best[1]


def _known_columns(path: Path, definition: LayerDefinition) -> int:
    """Count the columns that the layer knows by name; 0 where the file is none of its kind."""
    try:
        first = next(reading.tables(path, definition, Options()))
    except BadInput:
        return 0
    mapping = map_columns([str(name) for name in first.cells.columns], definition)
    placed = first.geometry is not None or mapping.position is not None
    return len(mapping.fields) + placed


def _lay_aside(folder: Path, found: Found, outcome: Outcome) -> None:
    """Move the file to `done` or `refused` under a name of its moment, its report beside it."""
    place = folder / (DONE if outcome.state in (State.LOADED, State.UNCHANGED) else REFUSED)
    if place.is_symlink():
        place.unlink()
    place.mkdir(exist_ok=True)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for name in (found.name, *found.parts):
        (folder / name).rename(place / _kept_name(stamp, name))
    report = {**(outcome.report or {}), "message": outcome.message.as_dict() if outcome.message else None}
    text = json.dumps(report, ensure_ascii=False, indent=1, default=str)
    (place / f"{_kept_name(stamp, found.name)}.json").write_text(text, encoding="utf-8")


def _kept_name(stamp: str, name: str) -> str:
    """Put the moment before the name; a name that grows too long for a folder is cut before its suffix."""
    suffix = Path(name).suffix
    stem = name.removesuffix(suffix).encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore")
    return f"{stamp}_{stem}{suffix}"


def _unforeseen(found: Found) -> Message:
    return Message(
        ja=f"{found.name} を取り込めませんでした。GIS 管理者に、ログを見てもらってください。",
        en=f"{found.name} could not be loaded. Ask the GIS administrator to look at the log.",
    )
