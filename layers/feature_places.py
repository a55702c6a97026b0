"""A geometry as a client sends it (GeoJSON, in one of several systems) to one that a layer stores, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core import geometry as shapes
from gis_core.crs import transformation
from gis_core.crs_names import WGS84
from gis_core.definition import GeometryType
from layers.drafts import Draft
from layers.systems import STORED, System


def read_geometry(given: Any, system: System) -> BaseGeometry:
    """Return a GeoJSON geometry, its coordinates in a system and its order of axes, in degrees (EPSG:4326).

    Raises `ValueError`, `TypeError` or `shapely.GEOSException` for what is none.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("coordinates"), list):
        raise TypeError("no geometry")
    members = {"type": given.get("type"), "coordinates": given["coordinates"]}
    read = shapely.force_2d(shapely.from_geojson(orjson.dumps(members)))
    if system != STORED:
        read = _to_degrees(read, system)
    if not all(map(_finite, shapely.get_coordinates(read).ravel())):
        raise ValueError("not finite")
    return read


def _to_degrees(read: BaseGeometry, system: System) -> BaseGeometry:
    def moved(positions: Any) -> Any:
        x, y = positions.T[::-1] if system.north_first else positions.T
        return np.column_stack(
            (x, y) if system.in_degrees else transformation(system.srid, WGS84).apply(x, y)
        )

    moved_: BaseGeometry = shapely.transform(read, moved)
    return moved_


def _finite(number: float) -> bool:
    return abs(number) < 1e9  # False for NaN and infinities; no coordinate in metres or degrees is larger.


def fitting(draft: Draft, read: BaseGeometry, wanted: GeometryType) -> BaseGeometry | None:
    """Return the geometry as the layer stores it, refused rather than mended: an editor sees what he drew."""
    found = shapes.repair([read], wanted)
    if found.missing[0]:
        draft.refuse(
            "geom",
            "geometry.null",
            "geometry が空です。位置を入れてください。",
            "The geometry is empty. Give one.",
        )
    elif found.repaired[0] or found.unrepairable[0]:
        why = shapely.is_valid_reason(read)
        draft.refuse(
            "geom",
            "geometry.invalid",
            f"図形が正しくありません（{why}）。線の交わりや重なった頂点を直してください。",
            f"The geometry is invalid ({why}). Mend crossing lines and repeated points.",
        )
    elif found.wrong_type[0]:
        draft.refuse(
            "geom",
            "geometry.type",
            f"図形の種類が {read.geom_type} です。このレイヤは {wanted} です。",
            f"The geometry is a {read.geom_type}; this layer holds {wanted}.",
        )
    elif not shapes.in_japan(found.geometries)[0]:
        _elsewhere(draft, bool(shapes.axes_swapped(found.geometries)[0]))
    else:
        fitting: BaseGeometry = found.geometries[0]
        return fitting
    return None


def _elsewhere(draft: Draft, swapped: bool) -> None:
    if swapped:
        draft.refuse(
            "geom",
            "coordinates.swapped",
            "緯度と経度が入れ替わっています。Content-Crs がなければ「経度,緯度」の順にしてください。",
            "Latitude and longitude are exchanged. Without Content-Crs the order is longitude, latitude.",
        )
    else:
        draft.refuse(
            "geom",
            "coordinates.outside_japan",
            "位置が日本の外です。桁と座標系（Content-Crs）を確かめてください。",
            "The position is outside Japan. Check the digits and the coordinate system (Content-Crs).",
        )
