"""Geolonia 住所データ: the towns of one municipality, in a JSON file named after it, in a folder named after the prefecture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from etl.faults import fault
from etl.gazetteers.files import degrees
from gis_core.addresses import PREFECTURES, split_county
from gis_core.text import compose_marks
from layers.gazetteer.entries import Entry

# The largest municipality has about 3,000 towns: 300 kB.
_LARGEST = 32 * 1024**2


def towns(path: Path, prefecture: str) -> Iterator[Entry]:
    """Read the towns of the municipality that the file is named after. Raises `BadInput`.

    `prefecture` is taken unless the folder is named after one.
    """
    folder, name = compose_marks(path.resolve().parent.name), compose_marks(path.stem)
    county, municipality = split_county(name)
    for item in _items(path):
        lon, lat = degrees(path.name, str(item.get("lng")), str(item.get("lat")))
        yield Entry(
            ident="",
            prefecture=folder if folder in PREFECTURES else prefecture,
            county=county,
            municipality=municipality,
            town=str(item.get("town", "")),
            koaza=str(item.get("koaza", "")),
            lon=lon,
            lat=lat,
        )


def _items(path: Path) -> list[dict[str, object]]:
    if not path.is_file():
        raise fault("missing", file=path.name)
    if path.stat().st_size > _LARGEST:
        raise fault("too_big", file=path.name, size=path.stat().st_size >> 20, limit=_LARGEST >> 20)
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise fault("unreadable", file=path.name, reason="JSON") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("town") for item in items):
        raise fault("gazetteer_unknown", file=path.name)
    return items
