"""The Atom feed of the Japan Meteorological Agency: fetch the bulletins that may concern the city, once each."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.feeds import documents, safe_xml
from etl.feeds.jma_codes import BULLETINS
from etl.fetching import FetchLimits, Validators, fetch
from gis_core.city import City
from gis_core.errors import BadInput, MachizuError
from layers.services import alerts

_LIMITS = FetchLimits(size=safe_xml.MAX_BYTES, seconds=60, silence=15, redirects=3)
# The long feeds hold a week of the whole country; what is left over comes with the next run.
_MAX_BULLETINS = 200


@dataclass(frozen=True)
class _Entry:
    id: str
    title: str
    updated: str
    office: str
    address: str


@dataclass(frozen=True)
class Outcome:
    """What a run found, what to remember for the next, and what kept it from finishing."""

    result: dict[str, Any]
    memory: dict[str, Any]
    failure: MachizuError | None = None


def run(url: str, memory: Mapping[str, Any], city: City) -> Outcome:
    """Read the feed at `url` and keep the alerts of what is new in it. Raises `MachizuError` if the feed fails.

    `memory` is what the last run returned. A bulletin that cannot be fetched is asked for again next time; one
    that cannot be read is told of, and left.
    """
    with tempfile.TemporaryDirectory(prefix="machizu-") as folder:
        known = Validators(memory.get("etag", ""), memory.get("last_modified", ""))
        fetched = fetch(url, Path(folder), known=known, private_hosts=city.private_hosts, limits=_LIMITS)
        if fetched.path is None:
            return Outcome({"unchanged": True}, dict(memory))
        entries = _entries(fetched.path.read_bytes(), url)
        read = {*memory.get("read", ())}
        wanted = [e for e in entries if e.id not in read and _may_concern(e, city)]
        batch = _Batch(city, Path(folder))
        batch.take(wanted[:_MAX_BULLETINS])
    kept = alerts.keep(documents.messages(batch.documents))
    listed = {e.id for e in entries}
    done = len(batch.read) == len(wanted)
    said = fetched.validators if done else Validators()
    remembered = {
        "etag": said.etag,
        "last_modified": said.last_modified,
        "read": sorted((read | batch.read) & listed),
    }
    result = {"bulletins": len(batch.read), "alerts": kept, "refused": batch.refused}
    return Outcome(result, remembered, batch.failure)


class _Batch:
    """Bulletins on their way in, the oldest first."""

    def __init__(self, city: City, folder: Path) -> None:
        self._city = city
        self._folder = folder
        self.documents: list[documents.Document] = []
        self.read: set[str] = set()
        self.refused: list[dict[str, str]] = []
        self.failure: MachizuError | None = None

    def take(self, entries: Sequence[_Entry]) -> None:
        for entry in entries:
            try:
                self.documents.append(self._document(entry))
            except BadInput as error:
                self.refused.append({"address": entry.address, **error.message.as_dict()})
            except MachizuError as error:
                self.failure = error
                continue
            self.read.add(entry.id)

    def _document(self, entry: _Entry) -> documents.Document:
        fetched = fetch(entry.address, self._folder, private_hosts=self._city.private_hosts, limits=_LIMITS)
        assert fetched.path is not None, "nothing was said to be known"
        return documents.read(fetched.path.read_bytes(), entry.address, self._city)


def _entries(data: bytes, url: str) -> list[_Entry]:
    root = safe_xml.parse(data, url)
    entries = [_entry(e) for e in safe_xml.children(root, "entry")]
    return sorted((e for e in entries if e.address), key=lambda e: e.updated)


def _entry(element: Any) -> _Entry:
    link = safe_xml.child(element, "link")
    address = link.get("href", "") if link is not None else ""
    said = {name: safe_xml.text(element, name) for name in ("id", "title", "updated")}
    return _Entry(
        said["id"] or address,
        said["title"],
        said["updated"],
        safe_xml.text(element, "author", "name"),
        address,
    )


def _may_concern(entry: _Entry, city: City) -> bool:
    """Whether it is of a form that is read, and not another observatory's local affair."""
    bulletin = BULLETINS.get(entry.title)
    if bulletin is None:
        return False
    return not bulletin.local or not entry.office.endswith("地方気象台") or entry.office in city.alert_offices
