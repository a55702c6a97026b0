"""A form for one feature of any layer, made from the layer's definition: labels, choices, limits, required.

Saving writes through the layer's model, so the layer's triggers record it like any other change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.gis import forms as gis_forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.utils import timezone

from gis_core.definition import Field, LayerDefinition
from layers.features import feature_model


def feature_form(
    definition: LayerDefinition, fields: Sequence[Field] | None = None, language: str = "ja"
) -> type[forms.ModelForm[Any]]:
    """Return the form class; `fields` are those the editor may see (all by default).

    The geometry is text, WKT or GeoJSON in degrees (EPSG:4326): Django's map widget would load its map from
    another host.
    """
    shown = definition.fields if fields is None else fields
    geometry = gis_forms.GeometryField(
        srid=4326, geom_type=definition.geometry.upper(), widget=forms.Textarea(attrs={"rows": 3})
    )
    meta = type(
        "Meta", (), {"model": feature_model(definition), "fields": [*(f.name for f in shown), "geom"]}
    )
    members = {f.name: _form_field(f, language) for f in shown}
    return type("FeatureForm", (forms.ModelForm,), {**members, "geom": geometry, "Meta": meta})


def _form_field(field: Field, language: str) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.title.to(language),
        "required": field.required and field.type != "boolean",
        "help_text": field.unit or "",
    }
    if field.choices:
        choices = [("", "—"), *((c.value, c.title.to(language)) for c in field.choices)]
        return forms.TypedChoiceField(choices=choices, empty_value=None, **common)
    if field.type == "boolean":
        return forms.NullBooleanField(**common)
    return _PLAIN[field.type](validators=_validators(field), **_empty_is_null(field), **common)


_PLAIN: dict[str, type[forms.Field]] = {
    "string": forms.CharField,
    "integer": forms.IntegerField,
    "number": forms.FloatField,
    "date": forms.DateField,
    "datetime": forms.DateTimeField,
    "time": forms.TimeField,
}


def _empty_is_null(field: Field) -> dict[str, Any]:
    return {"empty_value": None} if field.type == "string" else {}


def _validators(field: Field) -> list[Any]:
    found: list[Any] = []
    if field.pattern is not None:
        # A Table Schema pattern describes the whole value.
        found.append(RegexValidator(rf"\A(?:{field.pattern})\Z"))
    if field.max_length is not None:
        found.append(MaxLengthValidator(field.max_length))
    if field.minimum is not None:
        found.append(MinValueValidator(_bound(field, field.minimum)))
    if field.maximum is not None:
        found.append(MaxValueValidator(_bound(field, field.maximum)))
    return found


def _bound(field: Field, given: float | str) -> Any:
    read = {"date": date.fromisoformat, "time": time.fromisoformat, "datetime": _instant}.get(field.type)
    return read(str(given)) if read else float(given)


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else timezone.make_aware(read)
