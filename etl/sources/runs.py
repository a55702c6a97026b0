"""One run of a source: its file is brought to its layer, and what becomes of it is recorded for its department."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl.fetching import Validators, fetch
from etl.loading import load
from etl.report import DeliveryRefused, unusable_file
from etl.sources.home import Home
from etl.sources.source import Source, options_of
from etl.table import Options
from gis_core.errors import MachizuError, Message, Unavailable
from layers.models import SourceRun
from layers.services.loads import Mode
from layers.services.sources import begin_run, finish_run
from layers.source_runs import Content, known_content
from layers.visibility import Viewer

State = SourceRun.State


@dataclass(frozen=True)
class Delivery:
    """What is brought where, for whom: `file` is the address or name that people know it by."""

    layer: str
    department: str
    options: Options
    mode: Mode
    file: str
    source: str = ""

    @property
    def actor(self) -> str:
        """Return whom the audit names: the source, else the department's folder."""
        return f"source:{self.source}" if self.source else f"folder:{self.department}"

    @property
    def viewer(self) -> Viewer:
        """Return the rights it is loaded with: the department's own and no more."""
        return Viewer("approver" if self.mode == "publish" else "editor", self.department)


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery; `report` as `machizu load --json` prints it, None where nothing was loaded."""

    state: SourceRun.State
    report: dict[str, Any] | None = None
    message: Message | None = None
    content: Content = field(default_factory=Content)


def delivery_of(source: Source, file: str) -> Delivery:
    """Return a source's delivery of `file`."""
    return Delivery(source.layer, source.department, options_of(source), source.mode, file, source.id)


def run_url(source: Source, home: Home, *, trigger: str, again: bool = False) -> Outcome:
    """Fetch a source's address and bring what it sends to the layer; `again` also where nothing changed.

    What a person must mend is returned as `refused`. Raises `Unavailable` for what may be better later. All of
    it is recorded.
    """
    url = source.url or ""
    known = Content() if again else known_content(source.id, url)

    def work() -> Outcome:
        with TemporaryDirectory(dir=home.incoming) as folder:
            fetched = fetch(
                url,
                Path(folder),
                known=Validators(known.etag, known.last_modified),
                private_hosts=home.city.private_hosts,
            )
            if fetched.path is None:
                return Outcome(State.UNCHANGED, content=known)
            said = fetched.validators
            content = Content(said.etag, said.last_modified, fetched.digest)
            if content.digest == known.digest:
                return Outcome(State.UNCHANGED, content=content)
            return _brought(fetched.path, delivery_of(source, url), home, content)

    return recorded(delivery_of(source, url), work, trigger=trigger)


def run_file(path: Path, delivery: Delivery, home: Home, *, trigger: str) -> Outcome:
    """Bring a file to its layer; `path` may lie elsewhere than the file that people know. Raises `Unavailable`."""
    return recorded(delivery, lambda: _brought(path, delivery, home, Content()), trigger=trigger)


def recorded(delivery: Delivery, work: Callable[[], Outcome], *, trigger: str) -> Outcome:
    """Do the work and record what became of it, whatever that is. Raises `Unavailable`, and what nobody foresaw."""
    run = begin_run(
        delivery.source,
        layer=delivery.layer,
        department=delivery.department,
        trigger=trigger,
        actor=delivery.actor,
        file=delivery.file,
    )
    try:
        outcome = work()
    except Unavailable as error:
        finish_run(run, State.FAILED, message=error.message)
        raise
    except MachizuError as error:
        report = unusable_file(delivery.layer, delivery.file, error.message)
        outcome = Outcome(State.REFUSED, report, error.message)
    except Exception:
        finish_run(run, State.FAILED, message=_unforeseen(delivery))
        raise
    load_id = outcome.report["load"] if outcome.report else None
    finish_run(run, outcome.state, content=outcome.content, load_id=load_id, message=outcome.message)
    return outcome


def _brought(path: Path, delivery: Delivery, home: Home, content: Content) -> Outcome:
    try:
        report = load(
            path,
            delivery.layer,
            city=home.city,
            actor=delivery.actor,
            mode=delivery.mode,
            options=delivery.options,
            viewer=delivery.viewer,
        ).as_dict()
    except DeliveryRefused as refused:
        return Outcome(State.REFUSED, refused.report.as_dict(), refused.message)
    return Outcome(State.LOADED, report, None, content)


def _unforeseen(delivery: Delivery) -> Message:
    return Message(
        ja=f"{delivery.file} の取り込み中に想定外の問題が起きました。GIS 管理者に、ログを見てもらってください。",
        en=f"Something unforeseen happened while {delivery.file} was loaded. Ask the GIS administrator to look at the log.",
    )
