"""A client that the API was not written for reads everything: GDAL."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.api.conftest import BENCHES

# In a process of its own: GDAL keeps Python's lock while it waits for the server in this one.
READ = """
import json, sys, pyogrio, shapely
address, options = sys.argv[1], json.loads(sys.argv[2])
meta, ids, geometries, data = pyogrio.raw.read("OAPIF:" + address, layer="benches", return_fids=True, **options)
print(json.dumps({"layers": [str(n) for n, _ in pyogrio.list_layers("OAPIF:" + address)],
                  "fields": list(meta["fields"]), "ids": sorted(map(int, ids)),
                  "types": {n: str(d.dtype) for n, d in zip(meta["fields"], data)}, "heights": list(data[list(meta["fields"]).index("height")][:3]),
                  "first": shapely.from_wkb(geometries[0]).geom_type}))
"""


def read(address: str, **options: Any) -> Any:
    command = [sys.executable, "-c", READ, address, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gdal_reads_all_features_page_by_page(address: str) -> None:
    found = read(address, PAGE_SIZE="60")
    assert {"benches", "zones"} <= set(found["layers"])
    assert len(found["ids"]) == len(set(found["ids"])) == BENCHES
    assert {"name", "seats", "placed"} <= set(found["fields"])
    assert found["first"] == "Point"


def test_gdal_filters_by_property(address: str) -> None:
    assert len(read(address, where="seats = 3")["ids"]) == 50


def test_gdal_takes_no_whole_numbers_for_the_type_of_all(address: str) -> None:
    found = read(address, PAGE_SIZE="1", max_features=3)
    assert (found["types"]["height"], found["heights"]) == ("float64", [0.0, 0.5, 1.0])
