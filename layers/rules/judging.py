"""Running all declared rules of a layer over a staged delivery, and refusing rules that can never run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_core.definition import LayerDefinition, Rule
from gis_core.errors import BadInput, Message
from gis_core.issues import Issue, Severity
from layers.rules import address, areas, duplicates, places, references, values
from layers.rules.stage import Breach, Stage
from layers.tables import SCHEMA, is_empty

Judge = Callable[[Any, Stage, Rule], list[Breach]]

KINDS: dict[str, Judge] = {
    "compare": values.compare,
    "unique": duplicates.unique,
    "near_duplicate": duplicates.near_duplicate,
    "reference": references.reference,
    "within_city": places.within_city,
    "inside": places.inside,
    "near": places.near,
    "no_overlap": areas.no_overlap,
    "no_gaps": areas.no_gaps,
    "minimum_size": areas.minimum_size,
    "address_agrees": address.address_agrees,
}

# These compare a row with the delivery's other rows; all others look at each row alone.
AMONG_ROWS = {"unique", "near_duplicate", "no_overlap", "no_gaps"}

_NUMBERS = {"integer", "number"}
_INSTANTS = {"date", "datetime"}


@dataclass(frozen=True)
class Applicable:
    """The rules of a layer that can run now: those about each row alone, and those that need all rows.

    `skipped`: one issue for each rule that looks at a layer without features, for nothing can be compared
    with nothing.
    """

    each_row: list[Rule]
    all_rows: list[Rule]
    skipped: list[Issue]


def applicable(cursor: Any, definition: LayerDefinition) -> Applicable:
    """Sort the rules of a layer into what can run when."""
    found = Applicable([], [], [])
    for rule in definition.rules:
        layer = other_layer(rule)
        if layer is not None and _is_empty(cursor, layer):
            found.skipped.append(_not_run(rule, layer))
        else:
            (found.all_rows if rule.kind in AMONG_ROWS else found.each_row).append(rule)
    return found


def judge(cursor: Any, stage: Stage, rules: Sequence[Rule]) -> list[Issue]:
    """Run rules over staged rows; return what they found, in the order of the rules."""
    return [
        as_issue(stage, rule.severity, breach)
        for rule in rules
        for breach in KINDS[rule.kind](cursor, stage, rule)
    ]


def other_layer(rule: Rule) -> str | None:
    """Return the layer that a rule looks at, if it looks at one."""
    layer = places.CITY_LAYER if rule.kind == "within_city" else rule.options.get("layer")
    return None if layer is None else str(layer)


def check_references(definition: LayerDefinition, known_layers: Mapping[str, LayerDefinition]) -> None:
    """Refuse a definition whose rules name layers or fields that are not there, or that cannot be compared.

    `known_layers`: the vector layers by id; the definition itself counts as known. Raises `BadInput`.
    """
    known = {**known_layers, definition.id: definition}
    for number, rule in enumerate(definition.rules, start=1):
        fault = _fault(definition, rule, known)
        if fault is not None:
            ja, en = fault
            raise BadInput(
                Message(
                    ja=f"レイヤ定義 {definition.id} の rules {number} 番目（{rule.kind}）：{ja}",
                    en=f"Layer definition {definition.id}, rule {number} ({rule.kind}): {en}",
                )
            )


def _fault(
    definition: LayerDefinition, rule: Rule, known: Mapping[str, LayerDefinition]
) -> tuple[str, str] | None:
    return (
        _unknown_layer(rule, known)
        or _unknown_target(rule, known)
        or _not_comparable(definition, rule)
        or _wrong_geometry(definition, rule, known)
    )


def _unknown_layer(rule: Rule, known: Mapping[str, LayerDefinition]) -> tuple[str, str] | None:
    layer = rule.options.get("layer")
    if layer is None or layer in known:
        return None
    return (
        f"レイヤ「{layer}」はありません。machizu layer list で ID を確かめてください。",
        f"there is no layer “{layer}”. See: machizu layer list",
    )


def _unknown_target(rule: Rule, known: Mapping[str, LayerDefinition]) -> tuple[str, str] | None:
    target = rule.options.get("target")
    if target is None:
        return None
    names = [field.name for field in known[rule.options["layer"]].fields]
    if target in names:
        return None
    listed = ", ".join(names)
    return (
        f"レイヤ「{rule.options['layer']}」に項目 {target} はありません。ある項目：{listed}",
        f"the layer “{rule.options['layer']}” has no field {target}. Its fields: {listed}",
    )


def _not_comparable(definition: LayerDefinition, rule: Rule) -> tuple[str, str] | None:
    if rule.kind != "compare":
        return None
    left, right = (definition.field_named(rule.options[side]).type for side in ("left", "right"))
    if left == right or {left, right} <= _NUMBERS or {left, right} <= _INSTANTS:
        return None
    return (
        f"型 {left} と {right} は比べられません。同じ型の項目を指定してください。",
        f"the types {left} and {right} cannot be compared. Name fields of one type.",
    )


def _wrong_geometry(
    definition: LayerDefinition, rule: Rule, known: Mapping[str, LayerDefinition]
) -> tuple[str, str] | None:
    judged = definition if rule.kind in {"no_overlap", "no_gaps"} else None
    if rule.kind in {"inside", "address_agrees"}:
        judged = known[rule.options["layer"]]
    if judged is not None and not judged.geometry.endswith("Polygon"):
        return (
            f"面のレイヤにだけ使えます（「{judged.id}」は {judged.geometry} です）。",
            f"it is for layers of areas (“{judged.id}” holds {judged.geometry}).",
        )
    if rule.kind == "minimum_size":
        return _no_size(definition, rule)
    return None


def _no_size(definition: LayerDefinition, rule: Rule) -> tuple[str, str] | None:
    wanted = "m" if definition.geometry.endswith("LineString") else "m2"
    if not definition.geometry.endswith("Point") and wanted in rule.options:
        return None
    return (
        "面のレイヤには m2、線のレイヤには m を書いてください。",
        "give m2 for a layer of areas, m for a layer of lines.",
    )


def _is_empty(cursor: Any, layer: str) -> bool:
    cursor.execute("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text)) IS NULL", [SCHEMA, layer])
    (absent,) = cursor.fetchone()
    return bool(absent) or is_empty(cursor, layer)


def _not_run(rule: Rule, layer: str) -> Issue:
    message = Message(
        ja=f"レイヤ「{layer}」にデータがないため、規則 {rule.kind} は確かめていません。先にそのレイヤへ取り込んでください。",
        en=f"The rule {rule.kind} was not checked, because the layer “{layer}” is empty. Load that layer first.",
    )
    return Issue(None, None, None, "rule.skipped", "warning", layer, message)


def as_issue(stage: Stage, severity: Severity, breach: Breach) -> Issue:
    """Return a breach as it stands in the report."""
    column = stage.headers.get(breach.field) if breach.field else None
    return Issue(breach.row, column, breach.field, breach.rule, severity, breach.value, breach.message)
