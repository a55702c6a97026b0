"""Bookings of the city's facilities, kept in a file beside a copy of the layer.

The copy is made once and then kept by the layer's changes alone. `sync` tells which bookings are of facilities
that are gone.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from machizu_client import Feature, Machizu, MachizuApiError, Problem

LAYER = "facilities"
GONE = 404
SCHEMA = """
CREATE TABLE IF NOT EXISTS facility (id INTEGER PRIMARY KEY, name TEXT, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS revision (number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS booking (facility INTEGER, day TEXT, who TEXT NOT NULL, PRIMARY KEY (facility, day));
"""


class Refused(Exception):
    """A booking that cannot be."""


class Bookings:
    """The bookings and the copy of the facilities, in one SQLite file."""

    def __init__(self, file: Path, city: Machizu) -> None:
        self._city = city
        self._store = sqlite3.connect(file)
        self._store.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def sync(self) -> int:
        """Bring the copy up to date; return how many facilities were written or removed."""
        since = self._revision()
        # Read before the features: what changes meanwhile is then in the next changes again, and never missed.
        now = self._city.collection(LAYER).revision
        if since is None:
            features = [*self._city.features(LAYER)]
            with self._store:
                self._remember(now)
                for feature in features:
                    self._put(feature)
            return len(features)
        feed = self._city.changes(LAYER, since=since)
        # A feature that changed twice is read once, as it is now.
        numbers = {change.id for change in feed}
        with self._store:
            for number in numbers:
                self._renew(number)
            self._remember(feed.revision)
        return len(numbers)

    def near(self, lon: float, lat: float, day: date, most: int = 5) -> list[str]:
        """Return facilities near a point, with what is booked on a day."""
        lines = []
        for found in self._city.nearest(LAYER, lon, lat, limit=most):
            taken = self._holder(found.feature.id, day)
            state = "予約済み" if taken else "空き"
            lines.append(
                f"{found.feature.id}\t{found.feature.properties['name']}\t{found.distance_m:.0f} m\t{state}"
            )
        return lines

    def book(self, facility: int, day: date, who: str) -> None:
        """Book a facility for a day. Raises `Refused`."""
        if self._store.execute("SELECT 1 FROM facility WHERE id = ?", [facility]).fetchone() is None:
            raise Refused(f"施設 {facility} はありません。sync で台帳を新しくしてください。")
        if self._holder(facility, day):
            raise Refused(f"施設 {facility} の {day} はもう予約されています。")
        with self._store:
            self._store.execute("INSERT INTO booking VALUES (?, ?, ?)", [facility, day.isoformat(), who])

    def orphans(self) -> list[str]:
        """Return the bookings whose facility is no longer there."""
        rows = self._store.execute(
            "SELECT facility, day, who FROM booking WHERE facility NOT IN (SELECT id FROM facility) ORDER BY day"
        )
        return [f"{facility}\t{day}\t{who}" for facility, day, who in rows]

    def _holder(self, facility: int, day: date) -> str | None:
        row = self._store.execute(
            "SELECT who FROM booking WHERE facility = ? AND day = ?", [facility, day.isoformat()]
        ).fetchone()
        return row and str(row[0])

    def _renew(self, number: int) -> None:
        try:
            self._put(self._city.feature(LAYER, number))
        except Problem as problem:
            if problem.status != GONE:
                raise
            self._store.execute("DELETE FROM facility WHERE id = ?", [number])

    def _put(self, feature: Feature) -> None:
        content = json.dumps(feature.geojson(), ensure_ascii=False)
        self._store.execute(
            "INSERT OR REPLACE INTO facility VALUES (?, ?, ?)",
            [feature.id, feature.properties.get("name"), content],
        )

    def _revision(self) -> int | None:
        row = self._store.execute("SELECT number FROM revision").fetchone()
        return None if row is None else int(row[0])

    def _remember(self, revision: int) -> None:
        self._store.execute("DELETE FROM revision")
        self._store.execute("INSERT INTO revision VALUES (?)", [revision])


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        with closing(Bookings(given.file, Machizu(given.api))) as bookings:
            for line in _run(bookings, given):
                print(line)
    except (MachizuApiError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(bookings: Bookings, given: argparse.Namespace) -> list[str]:
    if given.command == "sync":
        return [f"{bookings.sync()} 件の施設を更新しました。", *bookings.orphans()]
    if given.command == "near":
        return bookings.near(given.lon, given.lat, given.day)
    bookings.book(given.facility, given.day, given.who)
    return [f"施設 {given.facility} を {given.day} に予約しました。"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", required=True, metavar="URL")
    parser.add_argument("--file", type=Path, default=Path("bookings.sqlite"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sync")
    near = commands.add_parser("near")
    near.add_argument("lon", type=float)
    near.add_argument("lat", type=float)
    near.add_argument("day", type=date.fromisoformat)
    book = commands.add_parser("book")
    book.add_argument("facility", type=int)
    book.add_argument("day", type=date.fromisoformat)
    book.add_argument("who")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
