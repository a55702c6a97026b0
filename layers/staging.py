"""Staging a delivery: into its table, through the layer's rules, against the published layer and its limits.

Parts are taken further while the next ones are still read, as soon as their rows are judged one by one: into a layer
that is new, or among the pairs with the features that are there. What the rules among all rows refuse is taken out
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from gis_core.definition import LayerDefinition, Rule
from gis_core.errors import Message
from gis_core.issues import Issue, rows_with_errors
from layers import merge, pairing, tables
from layers.delivery import Delivery, Part, Quarantined
from layers.filling import Filling
from layers.pairing import Pairing
from layers.refusals import refusal
from layers.rules.datum import tokyo_datum
from layers.rules.duplicates import same_rows, same_values, usable_key
from layers.rules.judging import applicable, as_issue, judge
from layers.rules.stage import Breach, Stage
from layers.tally import Tally

Keep = Callable[[Sequence[Quarantined]], None]


@dataclass(frozen=True)
class Staged:
    """What staging found: the report with the store's own issues, the diff, the key that rows are matched by.

    `refusal` says why the delivery as a whole cannot become the layer, None where it can.
    """

    report: dict[str, Any]
    diff: dict[str, int]
    key: tuple[str, ...]
    refusal: Message | None


def stage(
    cursor: Any,
    name: str,
    definition: LayerDefinition,
    delivery: Delivery,
    *,
    lasting: bool,
    allow_removal: bool,
    keep: Keep,
    filling: Filling | None = None,
) -> Staged:
    """Fill the staging table `name`, run the layer's rules, take refused rows out, and diff what is left.

    `lasting`: the table outlives the transaction, to wait for approval. `allow_removal` lifts the guard
    against a delivery that would remove most of the layer. `keep` takes the quarantined rows as they come.
    `filling`: the empty layer that the rows go into; whoever gave it undoes it where the delivery is refused.
    """
    headers = {field: delivery.header(field) for field in (*delivery.columns, "geom")}
    staged = Stage(merge.stage_table(name), definition, delivery.columns, headers)
    numbered = filling is not None
    merge.create_stage(cursor, name, definition, delivery.columns, lasting=lasting, numbered=numbered)
    judged = applicable(cursor, definition)
    work = _Work(cursor, delivery, Tally(), keep, filling or _pairing(cursor, staged, delivery))
    work.tally.tell([issue.as_dict() for issue in judged.skipped])
    for number, part in enumerate(delivery.parts):
        table = merge.add_part(cursor, name, number, lasting=lasting)
        work.take(part, replace(staged, table=table), judged.each_row)
    with merge.large_work(cursor):
        key = work.match(staged)
        work.judge(staged, judged.all_rows)
        diff = work.diff(staged, key)
    why = refusal(definition, delivery, work.tally, diff, allow_removal=allow_removal)
    if why is not None and why.as_dict() not in work.tally.issues:
        work.tally.issues.insert(0, why.as_dict())
    return Staged(work.tally.report(delivery.report), diff, key, None if why is None else why.message)


def _pairing(cursor: Any, staged: Stage, delivery: Delivery) -> Pairing | None:
    """Return the pairs to be made while the parts come, where the first key that is fed is likely to be the key."""
    key = next((key for key in delivery.keys if staged.feeds(*key)), None)
    if key is None or not delivery.distinct or tables.is_empty(cursor, staged.definition.id):
        return None
    try:
        with transaction.atomic():
            return Pairing(cursor, staged.definition.id, delivery.columns, key)
    except (IntegrityError, OperationalError):
        # Features share a key, or one is longer than an index takes.
        return None


@dataclass
class _Work:
    """What staging one delivery works with, and keeps count of; parts are taken `further` as they come."""

    cursor: Any
    delivery: Delivery
    tally: Tally
    keep: Keep
    further: Filling | Pairing | None

    def take(self, part: Part, staged: Stage, rules: Sequence[Rule]) -> None:
        """Copy a part into its table `staged`, judge its rows one by one, and take them further."""
        for rows in part.copies:
            merge.fill_stage(self.cursor, staged.table, rows)
        self.keep(part.quarantine)
        self.tally.accepted += part.count
        self.tally.rejected += len(part.quarantine)
        self.tally.tell(part.issues)
        issues = self._judged(staged, rules)
        merge.take_out(self.cursor, staged.table, sorted(rows_with_errors(issues)))
        self._refuse(issues)
        if self.further:
            self.further.add(staged.table)

    def match(self, staged: Stage) -> tuple[str, ...]:
        """Choose the key; where rows must be distinct, refuse those that repeat an earlier one or its key."""
        key = usable_key(self.cursor, staged, self.delivery.keys)
        if self.delivery.distinct:
            self._refuse(self._repeated(staged, key))
        return key

    def judge(self, staged: Stage, rules: Sequence[Rule]) -> None:
        """Run rules over all staged rows; refuse what has errors."""
        issues = self._judged(staged, rules)
        self._take_out(staged, sorted(rows_with_errors(issues)))
        self._refuse(issues)

    def diff(self, staged: Stage, key: tuple[str, ...]) -> dict[str, int]:
        """Compare what is left with the published layer, and tell what that shows of the file."""
        if isinstance(self.further, Filling):
            return {"added": self.tally.accepted, "changed": 0, "removed": 0, "unchanged": 0}
        if self.further and self.further.key == key:
            self.further.finish()
        else:
            pairing.pair(self.cursor, staged.table, staged.definition.id, self.delivery.columns, key)
        self.tally.tell([issue.as_dict() for issue in tokyo_datum(self.cursor, staged)])
        return pairing.count(self.cursor)

    def _judged(self, staged: Stage, rules: Sequence[Rule]) -> list[Issue]:
        """Run rules; leave out warnings that the file's own check has given for the same row."""
        issues = judge(self.cursor, staged, rules)
        told = {(issue["row"], issue["rule"]) for issue in self.tally.issues}
        return [issue for issue in issues if issue.severity == "error" or (issue.row, issue.rule) not in told]

    def _repeated(self, staged: Stage, key: tuple[str, ...]) -> list[Issue]:
        """Take the rows that repeat an earlier one, or its key, out of the table, and return what was found."""
        repeated = same_values(self.cursor, staged, key)
        found: list[Issue] = []
        # Rows with different keys are different.
        if repeated or not key:
            found = self._taken_out(staged, same_rows(self.cursor, staged))
            repeated = same_values(self.cursor, staged, key)
        found += self._taken_out(staged, repeated)
        for field in staged.definition.fields:
            if field.unique and (field.name,) != key:
                found += self._taken_out(staged, same_values(self.cursor, staged, (field.name,)))
        return found

    def _taken_out(self, staged: Stage, breaches: Sequence[Breach]) -> list[Issue]:
        self._take_out(staged, [breach.row for breach in breaches if breach.row is not None])
        return [as_issue(staged, "error", breach) for breach in breaches]

    def _take_out(self, staged: Stage, places: Sequence[int]) -> None:
        if places:
            if self.further:
                self.further.take_out(staged.table, places)
            merge.take_out(self.cursor, staged.table, places)

    def _refuse(self, issues: Sequence[Issue]) -> None:
        """Tell the issues, and quarantine the rows that have errors."""
        told = [issue.as_dict() for issue in issues]
        refused = sorted(rows_with_errors(issues))
        if refused:
            self.keep(_quarantined(self.delivery, refused, [*self.tally.issues, *told]))
            self.tally.refuse(len(refused))
        self.tally.tell(told)


def _quarantined(
    delivery: Delivery, refused: Sequence[int], issues: Iterable[dict[str, Any]]
) -> list[Quarantined]:
    told: dict[int, list[dict[str, Any]]] = {row: [] for row in refused}
    for issue in issues:
        if issue["row"] in told:
            told[issue["row"]].append(issue)
    cells = delivery.cells(refused)
    return [Quarantined(row, cells[row], told[row]) for row in refused]
