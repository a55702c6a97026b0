"""The pages of a snapshot, in each language: a start page, a list a layer, and the map. All links are relative."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from gis_core.definition import Texts
from gis_core.languages import html_tag
from layers.catalogue import Catalogue, LayerInfo, RasterInfo
from webmap import languages
from webmap.context import catalogue as describe
from webmap.context import filters, residents_map, states, strings, themes
from webmap.handouts.document import table
from webmap.handouts.features import MOST, read
from webmap.handouts.rasters import Picture

MAPLIBRE = "../vendor/maplibre-gl/6.17.0/maplibre-gl.mjs"


class Writer:
    """Writes the pages of one language below the snapshot's folder."""

    def __init__(self, folder: Path, catalogue: Catalogue, language: str, moment: datetime) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._language = language
        self._moment = moment
        self._described = residents_map.described_layers(catalogue, language)

    def write(self, connection: psycopg.Connection[Any], pictures: Mapping[str, Picture]) -> None:
        """Write all pages of the language."""
        with translation.override(self._language):
            self._start("index.html", "../")
            if self._language == languages.DEFAULT:
                self._start("../index.html", "")
            self._map(pictures)
            for info in self._catalogue.layers.values():
                self._list(connection, info)

    def _start(self, name: str, root: str) -> None:
        tables = [layer for layer in self._described if layer["kind"] == "vector"]
        groups = themes.groups(tables, with_base=True)
        self._page(name, "start.html", root, {"groups": groups, "lists": f"{root}{self._language}/"})

    def _list(self, connection: psycopg.Connection[Any], info: LayerInfo) -> None:
        is_whole = info.feature_count <= MOST
        features = read(connection, info, self._language) if is_whole else []
        reported = states.states_of(info) if filters.has_states(info.definition) else {}
        shown = table(info, features, self._language)
        for row in shown["rows"]:
            row["state"] = reported.get(row["id"])
        layer = describe.layer(info, self._language)
        values = {"layer": layer, "table": shown, "states": bool(reported), "is_whole": is_whole}
        self._page(f"list/{info.id}.html", "list.html", "../../", values)

    def _map(self, pictures: Mapping[str, Picture]) -> None:
        drawn = [layer for layer in self._described if layer["kind"] == "raster" or layer["count"] <= MOST]
        values = self._values("../")
        config = {
            **residents_map.config(drawn, values),
            "gsiTiles": None,
            "maplibre": MAPLIBRE,
            "data": "../data/",
            "pictures": {name: drawn_.bounds for name, drawn_ in pictures.items()},
            "pages": {"list": "list", "place": ""},
        }
        words = strings.for_script(values["city_name"])
        more = {"groups": themes.groups(drawn), "config": config, "strings": words}
        self._page("map.html", "map.html", "../", more)

    def _page(self, name: str, template: str, root: str, values: dict[str, Any]) -> None:
        path = self._folder / self._language / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = render_to_string(f"webmap/snapshot/{template}", self._values(root) | values)
        path.write_text(text, encoding="utf-8")

    def _values(self, root: str) -> dict[str, Any]:
        infos: list[LayerInfo | RasterInfo] = [
            *self._catalogue.layers.values(),
            *self._catalogue.rasters.values(),
        ]
        return {
            "root": root,
            "city_name": Texts(settings.MACHIZU.city.name).to(self._language),
            "language": self._language,
            "language_tag": html_tag(self._language),
            "languages": languages.choices(self._language),
            "moment": date_format(timezone.localtime(self._moment), "DATETIME_FORMAT"),
            "is_sample": any(info.is_sample for info in infos),
        }
