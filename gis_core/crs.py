"""Coordinate systems and the transformations between them, as Japanese municipal data needs them.

Inside the program x is east (or longitude) and y is north (or latitude), always. A datum change between
Tokyo (EPSG:4301), JGD2000 (4612), JGD2011 (6668) and WGS 84 (4326) goes step by step: PROJ's direct
Tokyo → JGD2011 is a no-op (453 m wrong) without grids and leaves out the 2011 earthquake (1 m) with them.
"""

from __future__ import annotations

import re
import threading
import unicodedata
import warnings
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from gis_core.boxes import Box
from gis_core.crs_names import JGD2000, JGD2011, TOKYO, WGS84, srid_by_words
from gis_core.errors import BadInput, Message

Floats = npt.NDArray[np.float64]

_DATUM_CHAIN = (TOKYO, JGD2000, JGD2011, WGS84)
# Plane zones I–XIX, UTM 51N–55N on JGD2011, and Web Mercator.
_METRIC_SRIDS = (*range(6669, 6693), 3857)
_LONGEST_TEXT = 10_000

_EPSG = re.compile(
    r"(?:EPSG[:/\s]*|URN:(?:X-)?OGC:DEF:CRS:EPSG:[0-9.]*:|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/EPSG/[0-9.]+/)?([0-9]{4,6})"
)
_CRS84 = re.compile(
    r"(?:OGC:|URN:OGC:DEF:CRS:OGC:[0-9.]*:|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/OGC/[0-9.]+/)?CRS84"
)
_WKT = re.compile(r"(?:PROJ|GEOG|GEODE|BOUND|COMPD|COMPOUND|GEODETIC)[A-Z]*\[")


class UnknownCRS(BadInput):
    """A coordinate system that is not named, or named by nothing we know."""


class NoTransformation(BadInput):
    """No operation between the two systems is known better than a guess (PROJ calls it ballpark)."""


@dataclass(frozen=True)
class Operation:
    """One step of a transformation by its name in the EPSG register, and its nominal accuracy in metres."""

    name: str
    accuracy_m: float


