"""Checks a folder of real public files, whose faults are listed, and says which faults the check finds.

    .venv/bin/python -m bench.real_files FOLDER [--only TEXT] > table.md

Which file belongs to which layer, and what is known to be wrong with it, is in `real_files.yaml`. The store is a
private PostGIS under a temporary MACHIZU_HOME, or the one of DATABASE_URL; nothing is kept in it. Returns 1
when a file crashes the program or a listed fault is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from etl.table import Options
from gis_core.addresses import prefecture_of
from gis_core.city import City
from gis_core.errors import BadInput

LIST = Path(__file__).with_suffix(".yaml")
# The towns by which rows without a position are found.
GAZETTEER = "otawara/addresses/*市.json"


@dataclass(frozen=True)
class Case:
    """A file (by its path in the folder), the layer it goes to, what must be said of it, and its known faults."""

    path: str
    layer: str
    options: Options
    faults: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Outcome:
    """What the check made of a file: its report, or why it was refused as a whole."""

    case: Case
    report: dict[str, Any] | None
    refusal: str | None
    crash: str | None
    seconds: float

    def finds(self, fault: Mapping[str, Any]) -> bool:
        """Tell whether a listed fault was found, or repaired on the way (see `real_files.yaml` for the tests)."""
        tests = {name: value for name, value in fault.items() if name != "what"}
        if "refused" in tests:
            return self.refusal is not None and tests["refused"] in self.refusal
        return self.report is not None and all(
            _TESTS[name](self.report, value, tests) for name, value in tests.items() if name in _TESTS
        )

    @property
    def missed(self) -> list[str]:
        """Return the listed faults that were not found."""
        return [fault["what"] for fault in self.case.faults if not self.finds(fault)]


def _has_rule(report: Mapping[str, Any], rule: str, tests: Mapping[str, Any]) -> bool:
    found = [issue for issue in report["issues"] if issue["rule"] == rule]
    if "row" in tests:
        found = [issue for issue in found if issue["row"] == tests["row"]]
    if "column" in tests:
        found = [issue for issue in found if tests["column"] in (issue["column"] or "")]
    return len(found) >= tests.get("count", 1)


_TESTS: dict[str, Any] = {
    "rule": _has_rule,
    "read": lambda report, rows, _: report["rows"]["read"] == rows,
    "accepted": lambda report, rows, _: report["rows"]["accepted"] == rows,
    "encoding": lambda report, name, _: report["encoding"] == name,
    "crs": lambda report, name, _: report["crs"] == name,
    "unmapped": lambda report, column, _: any(column in name for name in report["unmapped_columns"]),
    "mapped": lambda report, pairs, _: all(report["mapping"].get(f) == column for f, column in pairs.items()),
}


def cases(folder: Path) -> Iterator[Case]:
    """Return the cases of the list; a pattern stands for all files it matches. Raises `LookupError`."""
    for entry in yaml.safe_load(LIST.read_text(encoding="utf-8")):
        paths = sorted(folder.glob(entry["file"]))
        if not paths:
            raise LookupError(entry["file"])
        given = entry.get("options", {})
        options = Options(
            **{name: _frozen(value) if isinstance(value, list) else value for name, value in given.items()}
        )
        for path in paths:
            yield Case(
                path.relative_to(folder).as_posix(), entry["layer"], options, tuple(entry.get("faults", ()))
            )


def _frozen(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def prepare(folder: Path, city: City) -> None:
    """Load the gazetteer of the folder into the store that Django is connected to."""
    from etl.gazetteers.loading import load_gazetteer
    from etl.gazetteers.wanted import ALL

    files = sorted(folder.glob(GAZETTEER))
    load_gazetteer(files, wanted=ALL, prefecture=prefecture_of(city.code), actor="bench")


def check(folder: Path, case: Case, city: City) -> Outcome:
    """Bring one file to its layer without changing it. Django must be connected to a store."""
    from etl.loading import load
    from etl.report import DeliveryRefused

    start = time.perf_counter()
    report, refusal, crash = None, None, None
    try:
        done = load(
            folder / case.path, case.layer, city=city, actor="bench", mode="dry_run", options=case.options
        )
        report = done.as_dict()
    except DeliveryRefused as refused:
        report, refusal = refused.report.as_dict(), refused.message.ja
    except BadInput as refused:
        refusal = refused.message.ja
    except Exception as error:
        # A fault of the program is what this bench looks for; the other files are checked all the same.
        crash = repr(error)
    return Outcome(case, report, refusal, crash, time.perf_counter() - start)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table in Markdown."""
    lines = [
        "| file | layer | read | accepted | rejected | issues by rule | faults found | missed |",
        "|---|---|---:|---:|---:|---|---|---|",
    ]
    for outcome in outcomes:
        rows = (
            outcome.report["rows"] if outcome.report else dict.fromkeys(("read", "accepted", "rejected"), "–")
        )
        found = [fault["what"] for fault in outcome.case.faults if outcome.finds(fault)]
        name = outcome.case.path + (f" ({outcome.case.options.sheet})" if outcome.case.options.sheet else "")
        cells = [
            name, outcome.case.layer, rows["read"], rows["accepted"], rows["rejected"], _told(outcome),
            "; ".join(found), "; ".join(outcome.missed),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _told(outcome: Outcome) -> str:
    issues = outcome.report["issues"] if outcome.report else []
    counts = Counter(issue["rule"] for issue in issues)
    told = ", ".join(f"{rule} {count}" for rule, count in counts.most_common())
    if outcome.crash:
        return f"CRASH: {outcome.crash}"
    return f"refused: {outcome.refusal} {told}" if outcome.refusal else told


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the folder's files and print the table. Returns 1 when a listed fault is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.real_files", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only files whose path holds this")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as home:
        # The server's own user must be able to pass through.
        Path(home).chmod(0o755)
        os.environ |= {"MACHIZU_HOME": home, "MACHIZU_SAMPLES": "0"}
        outcomes = list(_outcomes(chosen.folder, chosen.only))
    sys.stdout.write(table(outcomes))
    faults = sum(len(outcome.case.faults) for outcome in outcomes)
    missed = sum(len(outcome.missed) for outcome in outcomes)
    refused = sum(outcome.report is None for outcome in outcomes)
    crashed = sum(outcome.crash is not None for outcome in outcomes)
    sys.stdout.write(
        f"\n{len(outcomes)} files, {refused} refused as a whole, {crashed} crashed; {faults} listed faults, {missed} missed.\n"
    )
    return 1 if missed or crashed else 0


def _outcomes(folder: Path, only: str) -> Iterator[Outcome]:
    from machizu.bootstrap import store
    from machizu.environment import environment

    with store():
        city = environment().city
        prepare(folder, city)
        for case in cases(folder):
            if only in case.path:
                yield check(folder, case, city)


if __name__ == "__main__":
    sys.exit(main())
