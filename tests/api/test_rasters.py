"""Rasters: colours of the legend only, values as in the file, never dry where nothing was mapped."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.warp import transform
from starlette.testclient import TestClient

from gis_core.tiles import mercator_box, tile_at
from tests.api.conftest import COLOURS, write_depth

RASTER = "/api/rasters/depth"
TILES = f"{RASTER}/tiles/WebMercatorQuad"


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_depth(tmp_path_factory.mktemp("depth") / "depth.tif")


def place_of(source: Path, column: int, row: int) -> tuple[float, float]:
    """Longitude and latitude of a pixel's middle."""
    with rasterio.open(source) as opened:
        x, y = opened.xy(row, column)
        (longitude,), (latitude,) = transform(opened.crs, "EPSG:4326", [x], [y])
    return longitude, latitude


def pixels(png: bytes) -> tuple[NDArray[np.uint8], list[str]]:
    """Open a palette PNG: indices and palette colours."""
    chunks, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + data)
        chunks[kind], at = data, at + 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    palette = chunks[b"PLTE"]
    assert chunks[b"tRNS"] == b"\0"
    return rows[:, 1:], [f"#{palette[n : n + 3].hex().upper()}" for n in range(0, len(palette), 3)]


def test_the_list_and_the_raster_describe_legend_extent_and_tiles(client: TestClient) -> None:
    listed = client.get("/api/rasters").json()["rasters"]
    found = client.get(RASTER).json()
    assert found in listed
    assert {c["color"] for c in found["classes"]} == COLOURS
    assert found["unit"] == "m"
    longitude, latitude = 140.0, 36.88
    row, column = tile_at(longitude, latitude, 12)
    tile = client.get(found["tiles"][0].format(z=12, y=row, x=column))
    assert "immutable" in tile.headers["cache-control"]


@pytest.mark.parametrize("zoom", [0, 8, 11, 13, 15, 18])
def test_a_tile_shows_each_place_in_the_colour_of_its_value(
    client: TestClient, source: Path, zoom: int
) -> None:
    expected = {100: None, 380: None, 470: "#F7F5A9", 600: "#FFD8C0", 850: "#FFB7B7"}
    for raster_column, colour in expected.items():
        longitude, latitude = place_of(source, raster_column, 300)
        row, column = tile_at(longitude, latitude, zoom)
        response = client.get(f"{TILES}/{zoom}/{row}/{column}.png")
        assert response.headers["content-type"] == "image/png"
        indices, palette = pixels(response.content)
        assert set(palette[1:]) <= COLOURS
        assert indices.shape == (256, 256)
        if zoom >= 13:
            assert shown(indices, palette, longitude, latitude, zoom) == colour


def shown(indices: Any, palette: list[str], longitude: float, latitude: float, zoom: int) -> str | None:
    # The pixel of a tile is the tile of the zoom eight levels deeper.
    row, column = tile_at(longitude, latitude, zoom + 8)
    index = indices[row % 256, column % 256]
    return palette[index] if index else None


@pytest.mark.parametrize("zoom", [15, 16])
@pytest.mark.parametrize("corner", [(0, 0), (899, 0), (0, 599), (899, 599), (450, 0), (899, 300)])
def test_a_tile_across_the_edge_has_every_pixel_of_the_raster_and_no_other(
    client: TestClient, source: Path, zoom: int, corner: tuple[int, int]
) -> None:
    """Each pixel by the middle of its own place, computed here exactly and not between knots."""
    row, column = tile_at(*place_of(source, *corner), zoom)
    indices, _ = pixels(client.get(f"{TILES}/{zoom}/{row}/{column}.png").content)
    box = mercator_box(zoom, row, column)
    middles = (np.arange(256) + 0.5) * (box.east - box.west) / 256
    xs, ys = np.meshgrid(box.west + middles, box.north - middles)
    with rasterio.open(source) as opened:
        east, north = map(np.array, transform("EPSG:3857", opened.crs, xs.ravel(), ys.ravel()))
        columns, rows = (east - opened.bounds.left) / 5, (opened.bounds.top - north) / 5
        band = opened.read(1)
    # Within 5 mm of the border of two pixels either may be meant.
    clear = np.all([np.abs(n - np.rint(n)) > 0.001 for n in (columns, rows)], axis=0)
    inside = (columns >= 0) & (columns < 900) & (rows >= 0) & (rows < 600)
    values = np.where(inside, band[rows.clip(0, 599).astype(int), columns.clip(0, 899).astype(int)], -1)
    expected = np.searchsorted([0.01, 0.5, 3], values, side="right")
    assert np.array_equal(indices.ravel()[clear], expected[clear])
    assert 0 < np.count_nonzero(~inside) < inside.size


def test_a_tile_away_from_the_raster_is_transparent(client: TestClient) -> None:
    indices, _ = pixels(client.get(f"{TILES}/12/0/0.png").content)
    assert not indices.any()


@pytest.mark.parametrize("place", ["3/8/0.png", "25/0/0.png", "a/0/0.png", "3/0/0"])
def test_a_tile_outside_the_matrix_is_not_found(client: TestClient, place: str) -> None:
    assert client.get(f"{TILES}/{place}").status_code == 404


def test_values_are_those_of_the_file(client: TestClient, source: Path) -> None:
    with rasterio.open(source) as opened:
        band = opened.read(1)
    for column in (455, 500, 640, 899):
        longitude, latitude = place_of(source, column, 200)
        found = client.get(f"{RASTER}/value", params={"lon": longitude, "lat": latitude}).json()
        assert found["value"] == pytest.approx(float(band[200, column]), rel=1e-6)
        assert (found["status"], found["nodata"], found["unit"]) == ("class", False, "m")
        low, high = found["class"]["minimum"], found["class"]["maximum"]
        assert low <= found["value"] < (high or np.inf)


def test_dry_is_said_only_where_it_was_mapped(client: TestClient, source: Path) -> None:
    def status(longitude: float, latitude: float) -> tuple[Any, ...]:
        found = client.get(f"{RASTER}/value", params={"lon": longitude, "lat": latitude}).json()
        return found["status"], found["value"], found["nodata"], found["class"]

    assert status(*place_of(source, 400, 300)) == ("dry", 0.0, False, None)
    assert status(*place_of(source, 100, 300)) == ("not_mapped", None, True, None)
    assert status(0, 0) == ("not_mapped", None, True, None)
    assert status(-180, -90) == ("not_mapped", None, True, None)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("lat=36", "lon"),
        ("lon=140", "lat"),
        ("lon=x&lat=36", "lon"),
        ("lon=140&lat=91", "lat"),
        ("lon=nan&lat=1", "lon"),
    ],
)
def test_a_bad_place_is_named(client: TestClient, query: str, parameter: str) -> None:
    response = client.get(f"{RASTER}/value?{query}")
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


def test_an_unknown_raster_is_not_found(client: TestClient) -> None:
    for path in ("none", "none/value?lon=140&lat=36", "none/tiles/WebMercatorQuad/0/0/0.png"):
        assert client.get(f"/api/rasters/{path}").status_code == 404
