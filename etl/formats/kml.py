"""KML (OGC 07-147r2): the places of one folder, their values from ExtendedData and descriptions.

Not through GDAL, which turns the Japanese names of values into underscores.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from etl.faults import fault
from etl.formats import features, gml_shapes, xml
from etl.formats.descriptions import values_of
from etl.formats.features import Record, Survey
from etl.formats.layers import Count
from etl.table import Options, Table

_FOLDERS = {"Document", "Folder", "kml"}
_NAME, _DESCRIPTION = "Name", "description"
# Plain elements of a place that say something of it; all others say how to draw it.
_PLAIN = {"name": _NAME, "description": _DESCRIPTION, "address": "address", "phoneNumber": "phoneNumber",
          "when": "when", "begin": "begin", "end": "end"}  # fmt: skip
_CRS = "EPSG:4326"


def read(path: Path, options: Options, count: Count) -> Iterator[Table]:
    """Yield the places of the folder `options.sheet` names, else of the likeliest, in parts. Raises `BadInput`."""
    survey = Survey(path.name)
    for folder, place in _places(path):
        survey.add(folder, _values(place), options)
    chosen = survey.chosen(options, count)
    yield from features.tables(_records(path, chosen), survey.columns[chosen], "KML", _CRS)


def _records(path: Path, chosen: str) -> Iterator[Record]:
    for folder, place in _places(path):
        if folder == chosen:
            try:
                yield _values(place), _shape(place)
            except (ValueError, IndexError, shapely.errors.GEOSException) as error:
                name = _values(place).get(_NAME, "Placemark")
                raise fault("unreadable", file=path.name, reason=f"{name}: {error}"[:200]) from error


def _places(path: Path) -> Iterator[tuple[str, xml.Element]]:
    """Yield each place with the name of its folder; it is gone from memory when the next comes."""
    open_: list[xml.Element] = []
    names: dict[int, str] = {}
    for event, element in xml.elements(path):
        if event == "start":
            open_.append(element)
            continue
        open_.pop()
        name, depth = xml.local(element.tag), len(open_)
        if name == "name" and xml.local(open_[-1].tag) in _FOLDERS:
            names[depth] = (element.text or "").strip()
        elif name == "Placemark":
            yield names.get(depth) or path.stem, element
            open_[-1].clear()
        elif name in _FOLDERS:
            names.pop(depth + 1, None)


def _values(place: xml.Element) -> dict[str, str]:
    """Return a place's values; a table in the description gives those that ExtendedData does not."""
    values: dict[str, str] = {}
    for element in place.iter():
        name = xml.local(element.tag)
        if name in _PLAIN:
            values.setdefault(_PLAIN[name], _text(element))
        elif name in {"Data", "SimpleData"} and element.get("name"):
            inner = next((child for child in element if xml.local(child.tag) == "value"), element)
            values[element.get("name", "")] = _text(inner)
    told = values_of(values.get(_DESCRIPTION, ""))
    if told:
        del values[_DESCRIPTION]
    return {name: text for name, text in {**told, **values}.items() if text}


def _text(element: xml.Element) -> str:
    return (element.text or "").strip()


def _shape(place: xml.Element) -> Any:
    shape = next((child for child in place if xml.local(child.tag) in gml_shapes.SHAPES), None)
    return None if shape is None else gml_shapes.shape(shape, _nowhere)


def _nowhere(name: str) -> Any:
    raise gml_shapes.Unresolved(name)
