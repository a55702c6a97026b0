"""Where each row is: latitude and longitude columns, or the file's own geometry, to the layer's geometry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from etl.coordinates import Columns, read_columns
from etl.faults import fault
from etl.findings import Mask, findings, whole_row
from etl.mapping import Mapping, PositionColumns
from etl.systems import Source, source_of_columns, source_of_geometry
from etl.table import Geometries, Options, Table
from etl.transformations import about
from gis_core import geometry as shapes
from gis_core.boxes import Box
from gis_core.city import City
from gis_core.crs import transformation
from gis_core.crs_names import WGS84
from gis_core.definition import LayerDefinition
from gis_core.issues import Issue
from gis_core.sanity import judge_coordinates

Floats = npt.NDArray[np.float64]


# So many positions are enough to tell the coordinate system, and cost nothing.
_SAMPLED_ROWS = 1000


@dataclass(frozen=True)
class Way:
    """How a file says where its rows are: in which system, in which columns (None: as geometries of its own).

    `source` is None where the file has no positions at all.
    """

    source: Source | None
    columns: PositionColumns | None
    issues: tuple[Issue, ...] = ()

    @property
    def label(self) -> str:
        """Return the coordinate system as reports name it."""
        return "" if self.source is None else self.source.label


@dataclass(frozen=True)
class Positions:
    """The layer's geometries in EPSG:4326 (None where refused), and what was found."""

    geometry: Geometries
    issues: list[Issue] = field(default_factory=list)


def find_way(
    table: Table, mapping: Mapping, definition: LayerDefinition, city: City, options: Options, file: str
) -> Way:
    """Tell from the first rows how all rows' positions are to be read. Raises `BadInput`."""
    if table.geometry is not None and not shapely.is_missing(table.geometry).all():
        columns, geometry = None, _sampled_geometry(table.geometry, definition, file)
        source = source_of_geometry(geometry, options.crs, table.crs, city, file)
        geometry = shapes.swap_axes(geometry) if source.exchanged else geometry
    elif mapping.position is not None:
        columns = mapping.position
        if definition.geometry not in {"Point", "MultiPoint"}:
            raise fault("points_only", file=file, layer=definition.title["ja"], expected=definition.geometry)
        sampled = read_columns(_sample(table, table.cells[columns.north].notna().to_numpy()), columns)
        source = source_of_columns(sampled, options.crs, city, file)
        geometry = _points(sampled, source)
    else:
        return Way(None, None)
    _refuse_elsewhere(geometry, source, city, file)
    return Way(source, columns, tuple(_about_source(source, city)))


def locate(table: Table, way: Way, definition: LayerDefinition, city: City) -> Positions:
    """Find the geometry of every row of a part."""
    if way.source is None:
        nowhere = np.full(len(table.row_numbers), None, dtype=object)
        missing = np.ones(len(nowhere), dtype=bool)
        return Positions(
            nowhere, findings("coordinates.missing", "error", table.row_numbers, missing, field="geom")
        )
    if way.columns is None:
        return _from_geometry(table, way.source, definition, city)
    return _from_columns(table, way.source, way.columns, definition, city)


def _sample(table: Table, among: Mask) -> Table:
    rows = np.flatnonzero(among)[:_SAMPLED_ROWS]
    return replace(table, cells=table.cells.iloc[rows], row_numbers=table.row_numbers[rows], geometry=None)


def _sampled_geometry(own: Geometries, definition: LayerDefinition, file: str) -> Geometries:
    own = own[~shapely.is_missing(own)][:_SAMPLED_ROWS]
    repaired = shapes.repair(own, definition.geometry)
    _refuse_other_kind(own, repaired, definition, file)
    return repaired.geometries


def _refuse_elsewhere(geometry: Geometries, source: Source, city: City, file: str) -> None:
    """Refuse the system that a deliverer names when it takes every place away from the city."""
    if not source.named:
        return
    placed, moved = _to_degrees(geometry, source)
    there = ~shapely.is_missing(placed)
    if moved and there.any() and not _touches(placed, city.reach)[there].any():
        raise fault("crs_elsewhere", file=file, crs=source.label, city=city.name["ja"])


def _from_geometry(table: Table, source: Source, definition: LayerDefinition, city: City) -> Positions:
    own = (
        table.geometry if table.geometry is not None else np.full(len(table.row_numbers), None, dtype=object)
    )
    repaired = shapes.repair(own, definition.geometry)
    rows = table.row_numbers
    issues = findings("geometry.null", "error", rows, repaired.missing, field="geom")
    issues += findings(
        "geometry.invalid", "fixed", rows, repaired.repaired & ~repaired.wrong_type, field="geom"
    )
    issues += findings("geometry.invalid", "error", rows, repaired.unrepairable, field="geom")
    issues += findings(
        "geometry.type",
        "error",
        rows,
        repaired.wrong_type,
        field="geom",
        values=_kinds(own) if repaired.wrong_type.any() else None,
        expected=definition.geometry,
    )
    geometry = shapes.swap_axes(repaired.geometries) if source.exchanged else repaired.geometries
    return _judged(geometry, source, rows, city, issues=issues)


