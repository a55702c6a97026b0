"""Write all sample deliveries into a folder: `python -m data_samples -o FOLDER`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data_samples.city import build_city
from data_samples.delivery import FOLDER, README, Delivery
from data_samples.departments import (
    construction,
    disaster,
    evacuation,
    events,
    hazard,
    health,
    network,
    planning,
    public,
    services,
)

DEPARTMENTS = (
    planning,
    construction,
    hazard,
    evacuation,
    public,
    services,
    health,
    network,
    events,
    disaster,
)
"""In the order in which the layers are to be loaded: base map first."""


def write_deliveries(directory: Path) -> list[Delivery]:
    """Write every delivery under `directory`/サンプル, beside a README.txt, and return them in loading order.

    The same files with the same bytes each time; about ten seconds and 10 MB. Raises OSError where the
    folder cannot be written.
    """
    build_city.cache_clear()
    city, folder = build_city(), directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    deliveries = [delivery for department in DEPARTMENTS for delivery in department.deliver(city, folder)]
    (folder / "README.txt").write_text(README, encoding="utf-8-sig", newline="\r\n")
    build_city.cache_clear()
    return deliveries


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m data_samples",
        description="Write the sample deliveries (not for evacuation). 見本データを作ります。",
        epilog="example: python -m data_samples -o var/samples",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    target = parser.parse_args(arguments).output
    try:
        deliveries = write_deliveries(target)
    except OSError as error:
        parser.exit(
            1,
            f"{target} に書き込めません。-o で書き込めるフォルダーを指定してください。\n"
            f"{target}: {error.strerror}. Choose a folder that can be written with -o.\n",
        )
    for delivery in deliveries:
        sys.stdout.write(f"{delivery.layer}\t{delivery.path}\n")
    return 0
