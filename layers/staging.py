"""Staging a delivery: into its table, through the layer's rules, against the published layer and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gis_core.definition import LayerDefinition, Rule
from gis_core.errors import Message
from gis_core.issues import Issue, rows_with_errors
from layers import merge
from layers.delivery import Delivery, Part, Quarantined
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
) -> Staged:
    """Fill the staging table `name`, run the layer's rules, take refused rows out, and diff what is left.

    `lasting`: the table outlives the transaction, to wait for approval. `allow_removal` lifts the guard
    against a delivery that would remove most of the layer. `keep` takes the quarantined rows as they come.
    """
    headers = {field: delivery.header(field) for field in (*delivery.columns, "geom")}
    staged = Stage(merge.stage_table(name), definition, delivery.columns, headers)
    merge.create_stage(cursor, name, definition, delivery.columns, lasting=lasting)
    judged = applicable(cursor, definition)
    tally = Tally()
    tally.tell([issue.as_dict() for issue in judged.skipped])
    for number, part in enumerate(delivery.parts):
        table = merge.add_part(cursor, name, number, lasting=lasting)
        for rows in part.copies:
            merge.fill_stage(cursor, table, rows)
        _count(tally, part, keep)
        _judge(cursor, replace(staged, table=table), judged.each_row, delivery, tally, keep)
    with merge.large_work(cursor):
        key, found = _matched(cursor, staged, delivery)
        _refuse(delivery, tally, found, keep)
        _judge(cursor, staged, judged.all_rows, delivery, tally, keep)
        merge.pair(cursor, staged.table, definition.id, delivery.columns, key)
        tally.tell([issue.as_dict() for issue in tokyo_datum(cursor, staged)])
    diff = merge.count(cursor)
    why = refusal(definition, delivery, tally, diff, allow_removal=allow_removal)
    if why is not None and why.as_dict() not in tally.issues:
        tally.issues.insert(0, why.as_dict())
    return Staged(tally.report(delivery.report), diff, key, None if why is None else why.message)


def _count(tally: Tally, part: Part, keep: Keep) -> None:
    keep(part.quarantine)
    tally.accepted += part.count
    tally.rejected += len(part.quarantine)
    tally.tell(part.issues)


def _judge(
    cursor: Any, staged: Stage, rules: Sequence[Rule], delivery: Delivery, tally: Tally, keep: Keep
) -> None:
    """Run rules over a table of staged rows; refuse what has errors."""
    issues = _new(judge(cursor, staged, rules), tally)
    merge.take_out(cursor, staged.table, sorted(rows_with_errors(issues)))
    _refuse(delivery, tally, issues, keep)


def _matched(cursor: Any, staged: Stage, delivery: Delivery) -> tuple[tuple[str, ...], list[Issue]]:
    """Choose the key; where rows must be distinct, find those that repeat an earlier one or its key."""
    if not delivery.distinct:
        return usable_key(cursor, staged, delivery.keys), []
    key = usable_key(cursor, staged, delivery.keys)
    repeated = same_values(cursor, staged, key)
    found: list[Issue] = []
    # Rows with different keys are different.
    if repeated or not key:
        found = _taken_out(cursor, staged, same_rows(cursor, staged))
        repeated = same_values(cursor, staged, key)
    found += _taken_out(cursor, staged, repeated)
    for field in staged.definition.fields:
        if field.unique and (field.name,) != key:
            found += _taken_out(cursor, staged, same_values(cursor, staged, (field.name,)))
    return key, found


def _taken_out(cursor: Any, staged: Stage, breaches: Sequence[Breach]) -> list[Issue]:
    merge.take_out(cursor, staged.table, [breach.row for breach in breaches if breach.row is not None])
    return [as_issue(staged, "error", breach) for breach in breaches]


def _refuse(delivery: Delivery, tally: Tally, issues: Sequence[Issue], keep: Keep) -> None:
    """Tell the issues, and quarantine the rows that have errors."""
    told = [issue.as_dict() for issue in issues]
    refused = sorted(rows_with_errors(issues))
    if refused:
        keep(_quarantined(delivery, refused, [*tally.issues, *told]))
        tally.refuse(len(refused))
    tally.tell(told)


def _new(issues: list[Issue], tally: Tally) -> list[Issue]:
    """Leave out warnings that the file's own check has given for the same row."""
    told = {(issue["row"], issue["rule"]) for issue in tally.issues}
    return [issue for issue in issues if issue.severity == "error" or (issue.row, issue.rule) not in told]


def _quarantined(
    delivery: Delivery, refused: Sequence[int], issues: Iterable[dict[str, Any]]
) -> list[Quarantined]:
    told: dict[int, list[dict[str, Any]]] = {row: [] for row in refused}
    for issue in issues:
        if issue["row"] in told:
            told[issue["row"]].append(issue)
    cells = delivery.cells(refused)
    return [Quarantined(row, cells[row], told[row]) for row in refused]
