"""What GDAL copies out of the API loads again unchanged: Japanese text, nulls, dates, numbers and places."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Store
from tests.machizu.test_product import VECTOR_LAYERS, machizu

# As `ogr2ogr -f GPKG copy.gpkg OAPIF:address layer` does, by the GDAL that the product brings with it. In a process
# of its own: GDAL keeps Python's lock while it waits for the server.
COPY = """
import sys, pyogrio
address, layer, target = sys.argv[1:]
about, table = pyogrio.read_arrow("OAPIF:" + address, layer=layer, PAGE_SIZE="500")
pyogrio.write_arrow(table, target, driver="GPKG", geometry_name=about["geometry_name"] or "wkb_geometry",
                    geometry_type=about["geometry_type"], crs=about["crs"])
"""


@pytest.mark.full
@pytest.mark.parametrize("layer", VECTOR_LAYERS)
def test_a_copy_by_gdal_loads_again_unchanged(
    server: str, loaded_store: Store, tmp_path: Path, layer: str
) -> None:
    copy = tmp_path / f"{layer}.gpkg"
    subprocess.run([sys.executable, "-c", COPY, f"{server}/api", layer, str(copy)], check=True, timeout=300)
    report = json.loads(machizu(loaded_store, "load", str(copy), "--layer", layer, "--dry-run", "--json"))
    assert report["rows"]["rejected"] == 0
    fine = finer_than_geojson(loaded_store, layer)
    total = report["rows"]["accepted"]
    assert report["diff"] == {"added": 0, "changed": fine, "removed": 0, "unchanged": total - fine}


def finer_than_geojson(store: Store, layer: str) -> int:
    """Count the features whose places have more than the seven decimals (a centimetre) that GeoJSON tells."""
    text = sql.SQL("SELECT count(*) FROM {} WHERE ST_AsText(geom, 15) ~ '[.]\\d{{8}}'")
    with psycopg.connect(store.url) as connection:
        row = connection.execute(text.format(sql.Identifier("layer", layer))).fetchone()
    assert row is not None
    return int(row[0])
