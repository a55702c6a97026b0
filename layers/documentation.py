"""A layer's definition as people read it: its rules as sentences, its data dictionary as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gis_core.definition import Definition, Field, LayerDefinition, RasterDefinition, Rule, Texts
from gis_core.errors import Message
from layers.duties import missing_duties

TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数値",
    "boolean": "はい・いいえ",
    "date": "日付",
    "datetime": "日時",
    "time": "時刻",
}
GEOMETRIES = {
    "Point": "点",
    "MultiPoint": "点（複数）",
    "LineString": "線",
    "MultiLineString": "線（複数）",
    "Polygon": "面",
    "MultiPolygon": "面（複数）",
}
VISIBILITIES = {"public": "公開", "internal": "庁内", "department": "課内"}
SURVEYS = {"none": "対象外", "own": "市の測量", "basic": "基本測量", "public": "公共測量"}
FREQUENCIES = {
    "realtime": "常時",
    "daily": "毎日",
    "weekly": "毎週",
    "monthly": "毎月",
    "quarterly": "3か月ごと",
    "yearly": "毎年",
    "irregular": "随時",
}
SEVERITIES = {"error": "誤り（行を保留）", "warning": "注意（知らせるだけ）"}
UNSTATED = "（未記入）"


def describe(definition: Definition) -> str:
    """Return the layer's data dictionary in Japanese, as Markdown: duties, fields, rules, code lists."""
    head = f"# {definition.title['ja']}（`{definition.id}`）\n\n{definition.description['ja']}"
    parts = [head, "## 登録の項目", *_duties(definition)]
    if isinstance(definition, RasterDefinition):
        parts += ["## 区分", _classes(definition)]
    else:
        parts += _layer_parts(definition)
    return "\n\n".join(parts) + "\n"


def rule_sentence(definition: LayerDefinition, rule: Rule) -> Message:
    """Return what a declared rule asks for, naming fields by their titles."""
    return _SENTENCES[rule.kind](_Words(definition, rule))


def _layer_parts(definition: LayerDefinition) -> list[str]:
    parts = ["## 項目", _fields(definition)]
    if definition.keys:
        keys = "、または ".join(" + ".join(f"`{name}`" for name in key) for key in definition.keys)
        parts.append(f"届いた行は、{keys} で今の地物と対応づけます。")
    if definition.rules:
        rows = ((SEVERITIES[r.severity], rule_sentence(definition, r).ja) for r in definition.rules)
        parts += ["## データの規則", _table(("扱い", "規則"), rows)]
    for field in definition.fields:
        if field.choices:
            codes = ((f"`{c.value}`", c.title["ja"], c.title.to("en")) for c in field.choices)
            title = f"## コード：{field.title['ja']}（`{field.name}`）"
            parts += [title, _table(("値", "意味", "英語"), codes)]
    return parts


def _duties(definition: Definition) -> list[str]:
    registration = definition.registration
    survey, personal = registration.survey, registration.personal_data
    rows = [
        ("所管課", definition.department),
        ("連絡先", registration.contact),
        ("利用目的", _japanese(registration.purpose)),
        ("出典", _japanese(definition.source)),
        ("測量法", " ".join(filter(None, (SURVEYS[survey.kind], survey.approval))) if survey else None),
        ("測地系", registration.datum),
        ("位置の精度（地図情報レベル）", registration.accuracy),
        ("利用条件", definition.licence),
        ("公開区分", VISIBILITIES[definition.visibility]),
        ("個人情報", f"{'あり' if personal.contained else 'なし'}。{personal.reason['ja']}" if personal else None),
        ("更新頻度", FREQUENCIES[registration.update_frequency] if registration.update_frequency else None),
        ("次回の更新予定", registration.next_due or "更新頻度による"),
        ("履歴の保存年数", registration.retention_years),
    ]  # fmt: skip
    if isinstance(definition, LayerDefinition):
        rows.append(("標準データセット番号", definition.dataset or "なし"))
        rows.append(("形", GEOMETRIES[definition.geometry]))
    parts = [_table(("項目", "内容"), ((name, str(value or UNSTATED)) for name, value in rows))]
    missing = missing_duties(definition)
    if missing:
        lines = "\n".join(f"- {d.title.ja}（`{d.key}`）：{d.remedy.ja}" for d in missing)
        parts.append(f"公開するには、次を書き足してください。\n\n{lines}")
    return parts


def _fields(definition: LayerDefinition) -> str:
    header = ("項目名", "名称", "型", "決まり", "公開区分", "読み取る見出し")
    return _table(header, (_field(f) for f in definition.fields))


def _field(field: Field) -> tuple[str, ...]:
    return (
        f"`{field.name}`",
        field.title["ja"],
        TYPES[field.type] + (f"（{field.unit}）" if field.unit else ""),
        "、".join(_constraints(field)),
        VISIBILITIES[field.visibility] + ("・個人情報" if field.personal else ""),
        "、".join(field.aliases),
    )


