from pathlib import Path

import pytest

from data_samples.city import City, build_city
from data_samples.delivery import Delivery
from data_samples.generate import write_deliveries

Deliveries = dict[str, Delivery]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deliveries")


@pytest.fixture(scope="session")
def deliveries(root: Path) -> Deliveries:
    return {delivery.layer: delivery for delivery in write_deliveries(root)}


@pytest.fixture(scope="session")
def city() -> City:
    return build_city()
