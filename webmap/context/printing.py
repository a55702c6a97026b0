"""The print page: a map at a true scale on A4 or A3, with what a sheet of paper must say of itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pyproj import Transformer

from gis_core.boxes import Box
from layers import selectors
from webmap.context import embed, filters, page, residents_map, strings
from webmap.context.lists import called

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from layers.catalogue import Catalogue

SCALES = (2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 150_000)
TITLE_LENGTH = 60
TABLE_ROWS = 300
LOOKED_AT = 3000
# Dots per inch of the map: sharp on paper, and within what graphics without a card can draw (A3 in about 6 s).
DPI = 200
# Metres a pixel at zoom 0 of tiles of 512 pixels on the equator, and metres of a CSS pixel on paper.
EQUATOR_PIXEL_M = 78_271.517
CSS_PIXEL_M = 0.0254 / 96
METRES_A_DEGREE = 111_320.0


class Sheet(NamedTuple):
    """A sheet's map in millimetres; the style sheet lays out the same."""

    width: float
    height: float


SHEETS = {
    ("a4", "landscape"): Sheet(215, 160),
    ("a4", "portrait"): Sheet(190, 190),
    ("a3", "landscape"): Sheet(330, 247),
    ("a3", "portrait"): Sheet(277, 300),
}


@dataclass(frozen=True)
class Print:
    """What a print's address asks for; `lon` and `lat` in degrees are the middle of the map."""

    layers: tuple[str, ...]
    lon: float
    lat: float
    scale: int
    paper: str
    orientation: str
    grid: bool
    title: str

    @property
    def sheet(self) -> Sheet:
        """The sheet's measures."""
        return SHEETS[self.paper, self.orientation]

    @property
    def zoom(self) -> float:
        """The zoom at which a CSS pixel on paper is `scale` times as long on the ground, at the map's middle."""
        metres = self.scale * CSS_PIXEL_M
        return math.log2(EQUATOR_PIXEL_M * math.cos(math.radians(self.lat)) / metres)

    @property
    def box(self) -> Box:
        """What the map shows, in degrees; a little more than less."""
        half_width = self.sheet.width / 2000 * self.scale / METRES_A_DEGREE
        half_height = self.sheet.height / 2000 * self.scale / METRES_A_DEGREE
        wide = half_width / math.cos(math.radians(self.lat))
        return Box(self.lon - wide, self.lat - half_height, self.lon + wide, self.lat + half_height)


def asked(given: QueryDict, catalogue: Catalogue) -> Print:
    """Read what is asked for; what is not understood is the usual: the city's middle on A4, at 1:50,000."""
    city = settings.MACHIZU.city
    return Print(
        layers=embed.options(given, catalogue).layers,
        lon=_number(given.get("lon", ""), city.centre[0], 180),
        lat=_number(given.get("lat", ""), city.centre[1], 80),
        scale=next((s for s in SCALES if str(s) == given.get("scale")), 50_000),
        paper="a3" if given.get("paper") == "a3" else "a4",
        orientation="portrait" if given.get("orientation") == "portrait" else "landscape",
        grid=given.get("grid") == "1",
        title=given.get("title", "").strip()[:TITLE_LENGTH],
    )


def context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/print.html`."""
    wanted = asked(request.GET, catalogue)
    values = page.context(request)
    drawn = residents_map.layers_on(catalogue, values["language"], wanted.layers)
    shown = [layer for layer in drawn if layer["isOn"]]
    return {
        **values,
        "asked": wanted,
        "titles": wanted.title or _("; ").join(layer["title"] for layer in shown),
        "legend": shown,
        "moment": date_format(timezone.localtime(), "DATETIME_FORMAT"),
        "bar": scale_bar(wanted.scale),
        "scales": [filters.Choice(str(s), f"1:{s:,}", s == wanted.scale) for s in SCALES],
        "tables": [t for name in wanted.layers if (t := _table(catalogue, name, wanted, values["language"]))],
        "config": {
            **residents_map.config(drawn, values),
            "controls": False,
            "view": {"lon": wanted.lon, "lat": wanted.lat, "zoom": wanted.zoom},
            "grid": grid(wanted) if wanted.grid else None,
            "options": {
                "interactive": False,
                "fadeDuration": 0,
                "pixelRatio": DPI / 96,
                # By default a larger canvas would be shrunk without a word.
                "maxCanvasSize": [8192, 8192],
                "canvasContextAttributes": {"preserveDrawingBuffer": True},
            },
        },
        "strings": strings.for_script(values["city_name"]),
    }


class Bar(NamedTuple):
    """A scale bar: its length on the ground in words, on paper in millimetres, and half of that."""

    words: str
    width: float
    half: float


def scale_bar(scale: int) -> Bar:
    """Return the longest bar of a round length that is at most 45 mm long on paper."""
    lengths = [first * 10**power for power in range(1, 5) for first in (1, 2, 5)]
    metres = max(length for length in lengths if length / scale * 1000 <= 45)
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    width = metres / scale * 1000
    return Bar(words, round(width, 3), round(width / 2, 3))


def grid(wanted: Print) -> dict[str, Any]:
    """Return the lines of the UTM grid over the map as GeoJSON in degrees, each with its kilometres as label."""
    box = wanted.box
    zone = 32600 + int((wanted.lon + 180) // 6) + 1
    to_grid = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    to_degrees = Transformer.from_crs(zone, "EPSG:4326", always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*box.as_tuple())
    step = next(s for s in (100, 500, 1000, 5000, 10_000) if s / wanted.scale * 1000 >= 16)
    lines = [
        _line(to_degrees, [(x, south + (north - south) * part / 8) for part in range(9)], x)
        for x in _steps(west, east, step)
    ]
    lines += [
        _line(to_degrees, [(west + (east - west) * part / 8, y) for part in range(9)], y)
        for y in _steps(south, north, step)
    ]
    return {"type": "FeatureCollection", "features": lines}


def _steps(first: float, last: float, step: int) -> list[int]:
    return list(range(math.ceil(first / step) * step, math.floor(last / step) * step + 1, step))


def _line(to_degrees: Transformer, points: list[tuple[float, float]], metres: int) -> dict[str, Any]:
    coordinates = [list(to_degrees.transform(*point)) for point in points]
    return {
        "type": "Feature",
        "properties": {"label": f"{metres / 1000:g}"},
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }


def _table(catalogue: Catalogue, name: str, wanted: Print, language: str) -> dict[str, Any] | None:
    info = catalogue.layers.get(name)
    if info is None or not info.definition.geometry.endswith("Point"):
        return None
    box, address = wanted.box, info.field_with_role("address")
    rows = [row for row in selectors.features(info, limit=LOOKED_AT) if box.contains(row["lon"], row["lat"])]
    return {
        "title": info.definition.title.to(language),
        "left_out": max(0, len(rows) - TABLE_ROWS),
        "rows": [
            (called(info, row, language), (row.get(address.name) or "") if address else "")
            for row in rows[:TABLE_ROWS]
        ],
    }


def _number(text: str, usual: float, most: float) -> float:
    try:
        found = float(text)
    except ValueError:
        return usual
    return found if abs(found) <= most else usual