@dataclass(frozen=True)
class Transformation:
    """How coordinates go from one system to another.

    `name` is for the report; `accuracy_m` is the sum of the steps' nominal accuracies in metres;
    `missing_grids` names grid files with which it would be better.
    """

    name: str
    accuracy_m: float
    missing_grids: tuple[str, ...]
    steps: tuple[tuple[Transformer, ...], ...]

    def apply(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Transform arrays of x (east) and y (north). What cannot be transformed becomes infinite."""
        xs, ys = np.atleast_1d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float))
        for alternatives in self.steps:
            xs, ys = _step(alternatives, xs, ys)
        return xs, ys

    def at(self, x: float, y: float) -> tuple[Operation, ...]:
        """Return the operations that serve at one place (in the source's coordinates), step by step."""
        served = []
        xs, ys = np.array([x]), np.array([y])
        for alternatives in self.steps:
            tried = ((operation, *operation.transform(xs, ys)) for operation in alternatives)
            operation, xs, ys = next((t for t in tried if np.isfinite(t[1][0])), (alternatives[0], xs, ys))
            served.append(Operation(_operation_name(operation), operation.accuracy))
        return tuple(served)


@dataclass(frozen=True)
class MetricGuess:
    """A system in metres that puts values into the city; `north_first` when x holds the northing."""

    srid: int
    north_first: bool


def parse_crs(text: str | int) -> CRS:
    """Read `EPSG:6677`, `6677`, a URN or URL, `JGD2011 zone IX`, 平面直角座標系第9系, WKT. Raises `UnknownCRS`.

    Without a datum a plane zone is JGD2011. A vertical part is left out.
    """
    given = str(text).strip()
    if not given or len(given) > _LONGEST_TEXT:
        raise _unknown(given[:80])
    name = unicodedata.normalize("NFKC", given).upper()
    try:
        return _horizontal(_crs_by_name(name, given))
    except CRSError as error:
        raise _unknown(given[:80]) from error


def srid_of(crs: CRS) -> int | None:
    """Return the EPSG code of a system, also of one described by an ESRI .prj; None when there is none."""
    return crs.to_epsg(min_confidence=25)


def transformation(source: CRS | int, target: CRS | int) -> Transformation:
    """Return the best safe way between two systems, cached per process. Raises `NoTransformation`."""
    return _transformation(_key(source), _key(target))


def guess_metric_crs(x: npt.ArrayLike, y: npt.ArrayLike, bounds: Box) -> tuple[MetricGuess, ...]:
    """Return the systems in metres under which the middle of the values lies in `bounds` (degrees).

    Both axis orders are tried: in Japanese survey files X is north. Usually one answer is left or none.
    """
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not (np.isfinite(xs).any() and np.isfinite(ys).any()):
        return ()
    middle = float(np.nanmedian(xs)), float(np.nanmedian(ys))
    found = []
    for north_first, (east, north) in ((False, middle), (True, middle[::-1])):
        for srid in _METRIC_SRIDS:
            lon, lat = transformation(srid, WGS84).apply(east, north)
            if bounds.contains(float(lon[0]), float(lat[0])):
                found.append(MetricGuess(srid, north_first))
    return tuple(found)


def _crs_by_name(name: str, given: str) -> CRS:
    epsg = _EPSG.fullmatch(name)
    if epsg:
        return CRS.from_epsg(int(epsg[1]))
    if _CRS84.fullmatch(name):
        return CRS.from_epsg(WGS84)
    if _WKT.match(name):
        crs = CRS.from_wkt(re.sub(r"(JGD[\s_]?)2024", r"\g<1>2011", given))
        srid = srid_of(crs)
        return CRS.from_epsg(srid) if srid else crs
    srid = srid_by_words(name)
    if srid is None:
        raise _unknown(given[:80])
    return CRS.from_epsg(srid)


def _horizontal(crs: CRS) -> CRS:
    return crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()


def _key(crs: CRS | int) -> str:
    if isinstance(crs, int):
        return f"EPSG:{crs}"
    srid = srid_of(crs)
    return f"EPSG:{srid}" if srid else crs.to_wkt()


# TransformerGroup warns through the process-wide warning filters, which only one thread may change at a time.
_lock = threading.Lock()


@lru_cache(maxsize=256)
def _transformation(source: str, target: str) -> Transformation:
    if source == target:
        return Transformation("same coordinate system", 0.0, (), ())
    path = _path(source, target)
    with _lock:
        groups = [_operations(a, b) for a, b in pairwise(path)]
    steps = tuple(tuple(safe) for safe, _ in groups)
    if not all(steps):
        raise _no_transformation(source, target)
    return Transformation(
        name=" → ".join(_operation_name(step[0]) for step in steps),
        accuracy_m=sum(step[0].accuracy for step in steps),
        missing_grids=tuple(dict.fromkeys(grid for _, grids in groups for grid in grids)),
        steps=steps,
    )


def _path(source: str, target: str) -> list[str]:
    """Put the datums between the two systems' own into the way."""
    ends = [_datum_srid(CRS.from_user_input(key)) for key in (source, target)]
    if not all(end in _DATUM_CHAIN for end in ends):
        return [source, target]
    first, last = (_DATUM_CHAIN.index(end) for end in ends)
    between = _DATUM_CHAIN[first + 1 : last] if first < last else _DATUM_CHAIN[last + 1 : first][::-1]
    return [source, *(f"EPSG:{srid}" for srid in between), target]


def _datum_srid(crs: CRS) -> int:
    geodetic = crs.geodetic_crs
    return (srid_of(geodetic.to_2d()) if geodetic else None) or 0


def _operations(source: str, target: str) -> tuple[list[Transformer], list[str]]:
    """Return the usable operations, best first, and the grids that better ones lack."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(source, target, always_xy=True)
    safe = [t for t in group.transformers if t.accuracy >= 0 and "Ballpark" not in t.description]
    if {_datum_srid(CRS.from_user_input(end)) for end in (source, target)} <= set(_DATUM_CHAIN):
        # PROJ puts the wide no-op before the grid of the 2011 earthquake; beyond a grid the next one serves.
        safe.sort(key=lambda operation: operation.accuracy)
    grids = [g.short_name for op in group.unavailable_operations for g in op.grids if not g.available]
    return safe, grids


def _operation_name(operation: Transformer) -> str:
    parts = [p for p in operation.description.split(" + ") if not p.startswith("axis order change")]
    return " + ".join(parts) or "axis order only"


def _step(alternatives: tuple[Transformer, ...], x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Take the best operation; where its grid does not reach (the sea), the next."""
    out_x, out_y = alternatives[0].transform(x, y)
    for operation in alternatives[1:]:
        missed = ~np.isfinite(out_x) & np.isfinite(x)
        if not missed.any():
            break
        out_x[missed], out_y[missed] = operation.transform(x[missed], y[missed])
    return out_x, out_y


def _unknown(name: str) -> UnknownCRS:
    return UnknownCRS(
        Message(
            ja=f"座標系「{name}」が分かりません。EPSG コード（例：EPSG:6668、平面直角座標系第9系なら EPSG:6677）で指定してください。",
            en=f"Unknown coordinate system {name!r}. Name it by its EPSG code, e.g. EPSG:6668 or EPSG:6677.",
        )
    )


def _no_transformation(source: str, target: str) -> NoTransformation:
    return NoTransformation(
        Message(
            ja=f"{source[:80]} から {target[:80]} への正しい座標変換がありません。座標系の指定を確かめてください。",
            en=f"No trustworthy transformation from {source[:80]} to {target[:80]}. Check the coordinate system named.",
        )
    )
