"""A small world: points, areas, an empty layer, one for staff only, and a raster; and clients of its API."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.warp import transform_bounds
from starlette.testclient import TestClient

from gis_core.boxes import Box
from gis_core.city import City
from gis_core.definition import LayerDefinition, RasterDefinition
from gis_core.definition_file import parse_definition
from gis_core.tiles import mercator_box, tile_at
from tests.conftest import Store, _connect_django, _free_port

BENCHES = 250
NODATA = -9999.0
COLOURS = {"#F7F5A9", "#FFD8C0", "#FFB7B7"}
# A tile at zoom 14 in the city and a bench just east of its eastern edge, within the tile's buffer.
TILE = (14, *tile_at(140.016, 36.87, 14))
EDGE_BENCH = "境目のベンチ"
# What a layer must say of itself before it can be published.
REGISTERED: dict[str, Any] = {
    "visibility": "public",
    "licence": "CC BY 4.0",
    "source": {"ja": "現地調査"},
    "registration": {
        "contact": "計画係",
        "purpose": {"ja": "案内"},
        "survey": {"kind": "own"},
        "datum": "JGD2011",
        "accuracy": 2500,
        "personal_data": {"contained": False, "reason": {"ja": "設備だけを記録する"}},
        "update_frequency": "yearly",
        "retention_years": 10,
    },
}


def definition(layer_id: str, fields: list[dict[str, Any]], **changes: Any) -> LayerDefinition:
    parsed = parse_definition(
        {
            "id": layer_id,
            "title": {"ja": f"{layer_id}の一覧", "en": f"The {layer_id}"},
            "theme": "facility",
            "department": "planning",
            "geometry": "Point",
            "style": {"color": "#336699"},
            **REGISTERED,
            "fields": [{"name": "name", "type": "string", "title": {"ja": "名称"}, "role": "name"}, *fields],
        }
        | changes
    )
    assert isinstance(parsed, LayerDefinition)
    return parsed


def bench_fields() -> list[dict[str, Any]]:
    return [
        {"name": "name_kana", "type": "string", "title": {"ja": "名称カナ"}, "role": "kana"},
        {"name": "address", "type": "string", "title": {"ja": "住所"}, "role": "address"},
        {"name": "seats", "type": "integer", "title": {"ja": "席数"}},
        {"name": "height", "type": "number", "title": {"ja": "高さ"}, "unit": "m"},
        {"name": "covered", "type": "boolean", "title": {"ja": "屋根"}},
        {"name": "placed", "type": "date", "title": {"ja": "設置日"}, "role": "start"},
        {"name": "inspector", "type": "string", "title": {"ja": "点検者"}, "visibility": "internal"},
    ]


def bench(number: int) -> tuple[Any, ...]:
    placed = datetime.date(2026, 1, 1) + datetime.timedelta(days=number)
    point = shapely.Point(139.95 + (number % 50) / 200, 36.80 + (number // 50) / 50)
    name = '<b>危険</b> & "ベンチ"' if number == 0 else f"ベンチ{number}"
    return (
        name,
        "ベンチ",
        f"本町{number}丁目",
        number % 5,
        number / 2,
        number % 2 == 0,
        placed,
        "山田",
        point.wkb,
    )


def edge_bench() -> tuple[Any, ...]:
    """A bench two tile units east of the tile's eastern edge: outside the tile, inside its buffer."""
    box = mercator_box(*TILE)
    x = box.east + 2 * (box.east - box.west) / 4096
    longitude = x / 20037508.342789244 * 180
    return (EDGE_BENCH, None, None, None, None, None, None, None, shapely.Point(longitude, 36.87).wkb)


def zone_rows() -> list[tuple[Any, ...]]:
    boxes = [shapely.box(140.0 + n / 50, 36.85, 140.015 + n / 50, 36.86) for n in range(3)]
    return [(f"区域{n}", "1", shape.wkb) for n, shape in enumerate(boxes)]


def depth_definition() -> RasterDefinition:
    titles = ("0.5m未満", "0.5～3m", "3m以上")
    bounds: list[dict[str, Any]] = [
        {"minimum": 0.01, "maximum": 0.5},
        {"minimum": 0.5, "maximum": 3.0},
        {"minimum": 3.0},
    ]
    classes = [
        {**b, "color": c, "title": {"ja": t}}
        for b, c, t in zip(bounds, ("#F7F5A9", "#FFD8C0", "#FFB7B7"), titles, strict=True)
    ]
    parsed = parse_definition(
        {
            "id": "depth",
            "title": {"ja": "浸水深", "en": "Flood depth"},
            "theme": "hazard",
            "department": "crisis_management",
            "unit": "m",
            **REGISTERED,
            "classes": classes,
        }
    )
    assert isinstance(parsed, RasterDefinition)
    return parsed