def _constraints(field: Field) -> Iterable[str]:
    if field.required:
        yield "必須"
    if field.unique:
        yield "重複なし"
    if field.choices:
        yield "コード"
    if field.minimum is not None:
        yield f"{field.minimum} 以上"
    if field.maximum is not None:
        yield f"{field.maximum} 以下"
    if field.max_length is not None:
        yield f"{field.max_length} 文字まで"
    if field.pattern is not None:
        yield f"形 `{field.pattern}`"


def _classes(definition: RasterDefinition) -> str:
    rows = ((_bound(c.minimum), _bound(c.maximum), c.title["ja"], f"`{c.color}`") for c in definition.classes)
    return _table((f"以上（{definition.unit}）", f"未満（{definition.unit}）", "区分", "色"), rows)


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _japanese(texts: Texts | None) -> str | None:
    return texts["ja"] if texts else None


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


class _Words:
    """A rule's options in the words of a sentence."""

    def __init__(self, definition: LayerDefinition, rule: Rule) -> None:
        self._definition = definition
        self._options = rule.options

    def number(self, name: str, default: float = 0) -> str:
        return f"{self._options.get(name, default):g}"

    def text(self, name: str) -> str:
        return str(self._options[name])

    def has(self, name: str) -> bool:
        return name in self._options

    def field(self, name: str, language: str) -> str:
        return self._definition.field_named(self._options[name]).title.to(language)

    def fields(self, language: str) -> str:
        joint = "・" if language == "ja" else ", "
        return joint.join(self._definition.field_named(n).title.to(language) for n in self._options["fields"])


def _compare(w: _Words) -> Message:
    left, right = w.field("left", "ja"), w.field("right", "ja")
    operator = w.text("operator")
    asked = {
        "<": "より小さい（前である）",
        "<=": "以下（同じか前）である",
        ">": "より大きい（後である）",
        ">=": "以上（同じか後）である",
        "=": "と等しい",
        "!=": "と異なる",
    }
    return Message(
        f"「{left}」が「{right}」{asked[operator]}こと。",
        f"“{w.field('left', 'en')}” {operator} “{w.field('right', 'en')}”.",
    )


def _unique(w: _Words) -> Message:
    return Message(f"{w.fields('ja')} が同じ行がないこと。", f"No two rows share {w.fields('en')}.")


def _near_duplicate(w: _Words) -> Message:
    return Message(
        f"{w.fields('ja')} が同じ行が {w.number('within_m')} m 以内にないこと。",
        f"No two rows with the same {w.fields('en')} lie within {w.number('within_m')} m.",
    )


def _reference(w: _Words) -> Message:
    return Message(
        f"「{w.field('field', 'ja')}」の値が、レイヤ {w.text('layer')} の {w.text('target')} にあること。",
        f"“{w.field('field', 'en')}” occurs in {w.text('target')} of the layer {w.text('layer')}.",
    )


def _within_city(w: _Words) -> Message:
    return Message(
        f"市の区域から {w.number('buffer_m')} m 以内にあること。",
        f"Inside the city or within {w.number('buffer_m')} m of it.",
    )


def _inside(w: _Words) -> Message:
    return Message(
        f"レイヤ {w.text('layer')} の区域から {w.number('buffer_m')} m 以内に収まること。",
        f"Inside the areas of {w.text('layer')} or within {w.number('buffer_m')} m of them.",
    )


def _near(w: _Words) -> Message:
    return Message(
        f"レイヤ {w.text('layer')} の地物から {w.number('within_m')} m 以内にあること。",
        f"Within {w.number('within_m')} m of a feature of {w.text('layer')}.",
    )


def _no_overlap(w: _Words) -> Message:
    return Message(
        f"区域どうしが {w.number('tolerance_m2')} ㎡を超えて重ならないこと。",
        f"No two areas overlap by more than {w.number('tolerance_m2')} m².",
    )


def _no_gaps(w: _Words) -> Message:
    return Message(
        f"区域の間に {w.number('tolerance_m2')} ㎡を超えるすき間がないこと。",
        f"No gap larger than {w.number('tolerance_m2')} m² among the areas.",
    )


def _minimum_size(w: _Words) -> Message:
    sizes = [(w.number(name), unit) for name, unit in (("m2", "m²"), ("m", "m")) if w.has(name)]
    ja = "・".join(f"{size} {'㎡' if unit == 'm²' else unit}" for size, unit in sizes)
    return Message(f"{ja} より小さくないこと。", f"Not smaller than {', '.join(map(' '.join, sizes))}.")


def _address_agrees(w: _Words) -> Message:
    layer, metres = w.text("layer"), w.number("within_m")
    return Message(
        f"「{w.field('field', 'ja')}」が示す区域（レイヤ {layer}）から {metres} m 以内にあること。",
        f"Within {metres} m of the area of {layer} that “{w.field('field', 'en')}” names.",
    )


_SENTENCES: dict[str, Callable[[_Words], Message]] = {
    "compare": _compare,
    "unique": _unique,
    "near_duplicate": _near_duplicate,
    "reference": _reference,
    "within_city": _within_city,
    "inside": _inside,
    "near": _near,
    "no_overlap": _no_overlap,
    "no_gaps": _no_gaps,
    "minimum_size": _minimum_size,
    "address_agrees": _address_agrees,
}
