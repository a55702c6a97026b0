"""Rows without coordinates: placed by their address, or told why not."""

from __future__ import annotations

import csv
import json
import statistics
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyproj
import pytest

from gis_core.city import City
from tests.conftest import Store

if TYPE_CHECKING:
    from etl.geocoding import Placed


@pytest.fixture
def gazetteer(store: Store, shared: Path, city: City) -> None:
    """The real towns of the city and its neighbours."""
    from etl.gazetteers.loading import load_gazetteer
    from etl.gazetteers.wanted import ALL

    files = sorted((shared / "data/otawara/addresses").glob("*.json"))
    load_gazetteer(files, wanted=ALL, prefecture="栃木県", actor="tester")


def place(addresses: list[str | None], city: City, **options: float) -> list[Placed | None]:
    # Imported when the store is there: Django's models need it.
    from etl import geocoding

    return geocoding.place(addresses, city, **options)


def placed(address: str, city: City, **options: float) -> Placed:
    (found,) = place([address], city, **options)
    assert found is not None
    return found


@pytest.mark.usefixtures("gazetteer")
def test_a_clear_address_gives_a_point_and_says_how_good_it_is(city: City) -> None:
    found = placed("元町1-5-43", city)
    assert found.point is not None
    assert (found.point.x, found.point.y) == (140.032426, 36.860437)
    issue = found.issue(3, "住所", "geom")
    assert (issue.rule, issue.severity, issue.row, issue.value) == (
        "geocode.matched",
        "fixed",
        3,
        "元町1-5-43",
    )
    assert "栃木県大田原市元町一丁目" in issue.message.ja
    assert "500 m" in issue.message.ja


@pytest.mark.usefixtures("gazetteer")
def test_the_middle_of_a_large_town_is_a_warning(city: City) -> None:
    found = placed("大田原市佐久山2018", city)
    assert found.point is not None
    assert (found.rule, found.severity) == ("geocode.matched", "warning")
    assert "2000 m" in found.issue(1, "住所", "geom").message.en


@pytest.mark.usefixtures("gazetteer")
@pytest.mark.parametrize(
    "address", ["浅香3578-747", "大田原市佐久山前坂2018", "大田原市", "大田原市無い町1-1"]
)
def test_what_is_doubtful_is_not_guessed(address: str, city: City) -> None:
    found = placed(address, city)
    assert found.point is None
    assert (found.rule, found.severity) == ("geocode.uncertain", "error")
    assert "栃木県大田原市" in found.issue(1, "住所", "geom").message.ja


@pytest.mark.usefixtures("gazetteer")
def test_the_towns_that_fit_are_named(city: City) -> None:
    message = placed("浅香3578-747", city).issue(1, "住所", "geom").message
    assert "大田原市浅香一丁目" in message.ja


@pytest.mark.usefixtures("gazetteer")
def test_the_threshold_decides(city: City) -> None:
    assert placed("大田原市佐久山2018", city, threshold=0.75).rule == "geocode.uncertain"
    assert placed("元町1-5-43", city, threshold=0.75).rule == "geocode.matched"


@pytest.mark.usefixtures("gazetteer")
def test_what_nobody_knows_is_not_found(city: City) -> None:
    found = placed("架空県架空市架空町1", city)
    assert (found.rule, found.severity, found.point) == ("geocode.not_found", "error", None)
    assert "machizu" not in found.issue(1, "住所", "geom").message.ja


def test_an_empty_gazetteer_says_how_to_fill_it(store: Store, city: City) -> None:
    found = placed("元町1-5-43", city)
    assert found.rule == "geocode.not_found"
    assert "machizu gazetteer load" in found.issue(1, None, "geom").message.ja


@pytest.mark.usefixtures("gazetteer")
def test_rows_without_an_address_are_left(city: City) -> None:
    assert place([None, ""], city) == [None, None]


@pytest.mark.usefixtures("gazetteer")
def test_the_real_medical_register_is_placed(shared: Path, city: City) -> None:
    path = shared / "data/otawara/medical/all_med_inst_cd_tochigi-kita.csv"
    with path.open(encoding="utf-8", newline="") as file:
        addresses = [row[4] for row in csv.reader(file) if row]
    found = [answer for answer in place([*addresses], city) if answer]
    assert Counter(answer.rule for answer in found) == {"geocode.matched": 177, "geocode.uncertain": 2}
    # The list of towns lacks きぬの里; between 高久丙 and its number stands a 小字 that nothing sets apart.
    assert {answer.address for answer in found if answer.point is None} == {
        "さくら市きぬの里一丁目２２番地１６",
        "那須郡那須町高久丙一ツ樅道下１１９５－７０１",
    }
    ours = [answer.match for answer in found if "大田原市" in answer.address]
    assert Counter(match and match.level for match in ours) == {"town_chome": 26, "oaza": 22}


@pytest.mark.usefixtures("gazetteer")
def test_the_real_medical_register_loads_by_its_addresses(shared: Path, city: City, tmp_path: Path) -> None:
    from etl.loading import load

    register = (shared / "data/otawara/medical/all_med_inst_cd_tochigi-kita.csv").read_text(encoding="utf-8")
    path = tmp_path / "register.csv"
    path.write_text("医療機関コード,ID,名称,郵便番号,住所\n" + register, encoding="utf-8")
    report = load(path, "medical_institutions", city=city, actor="tester", mode="publish").as_dict()
    assert report["rows"] == {"read": 179, "accepted": 175, "rejected": 4}
    errors = Counter(issue["rule"] for issue in report["issues"] if issue["severity"] == "error")
    assert errors == {"coordinates.missing": 2, "geocode.uncertain": 2, "duplicate.row": 2}


@pytest.mark.usefixtures("gazetteer")
@pytest.mark.parametrize("kind", ["emergency", "evacuation"])
def test_real_shelters_lie_within_what_is_promised(kind: str, shared: Path, city: City) -> None:
    text = (shared / f"data/otawara/shelters_gsi/{kind}/092100.json").read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    found = place([f["properties"]["住所"] for f in features], city)
    ellipsoid = pyproj.Geod(ellps="GRS80")
    within: dict[str, list[bool]] = {}
    distances: dict[str, list[float]] = {}
    for feature, answer in zip(features, found, strict=True):
        assert answer is not None
        assert answer.point is not None
        assert answer.match is not None
        _, _, metres = ellipsoid.inv(*feature["geometry"]["coordinates"][:2], answer.point.x, answer.point.y)
        within.setdefault(answer.match.level, []).append(metres <= answer.match.within_m)
        distances.setdefault(answer.match.level, []).append(metres)
    assert all(sum(hits) / len(hits) >= 0.9 for hits in within.values())
    assert statistics.median(distances["town_chome"]) < 300
    assert statistics.median(distances["oaza"]) < 800
