"""Reading a layer definition: YAML checked by the published JSON Schema, faults told by line, key and remedy.

The schema is `definition.schema.json` beside this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from gis_core.definition import (
    Choice,
    Definition,
    Field,
    LayerDefinition,
    Limits,
    PersonalData,
    RasterClass,
    RasterDefinition,
    Registration,
    Rule,
    Style,
    Survey,
    Texts,
)
from gis_core.errors import BadInput, Message

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMA_PATH = Path(__file__).with_name("definition.schema.json")

Place = Sequence[str | int]


def read_definition(path: Path) -> Definition:
    """Read and check a definition file (YAML, UTF-8). Raises `BadInput` naming file, line, key and fault."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            Message(
                ja=f"レイヤ定義 {path.name} を読めません。YAML（UTF-8）として正しいか確かめてください：{error}",
                en=f"Cannot read the layer definition {path.name}. Check that it is valid YAML in UTF-8: {error}",
            )
        ) from error
    return parse_definition(raw, path.name, text)


def parse_definition(raw: Any, name: str = "definition", text: str | None = None) -> Definition:
    """Turn a definition as data into a `LayerDefinition` or `RasterDefinition`.

    `text` is the YAML that `raw` was read from, for line numbers. Raises `BadInput`.
    """
    is_raster = isinstance(raw, dict) and "classes" in raw
    errors = list(_validator("raster" if is_raster else "vector").iter_errors(raw))
    if errors:
        raise _fault(name, text, *_told(_deepest(errors)))
    for place, ja, en in () if is_raster else _contradictions(raw):
        raise _fault(name, text, place, ja, en)
    return build_definition(raw)


def build_definition(raw: dict[str, Any]) -> Definition:
    """Turn data that was checked before (the registry's) into a definition, a hundred times faster."""
    return _parse_raster(raw) if "classes" in raw else _parse_layer(raw)


@cache
def _validator(kind: str) -> Draft202012Validator:
    # Imported here because only who brings a new definition pays: what the registry holds was checked before.
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    del schema["oneOf"]
    schema["allOf"] = [{"$ref": f"#/$defs/{kind}"}]
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _deepest(errors: Iterable[ValidationError]) -> ValidationError:
    from jsonschema.exceptions import best_match

    fault: ValidationError = best_match(errors)
    while fault.context:
        fault = best_match(fault.context)
    return fault


def _told(fault: ValidationError) -> tuple[Place, str, str]:
    """The fault's place and its sentence in both languages, never quoting more than the value at fault."""
    place = list(fault.absolute_path)
    instance: Any = fault.instance
    value = json.dumps(instance, ensure_ascii=False, default=str)[:80]
    wanted: Any = fault.validator_value
    schema: Any = fault.schema
    match fault.validator:
        case "required":
            missing = ", ".join(key for key in wanted if key not in instance)
            return place, f"{missing} がありません。書き加えてください。", f"{missing} is missing. Add it."
        case "additionalProperties":
            known = set(schema.get("properties", {}))
            unknown = ", ".join(sorted(set(instance) - known))
            allowed = ", ".join(sorted(known))
            return (
                place,
                f"{unknown} という項目は使えません。使える項目：{allowed}",
                f"{unknown} is not a known key. Known keys: {allowed}",
            )
        case "enum" | "const":
            allowed = ", ".join(map(str, wanted if isinstance(wanted, list) else [wanted]))
            return (
                place,
                f"値 {value} は使えません。使える値：{allowed}",
                f"The value {value} is not allowed. Allowed: {allowed}",
            )
        case "not":
            taken = ", ".join(map(str, wanted.get("enum", [])))
            return (
                place,
                f"{value} はシステムが使う名前です。別の名前にしてください（使えない名前：{taken}）。",
                f"{value} is a name of the platform's own. Choose another (taken: {taken}).",
            )
        case "pattern":
            return (
                place,
                f"{value} の書き方が違います。{wanted} に合わせてください。",
                f"{value} is not well-formed. It must match {wanted}.",
            )
        case "type":
            return (
                place,
                f"{value} の型が違います。{wanted} で書いてください。",
                f"{value} must be of type {wanted}.",
            )
    return (
        place,
        f"{value} が正しくありません（{fault.message[:200]}）。",
        f"{value} is wrong: {fault.message[:200]}",
    )


