"""The documents are as OGC's own schemas of Features Parts 1 and 2 and of Tiles want them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.testclient import TestClient

ITEMS = "/api/collections/{}/items"
ROOT = "http://schemas.opengis.net/"
PUBLISHED = f"{ROOT}ogcapi/features/part1/1.0/openapi/schemas/"
PART_1, PART_2, TILES = "features-part1/schemas/", "features-part2/schemas/", "tiles/schemas/tms/"
LAYERS = ("benches", "zones", "nothing")


@pytest.fixture(scope="module")
def registry(shared: Path) -> Registry[Any]:
    """OGC's schemas, found by their paths as if they lay at one address, and Part 1's also where Part 2 names them."""

    def retrieve(uri: str) -> Resource[Any]:
        place = uri.replace(PUBLISHED, ROOT + PART_1).removeprefix(ROOT)
        file = shared / "checks/data/schemas" / place
        return DRAFT202012.create_resource(as_json_schema(yaml.safe_load(file.read_text(encoding="utf-8"))))

    return Registry(retrieve=retrieve)


def as_json_schema(node: Any) -> Any:
    """YAML's bare null as the name of a type, and its dates as texts."""
    if isinstance(node, dict):
        return {
            key: "null" if key == "type" and child is None else as_json_schema(child)
            for key, child in node.items()
            if key != "example"
        }
    if isinstance(node, list):
        return ["null" if child is None else as_json_schema(child) for child in node]
    return node


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (f"{PART_1}landingPage", "/api/"),
        (f"{PART_1}confClasses", "/api/conformance"),
        *((f"{part}collections", "/api/collections") for part in (PART_1, PART_2)),
        *(
            (f"{part}collection", f"/api/collections/{layer}")
            for part in (PART_1, PART_2)
            for layer in LAYERS
        ),
        *((f"{PART_1}featureCollectionGeoJSON", ITEMS.format(layer)) for layer in LAYERS),
        *((f"{PART_1}featureGeoJSON", f"{ITEMS.format(layer)}/1") for layer in ("benches", "zones")),
        (f"{PART_1}exception", "/api/nowhere"),
        (f"{PART_1}exception", f"{ITEMS.format('benches')}?limit=0"),
        *(
            (f"{TILES}tileMatrixSet", f"/api/tileMatrixSets/{grid}")
            for grid in ("WebMercatorQuad", "JGD2011Plane9")
        ),
        *(
            (f"{TILES}tileSet", f"{owner}tiles/WebMercatorQuad")
            for owner in ("/api/", "/api/collections/zones/")
        ),
    ],
)
def test_a_document_is_as_its_schema_wants_it(
    registry: Registry[Any], client: TestClient, schema: str, path: str
) -> None:
    validator = Draft202012Validator({"$ref": f"{ROOT}{schema}.yaml"}, registry=registry)
    assert validator.is_valid([]) is False
    validator.validate(client.get(path).json())