def _from_columns(
    table: Table, source: Source, position: PositionColumns, definition: LayerDefinition, city: City
) -> Positions:
    columns = read_columns(table, position)
    fitted, _ = shapes.fit_type(_points(columns, source), definition.geometry)
    return _judged(fitted, source, table.row_numbers, city, columns=columns, issues=list(columns.issues))


def _points(columns: Columns, source: Source) -> Geometries:
    east, north = (columns.north, columns.east) if source.exchanged else (columns.east, columns.north)
    usable = np.isfinite(east) & np.isfinite(north) & ~columns.refused
    points = np.full(len(east), None, dtype=object)
    points[usable] = shapely.points(east[usable], north[usable])
    return points


def _judged(
    given: Geometries,
    source: Source,
    rows: npt.NDArray[np.int64],
    city: City,
    *,
    issues: list[Issue],
    columns: Columns | None = None,
) -> Positions:
    """Transform to EPSG:4326 and judge: zero, swapped, outside Japan, outside the city."""
    names = columns.names() if columns else {"column": None, "values": None}
    geometry = given.copy()
    if source.in_degrees:
        zero = _at_zero(geometry)
        issues += findings("coordinates.zero", "error", rows, zero, field="geom", **names)
        geometry[zero] = None
        swapped = shapes.axes_swapped(geometry)
        issues += findings("coordinates.swapped", "fixed", rows, swapped, field="geom", **names)
        geometry[swapped] = shapes.swap_axes(geometry[swapped])
    geometry, _ = _to_degrees(geometry, source)
    there = ~shapely.is_missing(geometry)
    abroad = there & ~shapes.in_japan(geometry)
    away = there & ~abroad & ~_touches(geometry, city.reach)
    if (abroad | away).any():
        shown = _shown(names, geometry, city.reach)
        issues += findings("coordinates.outside_japan", "error", rows, abroad, field="geom", **shown)
        here = city.name["ja"]
        issues += findings(
            "coordinates.outside_city", "warning", rows, away, field="geom", city=here, **shown
        )
    geometry[abroad] = None
    return Positions(geometry, issues)


def _to_degrees(geometry: Geometries, source: Source) -> tuple[Geometries, bool]:
    if source.is_wgs84:
        return geometry, False
    way = transformation(source.crs, WGS84)

    def move(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return way.apply(x, y)

    moved = np.asarray(shapely.transform(geometry, move, interleaved=False), dtype=object)
    return moved, True


def _about_source(source: Source, city: City) -> list[Issue]:
    guessed = (
        [whole_row("coordinates.guessed", "warning", None, source=source.label)] if source.guessed else []
    )
    return guessed if source.is_wgs84 else [*guessed, *about(source.crs, source.label, city)]


def _refuse_other_kind(
    own: Geometries, repaired: shapes.Repaired, definition: LayerDefinition, file: str
) -> None:
    there = ~repaired.missing
    if there.any() and repaired.wrong_type[there].all():
        found = "・".join(sorted({kind for kind in _kinds(own)[there] if kind}))
        raise fault(
            "wrong_geometry",
            file=file,
            found=found,
            layer=definition.title["ja"],
            expected=definition.geometry,
        )


def _kinds(geometry: Geometries) -> npt.NDArray[np.object_]:
    return np.array([None if g is None else g.geom_type for g in geometry], dtype=object)


def _at_zero(geometry: Geometries) -> Mask:
    """Tell which geometries are a mere point at 0, 0."""
    bounds = shapely.bounds(geometry)
    return np.asarray((bounds == 0.0).all(axis=1))


def _touches(geometry: Geometries, box: Box) -> Mask:
    west, south, east, north = shapely.bounds(geometry).T
    return np.asarray((west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south))


def _shown(names: dict[str, Any], geometry: Geometries, reach: Box) -> dict[str, Any]:
    """Add the place as a person would check it on a map (latitude, longitude) and what it looks like."""
    west, south, east, north = shapely.bounds(geometry).T
    places = (
        pd.Series((south + north) / 2).round(6).astype(str)
        + ", "
        + pd.Series((west + east) / 2).round(6).astype(str)
    )
    looks_like = judge_coordinates((west + east) / 2, (south + north) / 2, reach)
    return {**names, "place": places.to_numpy(dtype=object), "detail": looks_like}
