from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_core.geometry import (
    as_array,
    axes_swapped,
    fit_type,
    force_2d,
    hex_wkb,
    in_japan,
    make_valid,
    orient,
    promote_to_multi,
    repair,
    swap_axes,
)

BOW_TIE = shapely.from_wkt("POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))")
FLAT = shapely.from_wkt("POLYGON((0 0, 1 1, 2 2, 0 0))")
SPIKE = shapely.from_wkt("POLYGON((0 0, 2 0, 2 2, 2 3, 2 2, 0 2, 0 0))")
CLOCKWISE = shapely.box(0, 0, 1, 1, ccw=False)


def test_repair_tells_row_by_row_what_it_found() -> None:
    given = [BOW_TIE, FLAT, None, shapely.Point(), shapely.Point(1, 2), CLOCKWISE]
    done = repair(given, "MultiPolygon")
    assert done.repaired.tolist() == [True, False, False, False, False, False]
    assert done.unrepairable.tolist() == [False, True, False, False, False, False]
    assert done.missing.tolist() == [False, False, True, True, False, False]
    assert done.wrong_type.tolist() == [False, False, False, False, True, False]
    assert [geometry is not None for geometry in done.geometries] == [True, False, False, False, False, True]


def test_what_is_repaired_is_valid_and_of_its_type() -> None:
    done = repair([BOW_TIE, SPIKE, CLOCKWISE], "MultiPolygon").geometries
    assert shapely.is_valid(done).all()
    assert {geometry.geom_type for geometry in done} == {"MultiPolygon"}
    assert shapely.area(done).tolist() == [2, 4, 1]


def test_what_is_valid_is_left_as_it_is() -> None:
    given = as_array([shapely.box(0, 0, 1, 1), shapely.Point(1, 2), None])
    assert make_valid(given).tolist() == given.tolist()


def test_polygons_do_not_turn_into_lines() -> None:
    bow_and_tail = shapely.from_wkt("POLYGON((0 0, 2 2, 2 0, 0 2, 0 0, -1 -1, 0 0))")
    (made,) = make_valid(as_array([bow_and_tail]))
    assert shapely.get_dimensions(made) == 2
    assert made.geom_type != "GeometryCollection"


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_coordinates_that_are_no_numbers_cannot_be_repaired(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        polygon, line = (
            shapely.polygons([(0, 0), (1, 0), (1, bad), (0, 0)]),
            shapely.linestrings([(0, 0), (1, bad)]),
        )
        assert repair([polygon], "Polygon").unrepairable.tolist() == [True]
        assert repair([line], "LineString").unrepairable.tolist() == [True]


def test_heights_are_dropped() -> None:
    assert not shapely.has_z(force_2d(as_array([shapely.Point(1, 2, 3)]))).any()


def test_single_geometries_become_multi() -> None:
    given = as_array([shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), CLOCKWISE, None])
    promoted = promote_to_multi(given)
    assert [g and g.geom_type for g in promoted] == ["MultiPoint", "MultiLineString", "MultiPolygon", None]


@pytest.mark.parametrize("single", ["Point", "LineString", "Polygon"])
def test_a_multi_of_one_part_fits_a_single_type(single: str) -> None:
    parts = {
        "Point": shapely.Point(0, 0),
        "LineString": shapely.LineString([(0, 0), (1, 1)]),
        "Polygon": CLOCKWISE,
    }
    fitted, wrong = fit_type(promote_to_multi(as_array([parts[single]])), single)
    assert fitted[0].equals(parts[single])
    assert not wrong.any()


def test_a_multi_of_two_parts_fits_no_single_type() -> None:
    fitted, wrong = fit_type(as_array([shapely.MultiPoint([(0, 0), (1, 1)])]), "Point")
    assert fitted.tolist() == [None]
    assert wrong.tolist() == [True]


def test_outer_rings_run_counter_clockwise_and_holes_clockwise() -> None:
    holed = shapely.Polygon(CLOCKWISE.exterior, [shapely.box(0.2, 0.2, 0.8, 0.8, ccw=True).exterior])
    (turned,) = orient(as_array([holed]))
    assert shapely.is_ccw(turned.exterior)
    assert not shapely.is_ccw(turned.interiors[0])


def test_swapped_axes_are_seen_and_undone() -> None:
    swapped = as_array(
        [shapely.Point(36.87, 140.01), shapely.Point(140.01, 36.87), shapely.Point(0, 0), None]
    )
    assert axes_swapped(swapped).tolist() == [True, False, False, False]
    assert in_japan(swapped).tolist() == [False, True, False, False]
    assert in_japan(swap_axes(swapped[:1])).tolist() == [True]


@pytest.mark.parametrize(
    "geometries",
    [
        [shapely.Point(140.0160005, -36.1), shapely.Point(0.1, 1e-300)],
        [shapely.Point(140.1, 36.8), shapely.Point()],
        [shapely.Point(140.1, 36.8), shapely.MultiPoint([(140, 36)])],
        [shapely.box(0, 0, 1, 1)],
        [],
    ],
)
def test_points_are_written_as_all_others(geometries: list[shapely.Geometry]) -> None:
    array = np.array(geometries, dtype=object)
    assert hex_wkb(array) == [shapely.to_wkb(one).hex() for one in geometries]


def test_no_geometries_are_no_problem() -> None:
    done = repair([], "Point")
    assert done.geometries.size == done.missing.size == 0
