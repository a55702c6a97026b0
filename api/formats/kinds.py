"""The formats of files: their names in `f`, media types and suffixes, and what a file is asked for with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gis_core.errors import BadParameter, Message
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery

Encoding = Literal["utf-8", "cp932"]
STANDARD = "standard"


class Kind(NamedTuple):
    """A format: its media type (IANA's where there is one), its suffix, and whether compressing it pays.

    `lines` says that the database writes it as text, row by row; else GDAL or Arrow writes it from values.
    """

    media: str
    suffix: str
    lines: bool = False
    compress: bool = False


KINDS: Mapping[str, Kind] = {
    "csv": Kind("text/csv; charset=utf-8", "csv", lines=True, compress=True),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", lines=True),
    "gpkg": Kind("application/geopackage+sqlite3", "gpkg"),
    "shp": Kind("application/zip", "zip"),
    "kml": Kind("application/vnd.google-earth.kml+xml", "kml", lines=True, compress=True),
    "fgb": Kind("application/flatgeobuf", "fgb"),
    "parquet": Kind("application/vnd.apache.parquet", "parquet"),
    "geojsonseq": Kind("application/geo+json-seq", "geojsonl", lines=True, compress=True),
    # The whole layer as one GeoJSON document, where `f=geojson` is a page of it.
    "geojson-file": Kind("application/geo+json", "geojson", lines=True, compress=True),
}


@dataclass(frozen=True)
class Wanted:
    """A file that is asked for: the format, the layer as its viewer may see it, which rows, and how to write them.

    `language` is that of headings, of yes and no, and with `labels` of code lists. With the profile `standard` a
    table has the columns of 自治体標準オープンデータセット. `encoding` is that of CSV.
    """

    format: str
    info: LayerInfo
    query: ItemsQuery
    language: str = "ja"
    profile: str | None = None
    labels: bool = False
    encoding: Encoding = "utf-8"

    @property
    def kind(self) -> Kind:
        """Return what the format is."""
        return KINDS[self.format]

    def check(self) -> None:
        """Raise `BadParameter` for what the format cannot do."""
        if self.profile is not None:
            self._only("profile", "csv", "xlsx")
        if self.labels:
            self._only("labels", "csv", "xlsx", "kml")
        if self.encoding != "utf-8":
            self._only("encoding", "csv")
        if self.format == "kml" and self.query.output.system.projected:
            raise BadParameter(
                "crs",
                Message(
                    "KML の座標は経度・緯度だけです。crs を外してください。",
                    "KML knows longitude and latitude only. Leave crs out.",
                ),
            )

    def _only(self, parameter: str, *formats: str) -> None:
        if self.format not in formats:
            names = ", ".join(formats)
            raise BadParameter(
                parameter,
                Message(
                    f"{parameter} が使える形式（f）は {names} です。",
                    f"{parameter} goes with these formats (f): {names}.",
                ),
            )
