"""Filling a new store with the sample deliveries, by the same road as any department's file."""

from __future__ import annotations

import shutil
from pathlib import Path

from data_samples.delivery import Delivery
from data_samples.generate import write_deliveries
from etl.loading import load
from etl.rasters import add_raster
from gis_core.city import City
from layers import selectors
from layers.services.common import SAMPLE_ACTOR


def load_samples(folder: Path, city: City) -> int:
    """Write the sample deliveries into `folder` and publish those whose layer has had no load.

    Does nothing once anybody else has delivered. Returns how many deliveries were loaded; a start that was
    killed half-way is taken up where it ended.
    """
    waiting = selectors.layers_without_loads() if selectors.only_loaded_by(SAMPLE_ACTOR) else set()
    if not waiting:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    deliveries = [d for d in write_deliveries(folder) if d.layer in waiting]
    for delivery in deliveries:
        _load(delivery, city)
    return len(deliveries)


def _load(delivery: Delivery, city: City) -> None:
    if delivery.kind == "raster":
        add_raster(delivery.path, selectors.raster_definition(delivery.layer), city, SAMPLE_ACTOR)
    else:
        load(delivery.path, delivery.layer, city=city, actor=SAMPLE_ACTOR, mode="publish")
