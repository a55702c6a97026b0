"""The whole hand-out: what it is of, read, drawn and written as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from gis_core.boxes import Box
from gis_core.definition import Texts
from gis_core.errors import Message, NotFound
from gis_core.languages import html_tag
from layers.catalogue import Catalogue, LayerInfo, RasterInfo
from webmap import STATIC_FOLDER
from webmap.context import catalogue as describe
from webmap.context import themes
from webmap.context.area_classes import area_classes
from webmap.handouts import looks
from webmap.handouts.drawing import Drawing, Lines, legend_picture
from webmap.handouts.features import Feature, geometries, read
from webmap.handouts.rasters import picture

LEAFLET = STATIC_FOLDER / "webmap" / "vendor" / "leaflet" / "1.9.4"
STYLE = STATIC_FOLDER / "webmap" / "css" / "handout.css"
# Only what the file itself holds may run, and nothing may be fetched; a second fence behind the escaping.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {scripts}"
COLUMNS = 6
# Leaflet's style names pictures beside it, of buttons and markers that a hand-out does not have.
_PICTURES = re.compile(r"url\(images/[^)]*\)")


@dataclass(frozen=True)
class Subject:
    """What a hand-out is of: a layer or raster, or all of a theme."""

    title: str
    layers: tuple[LayerInfo, ...]
    rasters: tuple[RasterInfo, ...]

    @property
    def infos(self) -> tuple[LayerInfo | RasterInfo, ...]:
        """All of it."""
        return (*self.layers, *self.rasters)


def subject(catalogue: Catalogue, name: str, language: str) -> Subject:
    """Return what the id of a layer, a raster or a theme stands for. Raises `NotFound`."""
    if name in catalogue.layers:
        info = catalogue.layers[name]
        return Subject(info.definition.title.to(language), (info,), ())
    if name in catalogue.rasters:
        raster = catalogue.rasters[name]
        return Subject(raster.definition.title.to(language), (), (raster,))
    layers = tuple(info for info in catalogue.layers.values() if info.definition.theme == name)
    rasters = tuple(info for info in catalogue.rasters.values() if info.definition.theme == name)
    if not layers and not rasters:
        known = "、".join(sorted({i.definition.theme for i in catalogue.layers.values()}))
        raise NotFound(
            Message(
                ja=f"「{name}」という公開のレイヤもテーマもありません。テーマ：{known}。レイヤは machizu layer list で見られます。",
                en=f"There is no public layer or theme “{name}”. Themes: {known}. For layers: machizu layer list",
            )
        )
    return Subject(themes.title(name), layers, rasters)


def document(
    connection: psycopg.Connection[Any],
    catalogue: Catalogue,
    name: str,
    language: str,
    at: tuple[datetime, dict[str, int]] | None = None,
) -> str:
    """Return the file's text, as of now or of a moment with each layer's revision then.

    Raises `NotFound`, and `BadInput` for a layer too large.
    """
    with translation.override(language):
        what = subject(catalogue, name, language)
        revisions = at[1] if at else {}
        read_layers = [
            (info, read(connection, info, language, revisions.get(info.id))) for info in what.layers
        ]
        drawn = _drawn(connection, catalogue, what, read_layers, language)
        return _written(what, read_layers, drawn, language, at[0] if at else timezone.now())


def _drawn(
    connection: psycopg.Connection[Any],
    catalogue: Catalogue,
    what: Subject,
    read_layers: Sequence[tuple[LayerInfo, list[Feature]]],
    language: str,
) -> Lines:
    infos = what.infos
    # Two hazards' colours over each other would be a third, false colour.
    drawing = Drawing(
        _extent(infos), one_at_a_time=all(i.definition.theme == themes.HAZARD_THEME for i in infos)
    )
    for layer_id in themes.BASE:
        ground = catalogue.layers.get(layer_id)
        if ground is not None and ground not in what.layers:
            drawing.add_ground(layer_id, geometries(connection, ground))
    for raster in what.rasters:
        drawing.add_raster(raster, picture(raster), raster.definition.title.to(language))
    # Areas and lines first: what is added later lies above.
    for info, features in sorted(read_layers, key=lambda pair: pair[0].definition.geometry.endswith("Point")):
        drawing.add_features(info, features, info.definition.title.to(language))
    return drawing.finish()


def _extent(infos: Iterable[LayerInfo | RasterInfo]) -> Box:
    boxes = [info.extent for info in infos if info.extent]
    if not boxes:
        return settings.MACHIZU.city.bounds
    return Box(
        min(b.west for b in boxes), min(b.south for b in boxes),
        max(b.east for b in boxes), max(b.north for b in boxes),
    )  # fmt: skip


def _written(
    what: Subject,
    read_layers: Sequence[tuple[LayerInfo, list[Feature]]],
    drawn: Lines,
    language: str,
    moment: datetime,
) -> str:
    scripts = [_leaflet("leaflet.js"), drawn.script]
    return render_to_string(
        "webmap/handout.html",
        {
            "policy": POLICY.format(scripts=" ".join(_hashed(script) for script in scripts)),
            "language_tag": html_tag(language),
            "city_name": Texts(settings.MACHIZU.city.name).to(language),
            "title": what.title,
            "moment": timezone.localtime(moment),
            "is_sample": any(info.is_sample for info in what.infos),
            "styles": [
                mark_safe(_PICTURES.sub("none", _leaflet("leaflet.css"))),
                mark_safe(STYLE.read_text(encoding="utf-8")),
            ],
            "element": mark_safe(drawn.element),
            "scripts": [mark_safe(script) for script in scripts],
            "tables": [table(info, features, language) for info, features in read_layers],
            "rasters": [_raster(info, language) for info in what.rasters],
        },
    )


def table(info: LayerInfo, features: Sequence[Feature], language: str) -> dict[str, Any]:
    """Return a layer's table for templates: what it is, its legend, its columns that are not empty, its rows."""
    classes = _classes(info, language)
    titles = [title for title, _ in features[0].values] if features else []
    used = [i for i in range(len(titles)) if any(feature.values[i][1].text for feature in features)][:COLUMNS]
    return {
        **_about(info, language),
        "picture": "" if classes else mark_safe(legend_picture(info)),
        "classes": classes,
        "columns": [titles[i] for i in used],
        "rows": [
            {"number": feature.number, "id": feature.id, "cells": [feature.values[i] for i in used]}
            for feature in features
        ],
    }


def _raster(info: RasterInfo, language: str) -> dict[str, Any]:
    classes = reversed(info.definition.classes)
    return {
        **_about(info, language),
        "classes": [(mark_safe(looks.area_picture(c.color)), c.title.to(language)) for c in classes],
    }


def _classes(info: LayerInfo, language: str) -> list[tuple[str, str]]:
    """Return the legend of a layer whose colours are fixed by class."""
    shown = [kind for kind in area_classes(info, language) if kind["inLegend"]]
    return [(mark_safe(looks.area_picture(kind["color"])), kind["title"]) for kind in shown]


def _about(info: LayerInfo | RasterInfo, language: str) -> dict[str, Any]:
    definition = info.definition
    return {
        "title": definition.title.to(language),
        "description": definition.description.to(language),
        "updated": describe.updated(info, language),
        "source": definition.source.to(language) if definition.source else "",
        "licence": definition.licence or "",
    }


def _leaflet(name: str) -> str:
    return (LEAFLET / name).read_text(encoding="utf-8")


def _hashed(script: str) -> str:
    """Return the policy's word for exactly this script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
