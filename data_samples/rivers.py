"""Courses of the sample rivers, drawn by hand between the towns, with the heights of their beds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LineString

from data_samples.delivery import rng
from data_samples.projection import Floats, to_plane
from data_samples.relief import valley_floor
from data_samples.shapes import displace, smooth_curve, wander

STEP: Final = 90.0
SWAY: Final = 130.0
SLOPE: Final = 0.0012
"""The least fall of a bed, metres for each metre of its course."""


@dataclass(frozen=True)
class River:
    """A river from its source down: `line` (n, 2) and `bed` (n,) in metres.

    `stage` is the depth of the sample flood over the bed, `reach` how far from the line the valley goes.
    """

    name: str
    kana: str
    grade: str
    into: str
    line: Floats
    bed: Floats
    stage: float
    reach: float

    def reach_at(self, vertex: int) -> float:
        """Return the reach at a vertex: a valley is narrow at the source."""
        return self.reach * (0.4 + 0.6 * min(1.0, 4 * vertex / len(self.line)))

    def geometry(self) -> LineString:
        """Return the course as a line in metres."""
        return LineString(self.line)


@dataclass(frozen=True)
class _Course:
    name: str
    kana: str
    grade: str
    into: str
    stage: float
    reach: float
    incision: float
    points: str


COURSES: Final = (
    _Course(
        "那珂川", "ナカガワ", "一級河川", "", 8.0, 2000.0, 16.0,
        "140.088,36.949 140.097,36.933 140.105,36.920 140.117,36.907 140.1215,36.892 140.119,36.877 "
        "140.1185,36.864 140.1265,36.853 140.1185,36.841 140.1215,36.828 140.127,36.815 140.1235,36.801 "
        "140.1295,36.788 140.139,36.769",
    ),
    _Course(
        "箒川", "ホウキガワ", "一級河川", "那珂川", 5.5, 1700.0, 12.0,
        "139.9215,36.850 139.938,36.835 139.957,36.823 139.975,36.812 139.993,36.808 140.012,36.809 "
        "140.028,36.803 140.045,36.806 140.061,36.8065 140.079,36.800 140.097,36.795 140.112,36.787 "
        "140.1295,36.788",
    ),
    _Course(
        "蛇尾川", "サビガワ", "一級河川", "箒川", 4.4, 1300.0, 6.0,
        "140.014,36.949 140.020,36.925 140.016,36.908 140.0175,36.894 140.0255,36.8815 140.0335,36.875 "
        "140.0405,36.866 140.0475,36.857 140.047,36.846 140.042,36.834 140.046,36.821 140.056,36.813 "
        "140.061,36.8065",
    ),
    _Course(
        "余笹川", "ヨササガワ", "一級河川", "那珂川", 5.5, 1100.0, 14.0,
        "140.130,36.949 140.125,36.934 140.124,36.920 140.117,36.907",
    ),
    _Course(
        "松葉川", "マツバガワ", "一級河川", "那珂川", 3.5, 900.0, 12.0,
        "140.201,36.949 140.190,36.932 140.174,36.918 140.161,36.907 140.150,36.890 140.144,36.876 "
        "140.137,36.861 140.1265,36.853",
    ),
    _Course(
        "百村川", "モムラガワ", "一級河川", "箒川", 2.6, 750.0, 4.0,
        "139.978,36.899 139.992,36.870 139.994,36.855 140.006,36.840 140.010,36.824 140.020,36.812 "
        "140.028,36.803",
    ),
    _Course(
        "巻川", "マキガワ", "一級河川", "蛇尾川", 2.6, 750.0, 4.0,
        "140.066,36.940 140.059,36.914 140.047,36.895 140.046,36.878 140.0475,36.857",
    ),
    _Course(
        "湯坂川", "ユサカガワ", "一級河川", "那珂川", 2.6, 750.0, 6.0,
        "140.097,36.908 140.084,36.892 140.083,36.868 140.084,36.850 140.090,36.832 140.104,36.815 "
        "140.1235,36.801",
    ),
    _Course(
        "武茂川", "ムモガワ", "一級河川", "", 3.5, 1100.0, 14.0,
        "140.221,36.949 140.216,36.926 140.213,36.901 140.206,36.876 140.199,36.852 140.187,36.829 140.173,36.811 "
        "140.160,36.792",
    ),
    _Course(
        "押川", "オシカワ", "一級河川", "", 3.5, 1100.0, 14.0,
        "140.238,36.949 140.245,36.930 140.238,36.905 140.242,36.882 140.239,36.855 140.249,36.833 140.267,36.820",
    ),
)  # fmt: skip


def draw_rivers() -> list[River]:
    """Return all rivers, each after the one it flows into."""
    rivers: dict[str, River] = {}
    for course in COURSES:
        rivers[course.name] = _draw(course, rivers.get(course.into))
    return list(rivers.values())


def _draw(course: _Course, main: River | None) -> River:
    corners = to_plane([[float(number) for number in pair.split(",")] for pair in course.points.split()])
    curve = smooth_curve(corners, STEP)
    length = len(curve) * STEP
    waves = tuple(range(3, max(5, int(length / 420))))
    line = displace(curve, wander(len(curve), rng(course.name), waves) * SWAY)
    if main is not None:
        line[-1] = _nearest_vertex(main, line[-1])[0]
    line = np.round(line, 2)
    return River(
        course.name, course.kana, course.grade, course.into, line, _bed(line, course.incision, main),
        course.stage, course.reach,
    )  # fmt: skip


def _bed(line: Floats, incision: float, main: River | None) -> Floats:
    """Return heights that only fall and that end on the bed of the main river."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    bed = valley_floor(line[:, 0], line[:, 1]) - incision
    if main is not None:
        bed += (_nearest_vertex(main, line[-1])[1] - bed[-1]) * (along / along[-1]) ** 2
    falling: Floats = np.minimum.accumulate(bed + SLOPE * along) - SLOPE * along
    return falling


def _nearest_vertex(river: River, point: Floats) -> tuple[Floats, float]:
    index = int(np.argmin(np.hypot(*(river.line - point).T)))
    return river.line[index], float(river.bed[index])


def all_courses(rivers: list[River]) -> shapely.MultiLineString:
    """Return every course as one geometry in metres."""
    return shapely.MultiLineString([river.geometry() for river in rivers])
