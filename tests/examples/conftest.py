"""A city with the product's own layers, shelters and facilities in them, and a key of the headquarters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import shapely

from tests.conftest import Store, _connect_django
from tests.served import served

FACILITIES = ("市民会館", "図書館", "<b>体育館</b>")
SHELTERS = ("第一小学校", "第二小学校")


@dataclass(frozen=True)
class City:
    """The API's address, its store, and keys: of the headquarters, and of the department of the facilities."""

    api: str
    store: Store
    headquarters: str
    facilities: str


def publish(layer: str, names: tuple[str, ...]) -> None:
    from layers.services.loads import Delivery, load_rows

    rows = [(name, shapely.Point(140.02 + n / 1000, 36.87).wkb) for n, name in enumerate(names)]
    load_rows(layer, Delivery.whole("x.csv", ("name",), (), rows, {}), actor="tests", mode="publish")


@pytest.fixture(scope="session")
def example_city(
    new_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    from layers.models import Layer
    from layers.services.keys import create_key

    store = new_store("examples")
    _connect_django("examples")
    for layer, names in (("facilities", FACILITIES), ("evacuation_shelters", SHELTERS)):
        publish(layer, names)
    departments = {layer.pk: layer.department_id for layer in Layer.objects.all()}
    keys = [
        create_key(layer, "system", department=departments[layer], actor="tests")
        for layer in ("damage_reports", "facilities")
    ]
    with served(store.url, tmp_path_factory.mktemp("examples")) as api:
        yield City(api, store, *keys)
    _connect_django("postgres")


@pytest.fixture
def city(example_city: City) -> Iterator[City]:
    """The city, with Django connected to its store."""
    _connect_django("examples")
    yield example_city
    _connect_django("postgres")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, in which it works."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
