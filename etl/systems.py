"""Which coordinate system a delivery is in: as the deliverer says, as the file says, or as its values show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from etl.coordinates import Columns
from etl.faults import fault
from etl.table import Geometries
from gis_core.boxes import Box
from gis_core.city import City
from gis_core.crs import UnknownCRS, guess_metric_crs, parse_crs, srid_of, transformation
from gis_core.crs_names import JGD2011, WGS84
from gis_core.errors import BadInput

Floats = npt.NDArray[np.float64]

# Degrees end at 180; the metres of any system used in Japan are far above, but for places near an origin.
_BIGGEST_DEGREES = 360.0


@dataclass(frozen=True)
class Source:
    """A delivery's coordinate system.

    `named` by the deliverer; `guessed` from the values; `exchanged` when the first coordinate runs north.
    """

    crs: CRS
    named: bool = False
    guessed: bool = False
    exchanged: bool = False

    @property
    def label(self) -> str:
        """Return `EPSG:6677`, or the system's own name when it has no code."""
        srid = srid_of(self.crs)
        return f"EPSG:{srid}" if srid else self.crs.name

    @property
    def in_degrees(self) -> bool:
        """Tell whether coordinates are longitude and latitude."""
        return bool(self.crs.is_geographic)

    @property
    def is_wgs84(self) -> bool:
        """Tell whether the numbers are those of EPSG:4326; JGD2011's are (PROJ: 6668 → 4326 does nothing)."""
        return srid_of(self.crs) in {WGS84, JGD2011}


def source_of_columns(columns: Columns, named: str | None, city: City, file: str) -> Source:
    """Return the system of coordinate columns; degrees without a word are JGD2011, the standard's datum.

    Raises `BadInput` when the values contradict the system named, or nothing tells it.
    """
    return _source(columns.east[~columns.refused], columns.north[~columns.refused], named, None, city, file)


def source_of_geometry(
    geometry: Geometries, named: str | None, stated: str | None, city: City, file: str
) -> Source:
    """Return the system of the file's own geometry; `stated` is what the file says. Raises `BadInput`."""
    west, south, east, north = shapely.bounds(geometry).T
    there = np.isfinite(west)
    return _source((west + east)[there] / 2, (south + north)[there] / 2, named, _known(stated), city, file)


def _known(stated: str | None) -> CRS | None:
    try:
        return parse_crs(stated) if stated else None
    except UnknownCRS:
        return None


def _source(
    east: Floats, north: Floats, named: str | None, stated: CRS | None, city: City, file: str
) -> Source:
    in_metres = bool(east.size) and float(np.median(np.maximum(abs(east), abs(north)))) > _BIGGEST_DEGREES
    value = f"{north[0]:.10g}, {east[0]:.10g}" if east.size else ""
    if named is not None:
        crs = parse_crs(named)
        _refuse_contradiction(crs, in_metres, bool(east.size), value, file)
        return Source(crs, named=True, exchanged=_is_exchanged(crs, east, north, city.reach))
    if stated is not None and stated.is_geographic != in_metres:
        return Source(stated)
    if not in_metres:
        # A file that states metres and holds degrees is contradicted, so it is told.
        return Source(CRS.from_epsg(JGD2011), guessed=stated is not None)
    return _guess(east, north, city, fault("crs_needed", file=file, value=value))


def _refuse_contradiction(crs: CRS, in_metres: bool, has_values: bool, value: str, file: str) -> None:
    if has_values and in_metres and crs.is_geographic:
        raise fault("crs_metres", file=file, crs=Source(crs).label, value=value)
    if has_values and not in_metres and not crs.is_geographic:
        raise fault("crs_degrees", file=file, crs=Source(crs).label, value=value)


def _is_exchanged(crs: CRS, east: Floats, north: Floats, reach: Box) -> bool:
    """Tell whether only with its axes exchanged the middle of the values lies in the city (survey files)."""
    if crs.is_geographic or not east.size:
        return False
    way = transformation(crs, WGS84)
    middle = float(np.median(east)), float(np.median(north))
    as_given, exchanged = (way.apply(*pair) for pair in (middle, middle[::-1]))
    return not _in(reach, as_given) and _in(reach, exchanged)


def _in(box: Box, place: tuple[Floats, Floats]) -> bool:
    return box.contains(float(place[0][0]), float(place[1][0]))


def _guess(east: Floats, north: Floats, city: City, otherwise: BadInput) -> Source:
    guesses = guess_metric_crs(east, north, city.reach)
    if not guesses:
        raise otherwise
    best = next((guess for guess in guesses if guess.srid == city.plane_srid), guesses[0])
    return Source(CRS.from_epsg(best.srid), guessed=True, exchanged=best.north_first)