def write_depth(path: Path) -> Path:
    """Write a raster in plane zone IX: no data in the west third, dry, then ever deeper to the east."""
    values = np.full((600, 900), NODATA, np.float32)
    values[:, 300:450] = 0.0
    values[:, 450:] = np.linspace(0.02, 5.0, 450, dtype=np.float32)
    profile = {
        "driver": "COG",
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:6677",
        "width": 900,
        "height": 600,
        "nodata": NODATA,
        "transform": Affine(5, 0, 12_000, 0, -5, 99_000),
        "blocksize": 256,
        "overview_resampling": "nearest",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
    return path


def load_world(folder: Path) -> None:
    from layers.services.loads import Delivery, load_rows
    from layers.services.rasters import add_raster
    from layers.services.registry import register_layer

    names = ("name", *(f["name"] for f in bench_fields()))
    rows = [bench(n) for n in range(BENCHES - 1)] + [edge_bench()]
    kind = {"name": "kind", "type": "string", "title": {"ja": "種別"}}
    kind["choices"] = [{"value": "1", "title": {"ja": "第一種"}}]
    register_layer(definition("benches", bench_fields()))
    register_layer(definition("zones", [kind], geometry="Polygon"))
    register_layer(definition("nothing", []))
    register_layer(definition("staff_only", [], visibility="internal"))
    register_layer(depth_definition())
    load_rows("benches", Delivery.whole("b.csv", names, (), rows, {}), actor="tests", mode="publish")
    load_rows(
        "zones", Delivery.whole("z.csv", ("name", "kind"), (), zone_rows(), {}), actor="tests", mode="publish"
    )
    secret = [("秘密", shapely.Point(140, 36.9).wkb)]
    load_rows("staff_only", Delivery.whole("s.csv", ("name",), (), secret, {}), actor="tests", mode="publish")
    with rasterio.open(write_depth(folder / "depth.tif")) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    box = Box(west, south, east, north)
    add_raster(depth_definition(), folder / "depth.tif", extent=box, report={}, actor="tests")


@pytest.fixture(scope="session")
def world(new_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The small world's store, for tests that only read."""
    made = new_store("api_world")
    _connect_django("api_world")
    load_world(tmp_path_factory.mktemp("world"))
    _connect_django("postgres")
    return made


@dataclass(frozen=True)
class Clients:
    """Makes a client of an API over a store; each is closed at the end."""

    city: City
    opened: list[TestClient]

    def __call__(self, store: Store, **settings: Any) -> TestClient:
        from api.app import create_app
        from api.settings import ApiSettings
        from layers.roles import PUBLIC_ROLE

        app = create_app(ApiSettings(database_url=store.url, city=self.city, role=PUBLIC_ROLE, **settings))
        client = TestClient(app, raise_server_exceptions=False)
        client.__enter__()
        self.opened.append(client)
        return client


@pytest.fixture
def clients(city: City) -> Iterator[Clients]:
    made = Clients(city, [])
    yield made
    for client in made.opened:
        client.__exit__(None, None, None)


@pytest.fixture
def publish(store: Store) -> Callable[[int], None]:
    """Publish so many benches, in a store of the test's own."""
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    register_layer(definition("benches", bench_fields()))
    names = ("name", *(f["name"] for f in bench_fields()))

    def bring(count: int) -> None:
        rows = [bench(n) for n in range(count)]
        load_rows("benches", Delivery.whole("b.csv", names, (), rows, {}), actor="tests", mode="publish")

    return bring


def eventually(check: Callable[[], bool]) -> None:
    """Wait until it holds; the test's own time limit ends what never does."""
    while not check():
        time.sleep(0.01)


@pytest.fixture(scope="session")
def client(world: Store, city: City) -> Iterator[TestClient]:
    """A client of the small world's API."""
    made = Clients(city, [])
    yield made(world)
    made.opened[0].__exit__(None, None, None)


@pytest.fixture(scope="session")
def address(world: Store, city: City) -> Iterator[str]:
    """The address of the small world's API on a real server."""
    import uvicorn

    from api.app import create_app
    from api.settings import ApiSettings
    from layers.roles import PUBLIC_ROLE

    port = _free_port()
    app = create_app(ApiSettings(database_url=world.url, city=city, role=PUBLIC_ROLE))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/api"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def key(store: Store) -> Callable[..., dict[str, str]]:
    """Make a key and return the header that shows it."""
    from layers.services.keys import create_key

    def make(role: str = "viewer", name: str = "booking", **given: Any) -> dict[str, str]:
        return {"x-api-key": create_key(name, role, actor="admin", **given)}

    return make


@pytest.fixture
def login(store: Store) -> Callable[..., dict[str, str]]:
    """Log a user in as the staff's login does, and return the cookies."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    from layers.services.people import set_role

    def make(role: str | None = "editor", department: str | None = "planning") -> dict[str, str]:
        user = get_user_model().objects.create_user("suzuki", password="correct horse")
        if role is not None:
            set_role("suzuki", role, department, actor="admin")  # type: ignore[arg-type]
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        return {"sessionid": str(session.session_key)}

    return make
