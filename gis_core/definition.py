"""Layer definitions: one readable YAML file a layer, turned into typed, frozen values.

Fields follow Frictionless Table Schema (name, type, constraints); geometry, keys, roles, titles in several
languages and presentation are added. Reading and checking the file is `definition_file`'s job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime", "time"]
GeometryType = Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
Visibility = Literal["public", "internal", "department"]


class Texts(dict[str, str]):
    """The same text in several languages; Japanese is always there."""

    def to(self, language: str) -> str:
        """Return the text in `language`, else plain Japanese for `ja-easy`, else English, else Japanese."""
        if language == "ja-easy":
            return self.get("ja-easy") or self["ja"]
        return self.get(language) or self.get("en") or self["ja"]


@dataclass(frozen=True)
class Choice:
    """One value of a code list and its title."""

    value: str
    title: Texts


@dataclass(frozen=True)
class Field:
    """One attribute of a layer: a column of its table, a property of its features."""

    name: str
    type: FieldType
    title: Texts
    aliases: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    choices: tuple[Choice, ...] = ()
    pattern: str | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    max_length: int | None = None
    unit: str | None = None
    empty_is: bool | None = None
    kind: str | None = None
    role: str | None = None
    visibility: Visibility = "public"
    personal: bool = False
    renamed_from: str | None = None


@dataclass(frozen=True)
class Style:
    """How a layer looks by default; `symbol` names a drawing of the map's symbol set."""

    color: str
    symbol: str | None = None
    line_width: float = 1.5
    opacity: float = 1.0
    min_zoom: int = 0


@dataclass(frozen=True)
class Survey:
    """Whose survey result the data copies or uses (Survey Act 29, 30, 43, 44), and the approval's number."""

    kind: Literal["none", "own", "basic", "public"]
    approval: str | None = None


@dataclass(frozen=True)
class PersonalData:
    """Whether the layer holds personal data, and why it does or does not."""

    contained: bool
    reason: Texts


@dataclass(frozen=True)
class Registration:
    """The duties of whoever registers a layer; None where one is not met.

    `accuracy` is the positional accuracy as 地図情報レベル; `next_due` is an ISO date.
    """

    contact: str | None = None
    purpose: Texts | None = None
    survey: Survey | None = None
    datum: str | None = None
    accuracy: int | None = None
    personal_data: PersonalData | None = None
    update_frequency: str | None = None
    next_due: str | None = None
    retention_years: int | None = None


@dataclass(frozen=True)
class Rule:
    """A declared rule for the layer's data: its kind, how bad a breach is, and its own options."""

    kind: str
    severity: Literal["error", "warning"]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """When a whole delivery is refused: shares of rows with errors, and of the layer's features removed."""

    rejected_share: float | None = None
    removed_share: float | None = None


@dataclass(frozen=True)
class LayerDefinition:
    """What a vector layer is: identity, duties, fields, geometry, keys, looks.

    `keys` are alternatives in order of preference; each is the list of fields by which a new delivery's rows
    are matched to the features that are there. With no usable key, a row matches only its equal.
    """

    id: str
    title: Texts
    description: Texts
    theme: str
    department: str
    geometry: GeometryType
    fields: tuple[Field, ...]
    keys: tuple[tuple[str, ...], ...]
    style: Style
    popup: tuple[str, ...]
    visibility: Visibility = "public"
    licence: str | None = None
    source: Texts | None = None
    registration: Registration = Registration()
    rules: tuple[Rule, ...] = ()
    limits: Limits = Limits()
    second_person: bool = False
    dataset: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def field_named(self, name: str) -> Field:
        """Return the field of that name. Raises `KeyError`."""
        return self._by_name()[name]

    def field_with_role(self, role: str) -> Field | None:
        """Return the field that plays `role` (start, end, name, address, …), if the layer has one."""
        return next((f for f in self.fields if f.role == role), None)

    @property
    def is_multi(self) -> bool:
        """Tell whether the geometry column holds Multi* geometries."""
        return self.geometry.startswith("Multi")

    def _by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}


@dataclass(frozen=True)
class RasterClass:
    """One class of a raster's legend: values in `[minimum, maximum)`, colour `#RRGGBB`, words."""

    minimum: float | None
    maximum: float | None
    color: str
    title: Texts


@dataclass(frozen=True)
class RasterDefinition:
    """What a raster layer is; `classes` are in rising order of value, values in `unit`."""

    id: str
    title: Texts
    description: Texts
    theme: str
    department: str
    unit: str
    classes: tuple[RasterClass, ...]
    opacity: float = 0.75
    visibility: Visibility = "public"
    licence: str | None = None
    source: Texts | None = None
    registration: Registration = Registration()
    second_person: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


Definition = LayerDefinition | RasterDefinition
