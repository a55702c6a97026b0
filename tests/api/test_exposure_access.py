"""Exposure tells of alerts' areas, keeps former versions, and tells nobody of what he may not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import rasterio
import shapely
from django.db import connection
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds
from starlette.testclient import TestClient

from gis_core.boxes import Box
from layers.roles import PUBLIC_ROLE
from tests.api.conftest import Clients, definition, depth_definition, write_depth
from tests.conftest import Store

DEEP = shapely.Point(140.012, 36.878)


@pytest.fixture
def flooded(store: Store, tmp_path: Path) -> Callable[..., None]:
    """Publish a flood, and an AED and a Wi-Fi spot in it; Wi-Fi is for staff only."""
    from layers.services.definitions import update_layer
    from layers.services.exposure import renew
    from layers.services.rasters import add_raster
    from layers.services.registry import register_layer

    def publish(**changes: Any) -> None:
        flood = replace(depth_definition(), **changes)
        register_layer(flood)
        with rasterio.open(write_depth(tmp_path / "depth.tif")) as source:
            extent = Box(*transform_bounds(source.crs, "EPSG:4326", *source.bounds))
        add_raster(flood, tmp_path / "depth.tif", extent=extent, report={}, actor="tests")
        update_layer(definition("aed", []), actor="tests")
        update_layer(definition("wifi_hotspots", [], visibility="internal"), actor="tests")
        with connection.cursor() as cursor:
            for layer in ("aed", "wifi_hotspots"):
                cursor.execute(
                    f"INSERT INTO layer.{layer} (name, geom) VALUES ('a', ST_GeomFromText(%s, 4326))",
                    [DEEP.wkt],
                )
        renew()

    return publish


def counts(client: TestClient, **headers: str) -> dict[str, int]:
    found = client.get("/api/exposure/depth", headers=headers).json()
    return {count["collection"]: count["total"]["count"] for count in found["counts"]}


def test_what_is_for_staff_is_counted_for_staff_only(
    flooded: Callable[..., None], store: Store, clients: Clients, key: Callable[..., dict[str, str]]
) -> None:
    flooded()
    client = clients(store)
    public, staff = counts(client), counts(client, **key("viewer"))
    assert "wifi_hotspots" not in public
    assert staff == public | {"wifi_hotspots": 1}
    assert public["aed"] == 1
    with psycopg.connect(store.url) as reader:
        reader.execute(f"SET ROLE {PUBLIC_ROLE}")
        told = {row[0] for row in reader.execute("SELECT counted FROM public_exposure")}
        assert "aed" in told
        assert "wifi_hotspots" not in told
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT counted FROM layers_exposure")


def test_the_areas_of_a_hazard_for_staff_are_for_staff(
    flooded: Callable[..., None], store: Store, clients: Clients, key: Callable[..., dict[str, str]]
) -> None:
    from layers.models import Layer

    flooded()
    raw = depth_definition().raw | {"visibility": "internal"}
    Layer.objects.filter(pk="depth").update(definition=raw)
    from layers.services.exposure import renew

    renew()
    client = clients(store)
    assert client.get("/api/exposure/depth").status_code == 404
    assert client.get("/api/exposure/depth", headers=key("viewer")).status_code == 200
    with psycopg.connect(store.url) as reader:
        reader.execute(f"SET ROLE {PUBLIC_ROLE}")
        assert reader.execute("SELECT 1 FROM public_exposure WHERE hazard = 'depth'").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT place FROM area.depth")


def test_what_is_not_counted_yet_is_said_to_be_so(
    store: Store, clients: Clients, flooded: Callable[..., None]
) -> None:
    from layers.models import Layer

    flooded()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE area.depth")
    assert clients(store).get("/api/exposure/depth").status_code == 503
    assert Layer.objects.filter(pk="depth").exists()


def test_a_raster_that_cannot_be_read_does_not_hold_up_the_others(flooded: Callable[..., None]) -> None:
    from layers.exposure_models import Exposure
    from layers.selectors import catalogue
    from layers.services.exposure import renew

    flooded()
    catalogue().raster("depth").path.unlink()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE area.depth")
        cursor.execute(
            "INSERT INTO layer.landslide_zones (phenomenon, zone_kind, geom)"
            " VALUES ('1', '2', ST_Multi(ST_GeomFromText(%s, 4326)))",
            [DEEP.buffer(0.001).wkt],
        )
    with pytest.raises(RasterioError):
        renew()
    newest = Exposure.objects.filter(hazard="landslide_zones", counted="aed").latest("revision")
    assert newest.content == [[1, [0, 1]]]


def test_a_new_version_is_counted_beside_the_former(flooded: Callable[..., None], store: Store) -> None:
    from layers.exposure_models import Exposure

    flooded()
    flooded()
    revisions = set(Exposure.objects.filter(hazard="depth").values_list("revision", flat=True))
    assert revisions == {1, 2}


def test_an_alert_has_the_exposure_of_its_area(
    flooded: Callable[..., None], store: Store, clients: Clients
) -> None:
    from django.contrib.gis.geos import GEOSGeometry
    from django.utils import timezone

    from layers.models import Alert

    flooded()
    now = timezone.now()
    area = GEOSGeometry(DEEP.buffer(0.005).wkt, srid=4326)
    common = {"sent": now, "effective": now, "published_at": now, "status": "actual", "message_type": "alert"}
    alerts = [
        Alert.objects.create(
            source="cap", identifier=str(n), series=str(n), bulletin=str(n), area=a, **common
        )
        for n, a in enumerate((area, area.clone()))
    ]
    Alert.objects.filter(pk=alerts[1].pk).update(published_at=None)
    client = clients(store)
    found = client.get(f"/api/exposure?alert={alerts[0].pk}").json()
    assert found["alert"] == alerts[0].pk
    assert {c["collection"]: c["total"]["count"] for c in found["counts"] if c["total"]["count"]} == {
        "aed": 1
    }
    assert client.get(f"/api/exposure?alert={alerts[1].pk}").status_code == 404
