"""Building a snapshot: all of it beside its place, then put there in one step; what was there before stays until then."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from django.db import connection
from django.utils import timezone

from gis_core.errors import BadInput, Message
from layers import live, selectors
from layers.catalogue import PUBLIC, Catalogue
from webmap import STATIC_FOLDER, languages
from webmap.context import filters
from webmap.snapshots import data
from webmap.snapshots.pages import Writer

MARK = "snapshot.json"
STATIC = ("css", "js", "icon.svg", "vendor/maplibre-gl", "vendor/design-tokens")


def build(target: Path, tell: Callable[[str], None] = lambda _: None) -> None:
    """Build the snapshot of what is public now, in all languages, and put it in `target`.

    `tell` is called with what comes next. Raises `BadInput` for a folder that is not a snapshot's, or that cannot
    be written.
    """
    _refuse_foreign(target)
    catalogue = selectors.catalogue(PUBLIC)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=f".{target.name}-") as beside:
            made = Path(beside) / "made"
            made.mkdir()
            made.chmod(0o755)
            _write(made, catalogue, tell)
            _swap(made, target, Path(beside) / "before")
    except (NotADirectoryError, PermissionError) as error:
        raise BadInput(
            Message(
                ja=f"{target} に書き出せません（{error.strerror}）。書き込める場所を指定してください。",
                en=f"Cannot write {target} ({error.strerror}). Name a place that can be written to.",
            )
        ) from error


def is_current(target: Path) -> bool:
    """Tell whether the snapshot in the folder shows what is public now."""
    try:
        written = json.loads((target / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(written.get("state") == state_of(selectors.catalogue(PUBLIC)))


def state_of(catalogue: Catalogue) -> str:
    """Return a digest of all that a snapshot shows: the layers' revisions and definitions, the sites' states."""
    digest = blake2b(digest_size=16)
    for layer_id, entry in sorted(catalogue.entries.items()):
        if catalogue.knows(layer_id):
            shown = [entry["revision"], entry["definition"], entry["is_sample"]]
            digest.update(json.dumps([layer_id, shown], sort_keys=True, default=str).encode())
    for info in catalogue.layers.values():
        if filters.has_states(info.definition):
            digest.update(json.dumps(live.status_of(info), default=str).encode())
    return digest.hexdigest()


def _write(folder: Path, catalogue: Catalogue, tell: Callable[[str], None]) -> None:
    moment, state = timezone.now(), state_of(catalogue)
    for name in STATIC:
        _copy(STATIC_FOLDER / "webmap" / name, folder / "static" / "webmap" / name)
    connection.ensure_connection()
    raw = connection.connection
    tell("data")
    pictures = data.write(raw, catalogue, folder / "data")
    for language in languages.OFFERED:
        tell(language)
        Writer(folder, catalogue, language, moment).write(raw, pictures)
    mark = {"state": state, "at": moment.isoformat(), "languages": languages.OFFERED}
    (folder / MARK).write_text(json.dumps(mark), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _refuse_foreign(target: Path) -> None:
    """Only a snapshot is replaced by a snapshot: a wrong word on the command line must not remove other files."""
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise BadInput(
            Message(
                ja=f"{target} には別のファイルがあります。空のフォルダか、前のスナップショットのフォルダを指定してください。",
                en=f"There are other files in {target}. Name an empty folder, or that of an earlier snapshot.",
            )
        )


def _swap(made: Path, target: Path, before: Path) -> None:
    if target.exists():
        target.rename(before)
    made.rename(target)
