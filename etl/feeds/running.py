"""The feeds by name, and one run of each. Nothing is fetched from outside until somebody switches it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.feeds import cameras, jma_feed, river_levels
from gis_core.city import City
from gis_core.errors import BadInput, MachizuError, Message, NotFound
from layers.feed_models import Feed
from layers.services import feeds

UNEXPECTED = Message(
    "思わぬ不具合で止まりました。ログを添えて管理者に知らせてください。",
    "It stopped by an unexpected fault. Tell the administrator, with the log.",
)


@dataclass(frozen=True)
class Setting:
    """What a run needs to know: the city it serves, and the folder of its images."""

    city: City
    camera_store: Path


@dataclass(frozen=True)
class Kind:
    """A feed that can be switched on: how often it runs (seconds) unless told otherwise."""

    run: Callable[[Feed, Setting, datetime], jma_feed.Outcome]
    every_s: int
    enabled: bool = False
    needs_url: bool = False
    example: str = ""


def _cameras(_: Feed, setting: Setting, now: datetime) -> jma_feed.Outcome:
    return jma_feed.Outcome(cameras.poll(setting.city, setting.camera_store, now), {})


def _levels(_: Feed, __: Setting, now: datetime) -> jma_feed.Outcome:
    return jma_feed.Outcome(river_levels.update(now), {})


def _jma(feed: Feed, setting: Setting, _: datetime) -> jma_feed.Outcome:
    return jma_feed.run(feed.url, feed.memory, setting.city)


_JMA = "https://www.data.jma.go.jp/developer/xml/feed/{}.xml"
KINDS: Mapping[str, Kind] = {
    "cameras": Kind(_cameras, 300),
    # Only judges what the layer holds: nothing leaves the machine.
    "levels": Kind(_levels, 300, enabled=True),
    "jma_weather": Kind(_jma, 60, needs_url=True, example=_JMA.format("extra")),
    "jma_quakes": Kind(_jma, 60, needs_url=True, example=_JMA.format("eqvol")),
}


def known_feeds() -> list[Feed]:
    """Return all feeds, in the order of `KINDS`."""
    return [the_feed(name) for name in KINDS]


def the_feed(name: str) -> Feed:
    """Return a feed by name. Raises `NotFound` naming those that there are."""
    kind = KINDS.get(name)
    if kind is None:
        there = "、".join(KINDS)
        raise NotFound(
            Message(
                f"「{name}」というフィードはありません。あるのは：{there}",
                f"There is no feed “{name}”. There are: {', '.join(KINDS)}",
            )
        )
    return feeds.feed(name, every_s=kind.every_s, enabled=kind.enabled)


def switch(name: str, *, enabled: bool, url: str | None, every_s: int | None, actor: str) -> Feed:
    """Switch a feed on or off. Raises `NotFound`, and `BadInput` for a feed from outside without an address."""
    row, kind = the_feed(name), KINDS[name]
    if enabled and kind.needs_url and not (url or row.url):
        raise BadInput(
            Message(
                f"フィード「{name}」には取得先が要ります。例：--url {kind.example}",
                f"The feed “{name}” needs an address, for example: --url {kind.example}",
            )
        )
    return feeds.switch(row, enabled=enabled, url=url, every_s=every_s, actor=actor)


def run(name: str, setting: Setting, now: datetime | None = None) -> dict[str, Any]:
    """Run a feed once, on or off, and note how it went; returns what it did.

    Raises what made it fail, after noting it: `NotFound`, `BadInput`, `Unavailable`.
    """
    row, moment = the_feed(name), now or datetime.now(UTC)
    try:
        outcome = KINDS[name].run(row, setting, moment)
    except MachizuError as error:
        feeds.note_failure(row, moment, error.message)
        raise
    except Exception:
        feeds.note_failure(row, moment, UNEXPECTED)
        raise
    if outcome.failure is not None:
        feeds.note_failure(row, moment, outcome.failure.message, outcome.memory)
        raise outcome.failure
    feeds.note(row, moment, outcome.result, outcome.memory)
    return outcome.result