def _contradictions(raw: dict[str, Any]) -> Iterable[tuple[Place, str, str]]:
    """What the schema cannot say: names that occur twice, names that no field has."""
    names = [f["name"] for f in raw["fields"]]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield (
                ["fields", place, "name"],
                f"項目 {name} が二つあります。",
                f"The field {name} occurs twice.",
            )
    for where, name in _named_fields(raw):
        if name not in names:
            known = ", ".join(names)
            yield (
                where,
                f"項目 {name} はありません。fields にある名前：{known}",
                f"There is no field {name}. Fields: {known}",
            )


def _named_fields(raw: dict[str, Any]) -> Iterable[tuple[Place, str]]:
    for i, key in enumerate(raw.get("keys", [])):
        for j, name in enumerate(key):
            yield ["keys", i, j], name
    for i, name in enumerate(raw.get("popup", [])):
        yield ["popup", i], name
    for i, rule in enumerate(raw.get("rules", [])):
        for option in ("left", "right", "field"):
            if option in rule:
                yield ["rules", i, option], rule[option]
        for j, name in enumerate(rule.get("fields", [])):
            yield ["rules", i, "fields", j], name


def _fault(name: str, text: str | None, place: Place, ja: str, en: str) -> BadInput:
    key = ".".join(map(str, place)) or "-"
    line = _line(text, place)
    return BadInput(
        Message(
            ja=f"レイヤ定義 {name} {f'{line} 行目' if line else ''} {key}：{ja}",
            en=f"Layer definition {name}{f', line {line}' if line else ''}, {key}: {en}",
        )
    )


def _line(text: str | None, place: Place) -> int | None:
    """The line on which the value at `place` begins, from 1."""
    node = yaml.compose(text, Loader=yaml.SafeLoader) if text else None
    if node is None:
        return None
    line = node.start_mark.line
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return int(line) + 1


def _parse_layer(raw: dict[str, Any]) -> LayerDefinition:
    return LayerDefinition(
        id=raw["id"],
        title=Texts(raw["title"]),
        description=Texts(raw.get("description", raw["title"])),
        theme=raw["theme"],
        department=raw["department"],
        geometry=raw["geometry"],
        fields=tuple(_parse_field(f) for f in raw["fields"]),
        keys=tuple(tuple(key) for key in raw.get("keys", [])),
        style=Style(**raw["style"]),
        popup=tuple(raw.get("popup", [f["name"] for f in raw["fields"]])),
        visibility=raw.get("visibility", "public"),
        licence=raw.get("licence"),
        source=Texts(raw["source"]) if "source" in raw else None,
        registration=_parse_registration(raw.get("registration", {})),
        rules=tuple(_parse_rule(r) for r in raw.get("rules", ())),
        limits=Limits(**raw.get("limits", {})),
        second_person=raw.get("approval", {}).get("second_person", False),
        dataset=raw.get("dataset"),
        raw=raw,
    )


def _parse_field(raw: dict[str, Any]) -> Field:
    values = {k: v for k, v in raw.items() if k not in {"title", "aliases", "choices"}}
    return Field(
        title=Texts(raw["title"]),
        aliases=tuple(raw.get("aliases", ())),
        choices=tuple(Choice(str(c["value"]), Texts(c["title"])) for c in raw.get("choices", ())),
        **values,
    )


def _parse_registration(raw: dict[str, Any]) -> Registration:
    personal, survey, purpose = raw.get("personal_data"), raw.get("survey"), raw.get("purpose")
    plain = {k: v for k, v in raw.items() if k not in {"personal_data", "survey", "purpose"}}
    return Registration(
        purpose=Texts(purpose) if purpose else None,
        survey=Survey(**survey) if survey else None,
        personal_data=PersonalData(personal["contained"], Texts(personal["reason"])) if personal else None,
        **plain,
    )


def _parse_rule(raw: dict[str, Any]) -> Rule:
    options = {k: v for k, v in raw.items() if k not in {"rule", "severity"}}
    return Rule(raw["rule"], raw.get("severity", "error"), options)


def _parse_raster(raw: dict[str, Any]) -> RasterDefinition:
    return RasterDefinition(
        id=raw["id"],
        title=Texts(raw["title"]),
        description=Texts(raw.get("description", raw["title"])),
        theme=raw["theme"],
        department=raw["department"],
        unit=raw["unit"],
        classes=tuple(
            RasterClass(c.get("minimum"), c.get("maximum"), c["color"], Texts(c["title"]))
            for c in raw["classes"]
        ),
        opacity=raw.get("opacity", 0.75),
        visibility=raw.get("visibility", "public"),
        licence=raw.get("licence"),
        source=Texts(raw["source"]) if "source" in raw else None,
        registration=_parse_registration(raw.get("registration", {})),
        second_person=raw.get("approval", {}).get("second_person", False),
        raw=raw,
    )
