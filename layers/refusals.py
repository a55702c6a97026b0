"""When a delivery as a whole cannot become the layer, and what its deliverer is told."""

from __future__ import annotations

from gis_core.definition import LayerDefinition
from gis_core.errors import Message
from gis_core.issues import Issue
from layers.delivery import Delivery
from layers.tally import Tally

# Below this a layer may change its whole content at will: a list of five often does.
GUARDED_FEATURES = 20
DEFAULT_REMOVED_SHARE = 0.5


def refusal(
    definition: LayerDefinition,
    delivery: Delivery,
    tally: Tally,
    diff: dict[str, int],
    *,
    allow_removal: bool,
) -> Issue | None:
    """Return why the delivery as a whole is refused: no row left, too many errors, too much removed."""
    if tally.read and not tally.accepted:
        return _nothing_accepted(definition, delivery, tally)
    limit = definition.limits.rejected_share
    if limit is not None and tally.rejected > limit * tally.read:
        return _too_many_rejected(delivery, tally.rejected, tally.read, limit)
    # An error that no row can answer for, such as a gap among areas.
    of_the_whole = next((i for i in tally.issues if i["row"] is None and i["severity"] == "error"), None)
    if of_the_whole is not None:
        return Issue(**{**of_the_whole, "message": Message(**of_the_whole["message"])})
    return None if allow_removal else _too_much_removed(definition, delivery, diff)


def _nothing_accepted(definition: LayerDefinition, delivery: Delivery, tally: Tally) -> Issue:
    errors = [i for i in tally.issues if i["severity"] == "error" and i["row"] is not None]
    first = min(errors, key=lambda issue: issue["row"], default=None)
    ja = en = ""
    if first is not None:
        ja = f"最初の問題（{first['row']} 行目）：{first['message']['ja']}"
        en = f" The first fault (row {first['row']}): {first['message']['en']}"
    title, read = definition.title, tally.read
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
