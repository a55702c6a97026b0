"""A feature as a client sends it (GeoJSON) to the values of a layer's row, with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import shapely
from django import forms
from django.core.exceptions import ValidationError

from gis_core.definition import Field, LayerDefinition
from layers.drafts import Draft
from layers.feature_places import fitting, read_geometry
from layers.systems import STORED, System

# Degrees: what reads round away (`writing.COORDINATE_DIGITS`), across both axes, is no change when it is sent back.
_ROUNDING = 8e-8


@dataclass(frozen=True)
class Reader:
    """Reads features of a layer; `fields` are those that the writer may see, `system` is of his coordinates."""

    definition: LayerDefinition
    fields: Sequence[Field]
    form: type[forms.ModelForm[Any]]
    system: System = STORED

    def feature(self, draft: Draft, content: Any) -> Draft:
        """Read a whole feature into its draft: a property that it does not name is empty."""
        if not isinstance(content, Mapping) or content.get("type") != "Feature":
            draft.refuse(
                None,
                "feature.type",
                'GeoJSON の Feature（"type": "Feature"）を送ってください。',
                'Send a GeoJSON Feature ("type": "Feature").',
            )
            return draft
        given = content.get("properties")
        self._values(draft, {**{f.name: None for f in self.fields}, **_object(draft, given, "properties")})
        self._geometry(draft, content.get("geometry"))
        return draft

    def patch(self, draft: Draft, content: Any) -> Draft:
        """Read a merge patch (RFC 7396) of a feature into its draft: what it does not name stays."""
        members = _object(draft, content, None)
        self._values(draft, _object(draft, members.get("properties"), "properties"))
        if "geometry" in members:
            patched = members["geometry"]
            if isinstance(patched, Mapping) and draft.place is not None:
                patched = {"type": draft.place.geom_type, **patched}
            self._geometry(draft, patched)
        return draft

    def _values(self, draft: Draft, given: Mapping[str, Any]) -> None:
        known = {f.name: f for f in self.fields}
        for name, value in given.items():
            if name in known:
                self._value(draft, known[name], value)
            else:
                draft.refuse(
                    name,
                    "field.unknown",
                    f"項目「{name[:80]}」はありません。ある項目：{'、'.join(known)}",
                    f"There is no property “{name[:80]}”. There are: {', '.join(known)}",
                )

    def _value(self, draft: Draft, known: Field, value: Any) -> None:
        try:
            read = None if value is None else _READ[known.type](value)
        except (ValueError, OverflowError):
            ja, en = _SHAPES[known.type]
            draft.refuse(
                known.name,
                "value.type",
                f"項目「{known.title['ja']}」（{known.name}）の値は{ja}にしてください。",
                f"Give the value of “{known.title.to('en')}” ({known.name}) as {en}.",
            )
            return
        if known.required and read is None:
            draft.refuse(known.name, "required.missing", *_sentence("required", known, {}))
            return
        self._judged(draft, known, read)

    def _judged(self, draft: Draft, known: Field, read: Any) -> None:
        stays = known.name in draft.current and draft.current[known.name] == read
        if read is None or stays:
            draft.values[known.name] = read
            return
        checked = self.form.base_fields[known.name]
        try:
            clean = checked.clean(read)
        except ValidationError as refused:
            for error in refused.error_list:
                rule = _RULES.get(str(error.code), "value.pattern")
                draft.refuse(known.name, rule, *_sentence(rule, known, error.params or {}))
            return
        # A field of choices cleans to text, whatever the column's type is.
        draft.values[known.name] = clean if known.type in ("string", "datetime") else read

    def _geometry(self, draft: Draft, given: Any) -> None:
        if given is None:
            draft.refuse(
                "geom",
                "geometry.null",
                "geometry がありません。位置を入れてください。",
                "There is no geometry. Give one.",
            )
            return
        try:
            read = read_geometry(given, self.system)
        except (ValueError, TypeError, shapely.GEOSException):
            draft.refuse(
                "geom",
                "geometry.unreadable",
                "geometry を読めません。GeoJSON の type と coordinates（数の並び、面は閉じた輪）を確かめてください。",
                "The geometry cannot be read. Check its GeoJSON type and coordinates (numbers; rings of areas closed).",
            )
            return
        if draft.place is None or not shapely.equals_exact(read, draft.place, tolerance=_ROUNDING):
            draft.geometry = fitting(draft, read, self.definition.geometry)


def _object(draft: Draft, given: Any, name: str | None) -> Mapping[str, Any]:
    if given is None and name is not None:
        return {}
    if isinstance(given, Mapping):
        return given
    draft.refuse(
        name,
        "feature.type",
        f"{name or '本文'} は JSON のオブジェクト（{{…}}）にしてください。",
        f"The {name or 'body'} must be a JSON object ({{…}}).",
    )
    return {}


def _text(value: Any) -> str:
    # PostgreSQL's texts hold no NUL.
    return value if isinstance(value, str) and "\x00" not in value else _no()


def _integer(value: Any) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole and not isinstance(value, bool) and abs(value) < 2**63 else _no()


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _no()


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else _no()


def _no() -> Any:
    raise ValueError


_READ: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _flag,
    "date": lambda value: date.fromisoformat(_text(value)),
    "datetime": lambda value: datetime.fromisoformat(_text(value)),
    "time": lambda value: time.fromisoformat(_text(value)).replace(tzinfo=None),
}
_SHAPES = {
    "string": ("文字列", "text"),
    "integer": ("整数", "a whole number"),
    "number": ("数", "a number"),
    "boolean": (" true か false", "true or false"),
    "date": (" 2026-04-01 のような日付", "a date such as 2026-04-01"),
    "datetime": (" 2026-04-01T09:00:00+09:00 のような日時", "an instant such as 2026-04-01T09:00:00+09:00"),
    "time": (" 09:30 のような時刻", "a time such as 09:30"),
}
# Django's codes of refusals, in the words of load reports.
_RULES = {
    "required": "required.missing",
    "invalid_choice": "code.unknown",
    "max_length": "value.length",
    "min_value": "value.minimum",
    "max_value": "value.maximum",
}


def _sentence(rule: str, known: Field, params: Mapping[str, Any]) -> tuple[str, str]:
    ja, en = f"項目「{known.title['ja']}」（{known.name}）", f"“{known.title.to('en')}” ({known.name})"
    limit = params.get("limit_value", "")
    listed = ", ".join(choice.value for choice in known.choices)
    sentences = {
        "code.unknown": (f"{ja}の値がコード表にありません。使える値：{listed}", f"The value of {en} is not in its code list. It takes: {listed}"),
        "value.length": (f"{ja}は {limit} 文字以内にしてください。", f"Give {en} in at most {limit} letters."),
        "value.minimum": (f"{ja}は {limit} 以上にしてください。", f"Give {en} as {limit} or more."),
        "value.maximum": (f"{ja}は {limit} 以下にしてください。", f"Give {en} as {limit} or less."),
        "value.pattern": (f"{ja}の値は決まった形（{known.pattern}）にしてください。", f"The value of {en} must have the form {known.pattern}."),
    }  # fmt: skip
    return sentences.get(rule, (f"{ja}は必須です。値を入れてください。", f"{en} is required. Give a value."))
