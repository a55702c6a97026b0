"""Otawara's real flood tiles, from the folder of pictures to what the API answers and the map shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasterio
from rasterio.io import MemoryFile
from starlette.testclient import TestClient

from gis_core.city import City
from gis_core.tiles import tile_at
from tests.conftest import Store
from tests.etl.test_picture_tiles import KNOWN

pytestmark = pytest.mark.full


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_real_flood_tiles_are_answered_and_shown(shared: Path, store: Store, city: City) -> None:
    from api.app import create_app
    from api.settings import ApiSettings
    from etl.rasters import add_raster
    from layers.roles import PUBLIC_ROLE
    from layers.selectors import raster_definition

    folder = shared / "data/otawara/hazard_flood_A31b"
    report = add_raster(folder, raster_definition("flood_depth"), city, "staff")
    assert (report["format"], report["pictures"]["level"], report["revision"]) == ("SVGMap", 15, 1)
    assert {"raster.pictures", "raster.partial"} <= {issue["rule"] for issue in report["issues"]}
    with TestClient(create_app(ApiSettings(database_url=store.url, city=city, role=PUBLIC_ROLE))) as client:
        for _, _, colour, longitude, latitude, least in KNOWN:
            found = value(client, longitude, latitude)
            assert found["exact"] is False
            assert (found["class"] or {"color": "transparent"})["color"] == colour
            assert found["status"] == ("class" if least else "dry")
            assert shown(client, longitude, latitude, 15) == colour
        # The city's west lies outside the data's own area.
        assert value(client, 139.93, 36.87)["status"] == "not_mapped"
        assert value(client, 139.9995, 36.87)["status"] == "not_mapped"


def value(client: TestClient, longitude: float, latitude: float) -> Any:
    return client.get("/api/rasters/flood_depth/value", params={"lon": longitude, "lat": latitude}).json()


def shown(client: TestClient, longitude: float, latitude: float, zoom: int) -> str:
    row, column = tile_at(longitude, latitude, zoom)
    tile = client.get(f"/api/rasters/flood_depth/tiles/WebMercatorQuad/{zoom}/{row}/{column}.png")
    # The pixel of a tile is the tile of the zoom eight levels deeper.
    down, across = (n % 256 for n in tile_at(longitude, latitude, zoom + 8))
    with MemoryFile(tile.content) as file, rasterio.open(file, driver="PNG") as opened:
        red, green, blue, alpha = opened.colormap(1)[int(opened.read(1)[down, across])]
    return f"#{red:02X}{green:02X}{blue:02X}" if alpha else "transparent"
