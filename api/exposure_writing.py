"""Exposure as JSON, as GeoJSON for a map, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from openpyxl import Workbook

from api.exposure_found import Found, Line, Site
from gis_core.boxes import Box
from gis_core.definition import Texts
from gis_core.formulas import neutralise
from layers.exposure_areas import ALL, AreaClass

# Excel takes a CSV file for UTF-8 only with this mark.
MARK = "\ufeff"
PARTS = ("summary", "sites", "towns", "mesh")
WORDS = {
    "summary": Texts(ja="概要", en="Summary"),
    "sites": Texts(ja="施設", en="Sites"),
    "towns": Texts(ja="町丁・字別人口", en="People by town"),
    "mesh": Texts(ja="メッシュ別人口", en="People by grid square"),
    "what": Texts(ja="項目", en="What"),
    "class": Texts(ja="区分", en="Class"),
    "count": Texts(ja="件数", en="Count"),
    "capacity": Texts(ja="収容人数・病床数", en="Holds"),
    "metres": Texts(ja="延長（m）", en="Length (m)"),
    "people": Texts(ja="人口（推計）", en="People (estimate)"),
    "size": Texts(ja="面積（m²）", en="Area (m²)"),
    "area": Texts(ja="区域の面積", en="Area"),
    "roads": Texts(ja="道路", en="Roads"),
    "total": Texts(ja="計", en="Total"),
    "id": Texts(ja="番号", en="Id"),
    "name": Texts(ja="名称", en="Name"),
    "designated": Texts(ja="この災害に指定", en="Designated for this hazard"),
    "unusable": Texts(ja="この想定では使えない", en="Unusable under this scenario"),
    "longitude": Texts(ja="経度", en="Longitude"),
    "latitude": Texts(ja="緯度", en="Latitude"),
    "code": Texts(ja="コード", en="Code"),
    "hidden": Texts(ja="（秘匿）", en="(hidden)"),
    "yes": Texts(ja="○", en="yes"),
    "no": Texts(ja="×", en="no"),
}
Row = list[Any]


class Written:
    """What was found, in the words of one language."""

    def __init__(self, found: Found, language: str) -> None:
        self._found = found
        self._language = language
        self._classes: dict[int, AreaClass] = {
            place: found.chosen.areas.classes[place - 1] for place in found.chosen.places
        }

    def content(self) -> dict[str, Any]:
        """Return all of it as JSON says it."""
        found = self._found
        return {
            "classes": [self._class(place) for place in self._classes],
            "area": self._by_class(found.sizes, 2),
            "counts": [self._count(info.id) for info in found.layers],
            "roads": None if found.roads is None else self._by_class(found.roads, 1),
            "people": None if found.people is None else self._told(found.people),
            "towns": [self._line(line) for line in found.towns],
            "mesh": [self._line(line) for line in found.cells],
            "sites": [self._site(site) for site in found.sites],
            "unusable": [self._site(site) for site in found.sites if site.unusable],
            "stale": [*found.stale],
        }

    def geojson(self, part: str) -> bytes:
        """Return sites as points, or towns or grid squares as polygons, for a map."""
        if part == "towns":
            features = [
                _feature(self._line(line), orjson.loads(line.shape or "null")) for line in self._found.towns
            ]
        elif part == "mesh":
            features = [_feature(self._line(line), _polygon(line.box)) for line in self._found.cells]
        else:
            features = [self._point(site) for site in self._found.sites]
        return orjson.dumps(
            {"type": "FeatureCollection", "numberReturned": len(features), "features": features}
        )

    def csv(self, part: str) -> bytes:
        """Return one part as a table."""
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\r\n").writerows(self._table(part))
        return (MARK + lines.getvalue()).encode()

    def workbook(self) -> bytes:
        """Return all parts as sheets of a workbook."""
        book = Workbook(write_only=True)
        for part in PARTS:
            sheet = book.create_sheet(self._say(part))
            for row in self._table(part):
                sheet.append(row)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    def _table(self, part: str) -> Iterable[Row]:
        rows = {"sites": self._site_rows, "towns": self._town_rows, "mesh": self._cell_rows}
        for row in rows.get(part, self._summary_rows)():
            yield [neutralise(cell) if isinstance(cell, str) else cell for cell in row]

    def _summary_rows(self) -> Iterable[Row]:
        yield [*map(self._say, ("what", "class", "count", "capacity", "metres", "people", "size"))]
        places = [*self._classes, ALL]
        for place in places:
            yield [
                self._say("area"),
                self._title(place),
                *[None] * 4,
                round(self._found.sizes.get(place, 0), 2),
            ]
        for info in self._found.layers:
            title = info.definition.title.to(self._language)
            for place in places:
                yield [title, self._title(place), *self._counted(info.id, place), *[None] * 3]
        for place in places if self._found.roads is not None else ():
            metres = round((self._found.roads or {}).get(place, 0), 1)
            yield [self._say("roads"), self._title(place), None, None, metres, None, None]
        for place in places if self._found.people is not None else ():
            people = self._number((self._found.people or {}).get(place, 0))
            yield [self._say("people"), self._title(place), *[None] * 3, people, None]

    def _site_rows(self) -> Iterable[Row]:
        names = ("what", "id", "name", "class", "capacity", "designated", "unusable", "longitude", "latitude")
        yield [*map(self._say, names)]
        for site in self._found.sites:
            classes = "、".join(self._title(place) for place in site.places)
            designated = None if site.designated is None else self._say("yes" if site.designated else "no")
            title = site.info.definition.title.to(self._language)
            unusable = self._say("yes") if site.unusable else None
            place = (round(site.longitude, 7), round(site.latitude, 7))
            yield [title, site.id, site.name, classes, site.capacity, designated, unusable, *place]

    def _town_rows(self) -> Iterable[Row]:
        yield [self._say("code"), self._say("name"), *map(self._title, self._classes), self._say("total")]
        for line in self._found.towns:
            yield [line.code, line.name, *self._numbers(line)]

    def _cell_rows(self) -> Iterable[Row]:
        yield [self._say("code"), *map(self._title, self._classes), self._say("total")]
        for line in self._found.cells:
            yield [line.code, *self._numbers(line)]

    def _numbers(self, line: Line) -> Row:
        return [self._number(line.people[place]) for place in (*self._classes, ALL)]

    def _number(self, people: int | None) -> int | str:
        return self._say("hidden") if people is None else people

    def _say(self, word: str) -> str:
        return WORDS[word].to(self._language)

    def _title(self, place: int) -> str:
        return self._classes[place].title.to(self._language) if place else self._say("total")

    def _class(self, place: int) -> dict[str, Any]:
        kind = self._classes[place]
        return {"id": kind.id, "title": self._title(place), "color": kind.color, "grade": kind.grade}

    def _by_class(self, numbers: Mapping[int, float], digits: int) -> dict[str, Any]:
        by_class = {kind.id: round(numbers.get(place, 0), digits) for place, kind in self._classes.items()}
        return {"byClass": by_class, "total": round(numbers.get(ALL, 0), digits)}

    def _told(self, people: Mapping[int, int | None]) -> dict[str, Any]:
        by_class = {kind.id: people.get(place, 0) for place, kind in self._classes.items()}
        hidden = {"suppressed": True} if None in people.values() else {}
        return {"byClass": by_class, "total": people.get(ALL, 0), **hidden}

    def _count(self, layer_id: str) -> dict[str, Any]:
        def said(place: int) -> dict[str, int | None]:
            return dict(zip(("count", "capacity"), self._counted(layer_id, place), strict=True))

        by_class = {kind.id: said(place) for place, kind in self._classes.items()}
        info = next(info for info in self._found.layers if info.id == layer_id)
        title = info.definition.title.to(self._language)
        return {"collection": layer_id, "title": title, "byClass": by_class, "total": said(ALL)}

    def _counted(self, layer_id: str, place: int) -> tuple[int, int | None]:
        """Return how many there are, and how many they hold, None where none of them says so."""
        sites = [s for s in self._found.sites if s.info.id == layer_id and (not place or place in s.places)]
        known = [site.capacity for site in sites if site.capacity is not None]
        return len(sites), sum(known) if known else None

    def _line(self, line: Line) -> dict[str, Any]:
        named = {"id": line.id, "code": line.code, "name": line.name}
        return {key: value for key, value in named.items() if value is not None} | self._told(line.people)

    def _site(self, site: Site) -> dict[str, Any]:
        return {
            "collection": site.info.id,
            "id": site.id,
            "name": site.name,
            "classes": [self._classes[place].id for place in site.places],
            "capacity": site.capacity,
            "designated": site.designated,
            "longitude": round(site.longitude, 7),
            "latitude": round(site.latitude, 7),
        }

    def _point(self, site: Site) -> dict[str, Any]:
        properties = self._site(site)
        point = [properties.pop("longitude"), properties.pop("latitude")]
        color = self._classes[site.places[-1]].color
        more = {"color": color, "unusable": site.unusable}
        return _feature(properties | more, {"type": "Point", "coordinates": point})


def _feature(properties: Mapping[str, Any], geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _polygon(box: Box | None) -> dict[str, Any] | None:
    if box is None:
        return None
    west, south, east, north = box.as_tuple()
    ring: Sequence[Any] = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [ring]}
