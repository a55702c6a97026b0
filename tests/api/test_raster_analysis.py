"""Rasters at points, along lines and in polygons: what the source file holds, computed another way."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.features import geometry_mask
from rasterio.io import MemoryFile
from rasterio.warp import transform, transform_geom
from starlette.testclient import TestClient

from gis_core.tiles import mercator_box, tile_at
from tests.api.conftest import COLOURS, write_depth

RASTER = "/api/rasters/depth"
# Within the raster, across its dry part and all its classes; (12,000–16,500, 96,000–99,000) of zone IX.
AREA = [(139.99, 36.872), (140.012, 36.868), (140.011, 36.889), (140.0, 36.88), (139.98, 36.888)]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_depth(tmp_path_factory.mktemp("depth") / "depth.tif")


def text(places: Any) -> str:
    return ";".join(f"{lon!r},{lat!r}" for lon, lat in places)


def get(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(f"{RASTER}/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_thousand_values_are_those_that_rasterio_samples(client: TestClient, source: Path) -> None:
    random = np.random.default_rng(20260401)
    longitudes = random.uniform(139.96, 140.03, 1000).tolist()
    latitudes = random.uniform(36.86, 36.9, 1000).tolist()
    with rasterio.open(source) as opened:
        places = zip(*transform("EPSG:4326", opened.crs, longitudes, latitudes), strict=True)
        expected = [v[0] for v in opened.sample(places, masked=True)]
    found = [
        get(client, "value", lon=lon, lat=lat)["value"]
        for lon, lat in zip(longitudes, latitudes, strict=True)
    ]
    assert found == [None if v is np.ma.masked else float(str(v)) for v in expected]
    assert 100 < sum(v is not None for v in found) < 1000


def test_areas_by_class_are_those_of_a_fine_grid_of_the_source(client: TestClient, source: Path) -> None:
    """Each pixel is parted into 10 × 10, which count by their middles."""
    found = get(client, "statistics", polygon=text(AREA))
    shape = transform_geom("EPSG:4326", "EPSG:6677", shapely.geometry.mapping(shapely.Polygon(AREA)))
    with rasterio.open(source) as opened:
        values = np.repeat(np.repeat(opened.read(1), 10, axis=0), 10, axis=1)
        fine = opened.transform @ Affine.scale(0.1)
        inside = geometry_mask([shape], values.shape, fine, invert=True)
    whole = abs(Geod(ellps="GRS80").geometry_area_perimeter(shapely.Polygon(AREA))[0])
    # Straight in degrees here (RFC 7946), the shortest way there.
    assert found["area"] == pytest.approx(whole, rel=1e-4)
    for kind in found["classes"]:
        there = inside & (values >= kind["minimum"]) & (values < (kind["maximum"] or np.inf))
        assert kind["area"] == pytest.approx(np.count_nonzero(there) * 0.25, rel=0.005)
        assert kind["share"] == pytest.approx(kind["area"] / whole, abs=1e-5)
    dry = np.count_nonzero(inside & (values == 0)) * 0.25
    assert (found["inNoClass"], found["notMapped"] > 0) == (pytest.approx(dry, rel=0.005), True)
    parts = found["notMapped"] + found["inNoClass"] + sum(kind["area"] for kind in found["classes"])
    assert parts == pytest.approx(whole, rel=1e-3)
    mapped = values[inside & (values >= 0)]
    assert found["minimum"] == 0
    assert found["maximum"] == pytest.approx(mapped.max(), rel=1e-3)
    assert found["mean"] == pytest.approx(mapped.mean(dtype=float), rel=0.005)


def test_a_polygon_smaller_than_a_pixel_has_its_own_area(client: TestClient) -> None:
    lon, lat, d = 140.009, 36.875, 0.00001
    corners = [(lon, lat), (lon + d, lat), (lon + d, lat + d), (lon, lat + d)]
    found = get(client, "statistics", polygon=text(corners))
    assert sum(kind["area"] for kind in found["classes"]) == pytest.approx(found["area"], rel=0.01)
    assert found["area"] == pytest.approx(0.99, rel=0.02)


def test_where_nothing_was_mapped_there_is_no_value(client: TestClient) -> None:
    found = get(client, "statistics", polygon="130,30;130.1,30;130.1,30.1")
    assert (found["minimum"], found["maximum"], found["mean"]) == (None, None, None)
    assert found["notMapped"] == found["area"]


def test_a_profile_has_the_values_of_its_points_by_distance(client: TestClient) -> None:
    line = [(139.97, 36.87), (140.0, 36.88), (140.02, 36.88)]
    found = get(client, "profile", coords=text(line), samples=21)
    points = found["points"]
    assert len(points) == 21
    assert (points[0]["longitude"], points[-1]["longitude"]) == (139.97, 140.02)
    whole = Geod(ellps="GRS80").line_length(*zip(*line, strict=True))
    assert found["length"] == points[-1]["distance"] == pytest.approx(whole, abs=0.02)
    steps = np.diff([p["distance"] for p in points])
    assert np.allclose(steps, whole / 20, atol=0.02)
    for point in points:
        at = get(client, "value", lon=point["longitude"], lat=point["latitude"])
        assert (point["value"], point["status"]) == (at["value"], at["status"])
        assert point["color"] == (at["class"] or {"color": None})["color"]
    assert {"class", "not_mapped"} <= {p["status"] for p in points}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("profile?coords=140,36", "coords"),
        ("profile?coords=140,36;x,1", "coords"),
        ("profile?coords=140,36;141,91", "coords"),
        ("profile?coords=140,36;141,nan", "coords"),
        ("profile?coords=140,36;141,37&samples=1", "samples"),
        ("profile?coords=140,36;141,37&samples=x", "samples"),
        ("profile", "coords"),
        ("statistics?polygon=140,36;141,37", "polygon"),
        ("statistics?polygon=140,36;141,37;140,36", "polygon"),
        ("statistics?polygon=140,36;141,37;141,36;140,37", "polygon"),
        ("statistics?polygon=" + ";".join(["140,36"] * 1001), "polygon"),
        ("statistics", "polygon"),
        ("tiles/WebMercatorQuad/0/0/0.png?heights=x", "heights"),
    ],
)
def test_a_bad_line_or_polygon_is_named(client: TestClient, query: str, parameter: str) -> None:
    response = client.get(f"{RASTER}/{query}")
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


def pixels(png: bytes) -> NDArray[np.uint8]:
    with MemoryFile(png) as file, file.open(driver="PNG") as opened:
        found: NDArray[np.uint8] = opened.read()
        return found


@pytest.mark.parametrize("zoom", [9, 12, 14, 16])
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_every_tile_shows_nothing_but_legend_colours(client: TestClient, zoom: int) -> None:
    top, left = tile_at(139.99, 36.89, zoom)
    bottom, right = tile_at(140.02, 36.86, zoom)
    shown = set()
    for row in range(top, min(bottom, top + 4) + 1):
        for column in range(left, min(right, left + 4) + 1):
            tile = client.get(f"{RASTER}/tiles/WebMercatorQuad/{zoom}/{row}/{column}.png")
            with MemoryFile(tile.content) as file, file.open(driver="PNG") as opened:
                palette, indices = opened.colormap(1), np.unique(opened.read(1)).tolist()
            shown |= {palette[i] for i in indices}
    colours = {(*bytes.fromhex(c[1:]), 255) for c in COLOURS}
    assert shown <= colours | {(0, 0, 0, 0)}
    assert shown & colours


@pytest.mark.parametrize("encoding", ["gsi", "terrain-rgb"])
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_heights_come_back_from_their_colours(client: TestClient, encoding: str) -> None:
    """Formulas as published by GSI and Mapbox; the depth rises evenly to the east, so places between have means."""
    row, column = tile_at(140.005, 36.878, 16)
    response = client.get(
        f"{RASTER}/tiles/WebMercatorQuad/16/{row}/{column}.png", params={"heights": encoding}
    )
    red, green, blue = pixels(response.content).astype(int)
    x = 65536 * red + 256 * green + blue
    heights = x * 0.01 if encoding == "gsi" else -10000 + x * 0.1
    box = mercator_box(16, row, column)
    step = (box.east - box.west) / 256
    for at in (3, 100, 250):
        (lon,), (lat,) = transform(
            "EPSG:3857", "EPSG:4326", [box.west + (at + 0.5) * step], [box.north - 100.5 * step]
        )
        expected = get(client, "value", lon=lon, lat=lat)["value"]
        assert heights[100, at] == pytest.approx(expected, abs=0.06)
    away = client.get(f"{RASTER}/tiles/WebMercatorQuad/12/0/0.png", params={"heights": encoding})
    assert pixels(away.content)[:, 0, 0].tolist() == ([128, 0, 0] if encoding == "gsi" else [1, 134, 160])


def test_negative_heights_and_none_at_all() -> None:
    from api.raster_colours import gsi, terrain_rgb

    values = np.ma.masked_equal(np.array([[-12.34, 3776.24, -9999.0, np.nan]], np.float32), -9999)
    x = (gsi(values).astype(int) * [65536, 256, 1]).sum(axis=-1)[0].tolist()
    assert x == [2**24 - 1234, 377624, 2**23, 2**23]
    x = (terrain_rgb(values).astype(int) * [65536, 256, 1]).sum(axis=-1)[0].tolist()
    assert x == [99877, 137762, 100000, 100000]


def test_tilejson_leads_to_tiles(client: TestClient) -> None:
    found = client.get(
        f"{RASTER}/tiles/WebMercatorQuad/tilejson.json", params={"heights": "terrain-rgb"}
    ).json()
    assert (found["tilejson"], found["encoding"]) == ("3.0.0", "mapbox")
    west, south, east, north = found["bounds"]
    assert west < 140 < east
    assert south < 36.88 < north
    row, column = tile_at(140.0, 36.88, 14)
    tile = client.get(found["tiles"][0].format(z=14, y=row, x=column))
    assert tile.headers["content-type"] == "image/png"
    assert "immutable" in tile.headers["cache-control"]


# In a process of its own: GDAL keeps Python's lock while it waits for the server in this one.
READ = """
import json, sys, rasterio
from rasterio.warp import transform
with rasterio.open(f"WMTS:{sys.argv[1]},layer=depth") as source:
    (x,), (y,) = transform("EPSG:4326", source.crs, [140.009], [36.878])
    pixel = [int(v) for v in next(source.sample([(x, y)]))]
    print(json.dumps({"crs": source.crs.to_epsg(), "bounds": list(source.bounds), "pixel": pixel}))
"""


def test_gdal_reads_the_wmts(address: str) -> None:
    command = [sys.executable, "-c", READ, f"{address}/wmts/1.0.0/WMTSCapabilities.xml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["crs"] == 3857
    assert "#{:02X}{:02X}{:02X}".format(*found["pixel"][:3]) in COLOURS


def test_the_wmts_lists_what_the_viewer_may_see(client: TestClient) -> None:
    response = client.get("/api/wmts/1.0.0/WMTSCapabilities.xml")
    assert response.headers["content-type"].startswith("application/xml")
    names = [
        e.text for e in ET.fromstring(response.content).iter("{http://www.opengis.net/ows/1.1}Identifier")
    ]
    assert names[:2] == ["depth", "default"]
