import math

import numpy as np
import pytest

from gis_core.crs import transformation
from gis_core.datums import account, looks_like_tokyo, tokyo_offset

HALL = (140.0155, 36.8712)
FUKUOKA = (130.4, 33.6)


def test_tokyo_numbers_lie_450_m_to_the_south_east() -> None:
    east, north = tokyo_offset(140.0155, 36.8712)
    assert math.hypot(east, north) == pytest.approx(453, abs=3)
    assert east > 0 > north


def test_a_common_offset_to_the_addresses_betrays_the_tokyo_datum() -> None:
    lon, lat = np.linspace(139.95, 140.2, 9), np.linspace(36.8, 36.93, 9)
    true_lon, true_lat = transformation(4301, 6668).apply(lon, lat)
    assert looks_like_tokyo(lon, lat, true_lon, true_lat)
    assert not looks_like_tokyo(lon, lat, lon, lat)
    assert not looks_like_tokyo(lon[:2], lat[:2], true_lon[:2], true_lat[:2])


def test_offsets_that_disagree_among_themselves_betray_nothing() -> None:
    lon, lat = np.linspace(139.95, 140.2, 4), np.linspace(36.8, 36.93, 4)
    true_lon, true_lat = transformation(4301, 6668).apply(lon, lat)
    scattered = np.array([-0.02, 0.02, 0.015, -0.015])
    assert not looks_like_tokyo(lon, lat, true_lon + scattered, true_lat)


@pytest.mark.parametrize(
    ("srid", "place", "steps", "unmoved"),
    [
        (4301, HALL, 3, True),
        (4301, FUKUOKA, 3, False),
        (4612, HALL, 2, True),
        (4612, FUKUOKA, 2, False),
        (6668, HALL, 1, False),
        (6677, (16240.652, 96680.363), 1, False),
        (2451, (16240.652, 96680.363), 2, True),
    ],
)
def test_a_place_is_told_what_became_of_it(
    srid: int, place: tuple[float, float], steps: int, unmoved: bool
) -> None:
    found = account(srid, *place)
    unmoved = unmoved and bool(transformation(4612, 6668).missing_grids)
    assert (len(found.operations), found.unmoved) == (steps, unmoved)
    assert ("touhokutaiheiyouoki2011.gsb" in found.missing_grids) == unmoved
    assert (found.accuracy_m >= 5) == (unmoved or "tky2jgd.gsb" in found.missing_grids)
