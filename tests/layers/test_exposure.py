"""Exposure of the sample city equals an overlay that geopandas computes from the source file and the layers."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from django.db import connection
from rasterio import features

from gis_core.definition import Texts
from tests.conftest import Store

PLANE = 6677
SITES = (
    "evacuation_sites",
    "evacuation_shelters",
    "medical_institutions",
    "facilities",
    "aed",
    "wifi_hotspots",
)


@pytest.fixture
def counted(sample_store: Store) -> dict[str, dict[str, Any]]:
    """What is counted in each hazard of the sample city, by layer. It only adds what is derived from the rest."""
    from layers.exposure_models import Exposure
    from layers.services.exposure import renew

    renew()
    found: dict[str, dict[str, Any]] = {}
    for row in Exposure.objects.all():
        found.setdefault(row.hazard, {})[row.counted] = row.content
    return found


def layer(name: str, *columns: str) -> Any:
    """A layer as geopandas sees it, in the city's plane."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['id', *columns, 'ST_AsBinary(geom)'])} FROM layer.{name}")
        rows = [(*row[:-1], shapely.from_wkb(bytes(row[-1]))) for row in cursor.fetchall()]
    frame = geopandas.GeoDataFrame(rows, columns=["id", *columns, "geometry"], crs=4326)
    return frame.to_crs(PLANE)


def flood() -> Any:
    """The flood's classes, made of the whole raster at once, one (multi)polygon for each."""
    from layers.selectors import catalogue

    info = catalogue().raster("flood_depth")
    with rasterio.open(info.path) as source:
        assert source.crs.to_epsg() == PLANE
        depths = source.read(1, masked=True).filled(-1)
        bounds = [kind.minimum for kind in info.definition.classes]
        classes = np.searchsorted(np.array(bounds, depths.dtype), depths, side="right").astype("uint8")
        found = [
            (v, shapely.geometry.shape(s)) for s, v in features.shapes(classes, transform=source.transform)
        ]
    frame = geopandas.GeoDataFrame(found, columns=["place", "geometry"], crs=PLANE)
    frame["geometry"] = frame.make_valid()
    return frame[frame.place > 0].dissolve("place").reset_index()


def test_the_sample_citys_exposure_is_that_of_an_overlay(counted: dict[str, dict[str, Any]]) -> None:
    found, areas = counted["flood_depth"], flood()
    assert {int(place) for place, _ in found["flood_depth"]} == set(areas.place.astype(int))
    for place, size in found["flood_depth"]:
        assert size == pytest.approx(areas.set_index("place").area[place], rel=0.001)
    for name in SITES:
        met = geopandas.sjoin(layer(name), areas, predicate="intersects")
        expected = sorted((int(i), int(place)) for i, place in zip(met.id, met.place, strict=True))
        assert sorted((i, place) for i, places in found[name] for place in places) == expected
        assert expected
    cut = geopandas.overlay(layer("roads"), areas, how="intersection", keep_geom_type=True)
    lengths = cut.length.groupby(cut.place).sum()
    assert dict(found["roads"]) == pytest.approx(lengths.to_dict(), rel=0.001)


def test_people_are_weighted_by_area(counted: dict[str, dict[str, Any]]) -> None:
    from layers.exposure_areas import AreaClass, AreaList
    from layers.exposure_sums import Chosen, people

    towns = layer("town_areas", "population").set_index("id")
    cut = geopandas.overlay(
        layer("town_areas", "population"), flood(), how="intersection", keep_geom_type=True
    )
    cut["people"] = cut.population * cut.area / towns.area[cut.id].to_numpy()
    expected = cut.groupby(["id", "place"]).people.sum()
    kinds = tuple(AreaClass(str(n), Texts(ja=""), "", 1) for n in range(1, 7))
    shares = counted["flood_depth"]["town_areas"]
    chosen = Chosen.of(AreaList("", 1, True, True, kinds), None)
    found = people(chosen, shares, towns.population.dropna().astype(int).to_dict())
    for (town, place), number in expected.items():
        assert found.towns[town].get(int(place), 0) == pytest.approx(number, rel=0.002, abs=0.02)
    assert found.whole[0] == pytest.approx(expected.sum(), rel=0.001)
    assert sum(cell[0] for cell in found.cells.values()) == pytest.approx(found.whole[0], rel=1e-9)


def test_zones_that_overlap_count_once(counted: dict[str, dict[str, Any]]) -> None:
    zones = layer("landslide_zones", "phenomenon", "zone_kind")
    sizes = dict(counted["landslide_zones"]["landslide_zones"])
    assert sizes[0] == pytest.approx(zones.union_all().area, rel=0.001)
    by_class = zones.dissolve(["zone_kind", "phenomenon"]).area
    assert sorted(sizes[place] for place in sizes if place) == pytest.approx(sorted(by_class), rel=0.001)
    assert sum(sizes[place] for place in sizes if place) > sizes[0]
    roads = layer("roads").union_all().intersection(zones.union_all()).length
    assert dict(counted["landslide_zones"]["roads"])[0] == pytest.approx(roads, rel=0.001)


def test_only_what_changed_is_counted_anew(counted: dict[str, dict[str, Any]], sample_store: Store) -> None:
    from layers.exposure_models import Exposure
    from layers.services.exposure import renew

    assert renew() == []
    row = Exposure.objects.get(hazard="flood_depth", counted="roads")
    made = dict(Exposure.objects.exclude(pk=row.pk).values_list("pk", "made_at"))
    # As it is when the roads have been published since.
    Exposure.objects.filter(pk=row.pk).update(counted_revision=0, content=[])
    assert renew() == ["flood_depth"]
    assert Exposure.objects.get(pk=row.pk).content == row.content
    assert dict(Exposure.objects.exclude(pk=row.pk).values_list("pk", "made_at")) == made


def test_small_numbers_are_hidden_with_those_that_would_tell_them() -> None:
    from layers.exposure_sums import told

    rows = [{0: 103.2, 1: 3.2, 2: 100.0}, {0: 60.0, 1: 20.0, 2: 40.0}, {0: 0.4, 1: 0.4, 2: 0.0}]
    found = told(rows, [1, 2])
    assert found[0] == {0: 103, 1: None, 2: None}
    assert found[1] == {0: 60, 1: None, 2: None}
    assert found[2] == {0: 0, 1: 0, 2: 0}
