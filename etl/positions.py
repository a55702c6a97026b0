"""Where each row is: latitude and longitude columns, or the file's own geometry, to the layer's geometry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from etl.coordinates import Columns, read_columns
from etl.faults import fault
from etl.findings import Mask, findings, whole_row
from etl.mapping import Mapping
from etl.systems import Source, source_of_columns, source_of_geometry
from etl.table import Geometries, Options, Table
from gis_core import geometry as shapes
from gis_core.boxes import Box
from gis_core.city import City
from gis_core.crs import transformation
from gis_core.crs_names import WGS84
from gis_core.definition import LayerDefinition
from gis_core.issues import Issue
from gis_core.sanity import judge_coordinates

Floats = npt.NDArray[np.float64]

# A transformation with a nominal accuracy above this crosses datums (6668 → 4326 alone counts 1 m).
_DATUM_ACCURACY_M = 1.5


@dataclass(frozen=True)
class Positions:
    """The layer's geometries in EPSG:4326 (None where refused), the file's system, and what was found."""

    geometry: Geometries
    crs: str
    issues: list[Issue] = field(default_factory=list)
    from_columns: bool = False


def locate(
    table: Table, mapping: Mapping, definition: LayerDefinition, city: City, options: Options, file: str
) -> Positions:
    """Find every row's geometry. Raises `BadInput` when the file has none that the layer could use."""
    own = (
        table.geometry
        if table.geometry is not None and not shapely.is_missing(table.geometry).all()
        else None
    )
    if own is not None:
        located = _from_geometry(table, own, definition, city, options, file)
    elif mapping.position is not None:
        located = _from_columns(table, mapping, definition, city, options, file)
    else:
        raise fault("no_positions", file=file)
    if shapely.is_missing(located.geometry).all():
        raise _nothing_usable(located, file)
    return located


def _from_geometry(
    table: Table, own: Geometries, definition: LayerDefinition, city: City, options: Options, file: str
) -> Positions:
    repaired = shapes.repair(own, definition.geometry)
    _refuse_other_kind(own, repaired, definition, file)
    rows = table.row_numbers
    kinds = _kinds(own)
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
        values=kinds,
        expected=definition.geometry,
    )
    source = source_of_geometry(repaired.geometries, options.crs, table.crs, city, file)
    geometry = shapes.swap_axes(repaired.geometries) if source.exchanged else repaired.geometries
    return _judged(geometry, source, rows, city, file, issues=issues)


def _from_columns(
    table: Table, mapping: Mapping, definition: LayerDefinition, city: City, options: Options, file: str
) -> Positions:
    assert mapping.position is not None
    if definition.geometry not in {"Point", "MultiPoint"}:
        raise fault("points_only", file=file, layer=definition.title["ja"], expected=definition.geometry)
    columns = read_columns(table, mapping.position)
    source = source_of_columns(columns, options.crs, city, file)
    east, north = (columns.north, columns.east) if source.exchanged else (columns.east, columns.north)
    usable = np.isfinite(east) & np.isfinite(north) & ~columns.refused
    points = np.full(len(east), None, dtype=object)
    points[usable] = shapely.points(east[usable], north[usable])
    fitted, _ = shapes.fit_type(points, definition.geometry)
    return _judged(
        fitted, source, table.row_numbers, city, file, columns=columns, issues=list(columns.issues)
    )


def _judged(
    given: Geometries,
    source: Source,
    rows: npt.NDArray[np.int64],
    city: City,
    file: str,
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
    geometry, moved = _to_degrees(geometry, source)
    there = ~shapely.is_missing(geometry)
    abroad = there & ~shapes.in_japan(geometry)
    away = there & ~abroad & ~_touches(geometry, city.reach)
    if source.named and moved and there.any() and (abroad | away)[there].all():
        raise fault("crs_elsewhere", file=file, crs=source.label, city=city.name["ja"])
    if (abroad | away).any():
        shown = _shown(names, geometry, city.reach)
        issues += findings("coordinates.outside_japan", "error", rows, abroad, field="geom", **shown)
        here = city.name["ja"]
        issues += findings(
            "coordinates.outside_city", "warning", rows, away, field="geom", city=here, **shown
        )
    geometry[abroad] = None
    return Positions(geometry, source.label, _about_source(source) + issues, columns is not None)


def _to_degrees(geometry: Geometries, source: Source) -> tuple[Geometries, bool]:
    if source.is_wgs84:
        return geometry, False
    way = transformation(source.crs, WGS84)

    def move(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return way.apply(x, y)

    moved = np.asarray(shapely.transform(geometry, move, interleaved=False), dtype=object)
    return moved, True


def _about_source(source: Source) -> list[Issue]:
    issues = (
        [whole_row("coordinates.guessed", "warning", None, source=source.label)] if source.guessed else []
    )
    if not source.is_wgs84:
        way = transformation(source.crs, WGS84)
        if way.accuracy_m > _DATUM_ACCURACY_M:
            issues.append(
                whole_row(
                    "coordinates.datum", "warning", None, source=source.label, way=way.name,
                    accuracy=round(way.accuracy_m, 1),
                )
            )  # fmt: skip
    return issues


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


def _nothing_usable(located: Positions, file: str) -> Exception:
    first = next((i for i in located.issues if i.severity == "error"), None)
    if first is None:
        return fault("no_positions", file=file)
    return fault(
        "unusable_positions", file=file, row=first.row, column=first.column or "geom", value=first.value or ""
    )
