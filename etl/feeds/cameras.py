"""River cameras: poll their still images, keep the last good one, log whether they are ok, stale or down.

A picture that does not change is as good as none: people would take an old river for the present one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

from etl.feeds.images import MAX_BYTES, check_picture
from etl.fetching import Fetched, FetchLimits, Validators, fetch
from gis_core.city import City
from gis_core.errors import MachizuError
from layers import selectors
from layers.feed_models import CameraImage
from layers.services import cameras, status
from layers.status import STALE_AFTER
from layers.visibility import ADMINISTRATOR

LAYER = "river_cameras"
SOURCE = "camera"
State = Literal["ok", "stale", "down"]
_LIMITS = FetchLimits(size=MAX_BYTES, seconds=20, silence=10, redirects=3)
_AT_ONCE = 8
_MAX_CAMERAS = 2000
# The same picture so often and for so long: some cameras are asked more often than they take one.
STALE_POLLS = 6
_SAME_FOR = timedelta(minutes=20)
DOWN_POLLS = 3
_CLOCK_ERROR = timedelta(minutes=5)


@dataclass(frozen=True)
class _Look:
    """One poll: what the server sent, or why it sent nothing."""

    fetched: Fetched | None
    folder: Path


def poll(city: City, store: Path, now: datetime, *, actor: str = "feed:cameras") -> dict[str, int]:
    """Poll every camera that has an image's address. `store`: the folder of the images.

    Returns how many were polled, brought a new image, and are stale or down. A failing camera is data, not an
    error; the log gets an entry only when a camera's state changes.
    """
    info = selectors.catalogue(ADMINISTRATOR).layer(LAYER)
    field = info.field_with_role("image")
    features = selectors.features(info, limit=_MAX_CAMERAS) if field else []
    addresses = {f["id"]: str(f[field.name]) for f in features if field and f[field.name]}
    known = cameras.known(LAYER)
    rows = {id_: _row(known.get(id_), id_, url, now) for id_, url in addresses.items()}
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix=".poll-") as folder:
        looks = _look_at_all(rows, Path(folder), city)
        fresh = sum(_learn(row, looks[id_], store, now) for id_, row in rows.items())
    for path in cameras.forget_others(LAYER, list(rows)):
        (store / path).unlink(missing_ok=True)
    cameras.keep(list(rows.values()))
    states = {id_: _state(row, now) for id_, row in rows.items()}
    status.log([_entry(id_, *said, now) for id_, said in states.items()], actor=actor)
    told = [state for state, _ in states.values()]
    return {"polled": len(rows), "new": fresh, "stale": told.count("stale"), "down": told.count("down")}


def _row(known: CameraImage | None, feature_id: int, url: str, now: datetime) -> CameraImage:
    """What is known, or a new row; a camera whose address changed is asked as if for the first time."""
    row = known or CameraImage(layer=LAYER, feature_id=feature_id, url=url)
    if row.url != url:
        row.url, row.etag, row.last_modified, row.unchanged = url, "", "", 0
    row.checked_at = now
    return row


def _look_at_all(rows: Mapping[int, CameraImage], folder: Path, city: City) -> dict[int, _Look]:
    """Ask all servers, some at once: a dead camera must not hold up the others."""

    def look(item: tuple[int, CameraImage]) -> tuple[int, _Look]:
        feature_id, row = item
        place = folder / str(feature_id)
        known = Validators(row.etag, row.last_modified) if row.path else None
        try:
            fetched = fetch(row.url, place, known=known, private_hosts=city.private_hosts, limits=_LIMITS)
        except MachizuError:
            return feature_id, _Look(None, place)
        return feature_id, _Look(fetched, place)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="camera") as pool:
        return dict(pool.map(look, rows.items()))


def _learn(row: CameraImage, look: _Look, store: Path, now: datetime) -> bool:
    """Bring the row up to date; returns whether a new image came."""
    fetched = look.fetched
    if fetched is None:
        row.failures += 1
        return False
    if fetched.path is None or fetched.digest == row.sha256:
        row.failures = 0
        row.unchanged += 1
        _remember(row, fetched.validators)
        return False
    try:
        picture = check_picture(fetched.path)
    except MachizuError:
        row.failures += 1
        return False
    before, row.path = row.path, f"{LAYER}-{row.feature_id}{picture.suffix}"
    fetched.path.replace(store / row.path)
    if before not in ("", row.path):
        (store / before).unlink(missing_ok=True)
    row.failures = row.unchanged = 0
    row.fetched_at, row.sha256 = now, fetched.digest
    row.media_type, row.width, row.height = picture.media_type, picture.width, picture.height
    _remember(row, fetched.validators)
    row.taken_at = _moment(row.last_modified, now)
    return True


def _remember(row: CameraImage, said: Validators) -> None:
    row.etag, row.last_modified = said.etag, said.last_modified


def _moment(header: str, now: datetime) -> datetime | None:
    """Last-Modified as an instant; None where it is not given, unreadable, or of the future."""
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None or moment > now + _CLOCK_ERROR:
        return None
    return moment


def _state(row: CameraImage, now: datetime) -> tuple[State, str]:
    """Return the camera's state and the reason, a word that pages translate."""
    if row.failures >= DOWN_POLLS or not row.path:
        return "down", "unreachable" if row.path else "no_image"
    fetched = row.fetched_at or now
    if row.unchanged >= STALE_POLLS and now - fetched >= _SAME_FOR:
        return "stale", "same_image"
    if now - (row.taken_at or fetched) > STALE_AFTER:
        return "stale", "old_image"
    return "ok", ""


def _entry(feature_id: int, state: State, reason: str, now: datetime) -> status.Entry:
    values: dict[str, Any] = {"reason": reason} if reason else {}
    return status.Entry(LAYER, feature_id, now, state, SOURCE, values)
