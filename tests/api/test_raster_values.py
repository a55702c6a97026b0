"""Values at points: from the file and from what is kept of it the same, of every version, and kept ones at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer
from starlette.testclient import TestClient

from api.raster_reader import RasterReader
from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.definition_file import parse_definition
from layers.catalogue import RasterInfo
from tests.api.conftest import Clients, depth_definition, eventually
from tests.conftest import Store

COLUMNS, ROWS = 150, 130
EXTENT = Box(139.9, 36.7, 140.3, 37)


@pytest.fixture
def reader() -> Iterator[RasterReader]:
    made = RasterReader(1)
    yield made
    made.close()


def write(path: Path, values: Any, crs: str = "EPSG:6677", nodata: float = 7) -> Path:
    place = Affine(10, 0, 12_000, 0, -10, 99_000)
    if crs == "EPSG:6668":
        place = Affine(1e-4, 0, 139.97, 0, -1e-4, 36.89)
    size = {"height": values.shape[0], "width": values.shape[1]}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=1,
        dtype=values.dtype,
        crs=crs,
        transform=place,
        nodata=nodata,
        **size,
    ) as sink:
        sink.write(values, 1)
    return path


def info_of(path: Path) -> RasterInfo:
    definition = depth_definition()
    return RasterInfo(definition, 1, path, EXTENT, None, None, False, definition.title)


@pytest.mark.parametrize("kind", ["float32", "uint8", "int16"])
# A plane zone, degrees, and a zone of the old datum, where PROJ has several ways and takes one for each place.
@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:6668", "EPSG:30169"])
def test_read_or_kept_a_value_is_that_of_the_file(
    reader: RasterReader, tmp_path: Path, crs: str, kind: str
) -> None:
    chance = np.random.default_rng(6)
    values = (chance.integers(0, 200, (ROWS, COLUMNS)) / (10 if kind == "float32" else 1)).astype(kind)
    # A square of one value, one of none, and one with values that are no numbers.
    values[:64, :64], values[64:128, :64] = 3, 7
    if kind == "float32":
        values[:10, 64:128] = np.nan
    info = info_of(write(tmp_path / "values.tif", values, crs))
    with rasterio.open(info.path) as opened:
        columns, rows = chance.uniform(-3, COLUMNS + 3, 400), chance.uniform(-3, ROWS + 3, 400)
        to_raster = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        points = np.transpose(to_raster.transform(*(opened.transform @ (columns, rows)), direction="INVERSE"))
        places = [to_raster.transform(*point) for point in points]
        sampled = [v[0] for v in opened.sample(places, masked=True)]
    expected = [None if v is np.ma.masked or np.isnan(v) else float(str(v)) for v in sampled]

    async def found() -> list[float | None]:
        return [(await reader.value(info, *point)).value for point in points.tolist()]

    assert asyncio.run(found()) == expected
    assert asyncio.run(found()) == expected
    assert 100 < sum(v is not None for v in expected) < 400


def test_beside_a_value_that_was_read_the_next_is_told_without_waiting(
    reader: RasterReader, tmp_path: Path
) -> None:
    info = info_of(write(tmp_path / "ones.tif", np.full((ROWS, COLUMNS), 1.5, np.float32)))
    asyncio.run(reader.value(info, 139.975, 36.888))
    with pytest.raises(StopIteration) as told:
        reader.value(info, 139.9751, 36.888).send(None)
    assert told.value.value.value == 1.5
    other = info_of(write(tmp_path / "twos.tif", np.full((ROWS, COLUMNS), 2.5, np.float32)))
    assert asyncio.run(reader.value(other, 139.975, 36.888)).value == 2.5


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Callable[..., None]:
    from layers.services.rasters import add_raster
    from layers.services.registry import register_layer

    def add(depth: float, definition: RasterDefinition | None = None) -> None:
        path = write(tmp_path / f"{depth}.tif", np.full((ROWS, COLUMNS), depth, np.float32))
        definition = definition or depth_definition()
        register_layer(definition)
        add_raster(definition, path, extent=EXTENT, report={}, actor="tests")

    return add


def told(client: TestClient, **headers: str) -> Any:
    query = {"lon": 139.975, "lat": 36.888}
    response = client.get("/api/rasters/depth/value", params=query, headers=headers)
    return response.json()["value"] if response.status_code == 200 else response.status_code


def test_every_worker_tells_the_version_that_is_shown(
    store: Store, clients: Clients, bring: Callable[..., None]
) -> None:
    from layers.services.rasters import rollback_raster

    bring(1.5)
    workers = [clients(store), clients(store)]
    assert [told(worker) for worker in workers] == [1.5, 1.5]
    bring(2.5)
    eventually(lambda: all(told(worker) == 2.5 for worker in workers))
    rollback_raster("depth", 1, actor="tests")
    eventually(lambda: all(told(worker) == 1.5 for worker in workers))


def test_what_was_read_for_staff_is_not_told_to_the_public(
    store: Store, clients: Clients, bring: Callable[..., None], key: Callable[..., dict[str, str]]
) -> None:
    internal = parse_definition({**depth_definition().raw, "visibility": "internal"})
    assert isinstance(internal, RasterDefinition)
    bring(1.5, internal)
    client = clients(store)
    assert told(client, **key()) == 1.5
    assert told(client) == 404
