"""Layer definitions: one readable YAML file a layer, turned into typed, frozen values.

Fields follow Frictionless Table Schema (name, type, constraints); geometry, keys, roles, titles in several
languages and presentation are added. The file's shape is published as `definition.schema.json` beside this
module and checked with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from gis_core.errors import BadInput, Message

LANGUAGES = ("ja", "ja-easy", "en", "pt", "es", "zh-hans", "ko")

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime", "time"]
GeometryType = Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
Visibility = Literal["public", "internal", "department"]

SCHEMA_PATH = Path(__file__).with_name("definition.schema.json")


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


@dataclass(frozen=True)
class Style:
    """How a layer looks by default; `symbol` names a drawing of the map's symbol set."""

    color: str
    symbol: str | None = None
    line_width: float = 1.5
    opacity: float = 1.0
    min_zoom: int = 0


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
    update_frequency: str | None = None
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
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


Definition = LayerDefinition | RasterDefinition


def read_definition(path: Path) -> Definition:
    """Read and check a definition file (YAML). Raises `BadInput` naming the file, the place and the fault."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            Message(
                ja=f"レイヤ定義 {path.name} を読めません。YAML（UTF-8）として正しいか確かめてください：{error}",
                en=f"Cannot read the layer definition {path.name}. Check that it is valid YAML in UTF-8: {error}",
            )
        ) from error
    return parse_definition(raw, path.name)


def parse_definition(raw: Any, name: str = "definition") -> Definition:
    """Turn a definition as data into a `LayerDefinition` or `RasterDefinition`. Raises `BadInput`."""
    fault = best_match(_validator().iter_errors(raw))
    if fault is not None:
        raise _bad(name, "/".join(map(str, fault.absolute_path)) or "(top)", fault.message)
    return _parse_raster(raw) if "classes" in raw else _parse_layer(raw, name)


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _bad(name: str, place: str, fault: str) -> BadInput:
    return BadInput(
        Message(
            ja=f"レイヤ定義 {name} の {place} が正しくありません：{fault}",
            en=f"Layer definition {name} is wrong at {place}: {fault}",
        )
    )


def _parse_layer(raw: dict[str, Any], name: str) -> LayerDefinition:
    fields = tuple(_parse_field(f) for f in raw["fields"])
    names = [f.name for f in fields]
    used = {n for key in raw.get("keys", []) for n in key} | set(raw.get("popup", []))
    if len(set(names)) != len(names):
        raise _bad(name, "fields", "a field name occurs twice")
    if not used <= set(names):
        raise _bad(name, "keys/popup", f"unknown fields {sorted(used - set(names))}")
    return LayerDefinition(
        id=raw["id"],
        title=Texts(raw["title"]),
        description=Texts(raw.get("description", raw["title"])),
        theme=raw["theme"],
        department=raw["department"],
        geometry=raw["geometry"],
        fields=fields,
        keys=tuple(tuple(key) for key in raw.get("keys", [])),
        style=Style(**raw["style"]),
        popup=tuple(raw.get("popup", names)),
        visibility=raw.get("visibility", "public"),
        licence=raw.get("licence"),
        source=Texts(raw["source"]) if "source" in raw else None,
        update_frequency=raw.get("update_frequency"),
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
        raw=raw,
    )
