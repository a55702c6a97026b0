"""What the disaster headquarters shows and sends: a board of shelters that follows the stream, and damage reports.

`board` writes a page with the warnings in force and the state of each shelter; `watch` writes it again whenever
something changes; `report` sends the rows of a CSV file (name, lon, lat, …) as damage reports, all or none.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path

from machizu_client import Feature, Machizu, MachizuApiError

SHELTERS = "evacuation_shelters"
REPORTS = "damage_reports"
PLACE = ("lon", "lat")
STATES = {
    "open": "開設中",
    "preparing": "準備中",
    "crowded": "混雑",
    "full": "満員",
    "closed": "閉鎖",
}
PAGE = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>災害情報</title>
<h1>災害情報</h1>
<h2>発表中の警報など</h2>
<ul>{alerts}</ul>
<h2>避難所</h2>
<p>{summary}</p>
<table><thead><tr><th>名称<th>状態<th>時刻</tr></thead><tbody>
{rows}
</tbody></table>
</html>
"""


def board(city: Machizu) -> str:
    """Return the page."""
    entries = city.get(f"/collections/{SHELTERS}/status")["entries"]
    states = {entry["feature"]: entry for entry in entries}
    rows, counted = [], Counter[str]()
    for shelter in city.features(SHELTERS, properties=["name"]):
        entry = states.get(shelter.id)
        state = STATES.get(entry["state"], entry["state"]) if entry else "報告なし"
        counted[state] += 1
        when = entry["at"] if entry else ""
        cells = (shelter.properties["name"], state, when)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells) + "</tr>")
    summary = "、".join(f"{state} {count}" for state, count in counted.most_common())
    return PAGE.format(alerts=_alerts(city), summary=escape(summary), rows="\n".join(rows))


def watch(city: Machizu, target: Path) -> None:
    """Write the page now and whenever a shelter's state, a shelter or an alert changes, for ever."""
    write(target, board(city))
    for _ in city.stream(layers=[SHELTERS]):
        write(target, board(city))


def report(city: Machizu, file: Path) -> list[int]:
    """Send a file's rows as damage reports; return their numbers. Sent again, the same file adds nothing."""
    content = file.read_bytes()
    rows = csv.DictReader(content.decode("utf-8-sig").splitlines())
    # The same content has the same name, so a sender that never saw the answer may simply send it again.
    name = sha256(content).hexdigest()
    return city.create(REPORTS, [*_features(rows)], idempotency_key=name).ids


def write(target: Path, text: str) -> None:
    """Replace a file as a whole: who reads it meanwhile sees the old one or the new one."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(target)


def _alerts(city: Machizu) -> str:
    alerts = city.get("/alerts")["alerts"]
    names = (alert["name"].get("ja", alert["event"]) for alert in alerts)
    return "".join(f"<li>{escape(name)}" for name in names) or "<li>発表されているものはありません。"


def _features(rows: Iterable[dict[str, str]]) -> Iterable[Feature]:
    for row in rows:
        position = [float(row[name]) for name in PLACE]
        properties = {name: value for name, value in row.items() if name not in PLACE and value}
        yield Feature(0, properties, {"type": "Point", "coordinates": position})


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", required=True, metavar="URL")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("board", "watch", "report"):
        commands.add_parser(name).add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    # Not as an argument, which every user of the machine can see.
    city = Machizu(given.api, os.environ.get("MACHIZU_KEY"))
    try:
        if given.command == "watch":
            watch(city, given.file)
        elif given.command == "board":
            write(given.file, board(city))
        else:
            print(f"{len(report(city, given.file))} 件の被害報告を送りました。")
    except (MachizuApiError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
