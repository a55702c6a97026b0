"""Staging a delivery: into its table, through the layer's rules, against the published layer and its limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from gis_core.definition import LayerDefinition
from gis_core.errors import Message
from gis_core.issues import Issue, rows_with_errors
from layers import merge
from layers.delivery import Delivery, Quarantined
from layers.rules.judging import judge
from layers.rules.stage import Stage

# Below this a layer may change its whole content at will: a list of five often does.
GUARDED_FEATURES = 20
DEFAULT_REMOVED_SHARE = 0.5


@dataclass(frozen=True)
class Staged:
    """What staging found: the report with the store's own issues, the diff, all quarantined rows.

    `refusal` says why the delivery as a whole cannot become the layer, None where it can.
    """

    report: dict[str, Any]
    diff: dict[str, int]
    quarantine: list[Quarantined]
    refusal: Message | None


def stage(
    cursor: Any,
    target: sql.Identifier,
    definition: LayerDefinition,
    delivery: Delivery,
    *,
    lasting: bool,
    allow_removal: bool,
) -> Staged:
    """Fill the staging table `target`, run the layer's rules, take refused rows out, and diff what is left.

    `lasting`: the table outlives the transaction, to wait for approval. `allow_removal` lifts the guard
    against a delivery that would remove most of the layer.
    """
    merge.create_stage(cursor, target, definition, delivery.columns, lasting=lasting)
    merge.fill_stage(cursor, target, delivery.columns, delivery.numbers(), delivery.rows)
    headers = {name: delivery.header(name) for name in (*delivery.columns, "geom")}
    issues = _new(judge(cursor, Stage(target, definition, delivery.columns, headers)), delivery.report)
    refused = sorted(rows_with_errors(issues))
    merge.take_out(cursor, target, refused)
    merge.pair(cursor, target, definition.id, delivery.columns, delivery.key)
    diff = merge.count(cursor)
    quarantine = [*delivery.quarantine, *_quarantined(delivery, refused, issues)]
    refusal = _refusal(definition, delivery, issues, diff, len(refused), allow_removal=allow_removal)
    if refusal is not None and refusal not in issues:
        issues.insert(0, refusal)
    report = _with_issues(delivery, issues, len(refused))
    return Staged(report, diff, quarantine, None if refusal is None else refusal.message)


def _new(issues: list[Issue], report: dict[str, Any]) -> list[Issue]:
    """Leave out warnings that the file's own check has given for the same row."""
    told = {(issue["row"], issue["rule"]) for issue in report.get("issues", ())}
    return [issue for issue in issues if issue.severity == "error" or (issue.row, issue.rule) not in told]


def _quarantined(delivery: Delivery, refused: Sequence[int], issues: Iterable[Issue]) -> list[Quarantined]:
    told: dict[int, list[dict[str, Any]]] = {row: [] for row in refused}
    for issue in [*delivery.report.get("issues", ()), *(issue.as_dict() for issue in issues)]:
        if issue["row"] in told:
            told[issue["row"]].append(issue)
    return [Quarantined(row, delivery.cells_of(row), told[row]) for row in refused]


def _with_issues(delivery: Delivery, issues: Iterable[Issue], refused: int) -> dict[str, Any]:
    """Return the file's report with the store's issues and counts, rows in the file's order."""
    together = [*delivery.report.get("issues", ()), *(issue.as_dict() for issue in issues)]
    accepted = len(delivery.rows) - refused
    read = _read(delivery)
    return {
        **delivery.report,
        "rows": {"read": read, "accepted": accepted, "rejected": read - accepted},
        "issues": sorted(together, key=lambda issue: issue["row"] or 0),
    }


def _read(delivery: Delivery) -> int:
    return len(delivery.rows) + len(delivery.quarantine)


def _refusal(
    definition: LayerDefinition,
    delivery: Delivery,
    issues: Iterable[Issue],
    diff: dict[str, int],
    refused: int,
    *,
    allow_removal: bool,
) -> Issue | None:
    """Return why the delivery as a whole is refused: no row left, too many errors, too much removed."""
    read, accepted = _read(delivery), len(delivery.rows) - refused
    if read and not accepted:
        return _nothing_accepted(definition, delivery, issues)
    limit = definition.limits.rejected_share
    if limit is not None and read - accepted > limit * read:
        return _too_many_rejected(delivery, read - accepted, read, limit)
    # An error that no row can answer for, such as a gap among areas.
    of_the_whole = next((issue for issue in issues if issue.row is None and issue.severity == "error"), None)
    if of_the_whole is not None:
        return of_the_whole
    return None if allow_removal else _too_much_removed(definition, delivery, diff)


def _nothing_accepted(definition: LayerDefinition, delivery: Delivery, issues: Iterable[Issue]) -> Issue:
    told = [*delivery.report.get("issues", ()), *(issue.as_dict() for issue in issues)]
    first = next((issue for issue in told if issue["severity"] == "error" and issue["row"] is not None), None)
    ja = en = ""
    if first is not None:
        ja = f"最初の問題（{first['row']} 行目）：{first['message']['ja']}"
        en = f" The first fault (row {first['row']}): {first['message']['en']}"
    title, read = definition.title, _read(delivery)
    return _whole(
        "delivery.nothing_accepted",
        f"{delivery.file} の {read} 行のうち、レイヤ「{title['ja']}」に取り込める行が一つもありません。{ja}",
        f"Of the {read} rows of {delivery.file} none can go into the layer “{title.to('en')}”.{en}",
    )


def _too_many_rejected(delivery: Delivery, rejected: int, read: int, limit: float) -> Issue:
    share = rejected / read
    return _whole(
        "delivery.rejected_share",
        f"{delivery.file} の {read} 行のうち {rejected} 行（{share:.1%}）にエラーがあり、このレイヤの上限 {limit:.1%} を超えるため、全体を受け付けません。報告のエラーを直して、もう一度届けてください。",
        f"{rejected} of the {read} rows of {delivery.file} ({share:.1%}) have errors, above this layer's limit of {limit:.1%}: the whole delivery is refused. Mend the errors in the report and deliver again.",
    )


def _too_much_removed(definition: LayerDefinition, delivery: Delivery, diff: dict[str, int]) -> Issue | None:
    there = diff["removed"] + diff["changed"] + diff["unchanged"]
    limit = definition.limits.removed_share
    if limit is None and there < GUARDED_FEATURES:
        return None
    limit = DEFAULT_REMOVED_SHARE if limit is None else limit
    if diff["removed"] <= limit * there:
        return None
    share = diff["removed"] / there
    return _whole(
        "delivery.removed_share",
        f"{delivery.file} を取り込むと、レイヤ「{definition.title['ja']}」の {there} 件のうち {diff['removed']} 件（{share:.1%}）が消えます（上限 {limit:.1%}）。ファイルが全件そろっているか確かめてください。消してよいときは --allow-removal を付けてください。",
        f"{delivery.file} would remove {diff['removed']} of the {there} features of “{definition.title.to('en')}” ({share:.1%}, limit {limit:.1%}). Check that the file is complete; if they may go, add --allow-removal.",
    )


def _whole(rule: str, ja: str, en: str) -> Issue:
    return Issue(None, None, None, rule, "error", None, Message(ja=ja, en=en))
