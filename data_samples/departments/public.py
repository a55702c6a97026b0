"""総務課: public facilities, a CSV in UTF-8 with BOM in which some rows are wrong on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_samples.city import City
from data_samples.delivery import Delivery
from data_samples.standard import FACILITIES, identity, place_cells
from data_samples.tables import write_csv

DEPARTMENT: Final = "総務課"
FAULTS: Final = {
    24: "required.missing",
    57: "coordinates.swapped",
    91: "coordinates.outside_japan",
    128: "coordinates.missing",
    163: "coordinates.zero",
    202: "coordinates.outside_city",
    287: "duplicate.key",
    321: "duplicate.row",
}
"""Row as a person sees it (the header is row 1) and the rule that must find it."""
FIRST_OF_KEY: Final = 286
FIRST_OF_ROW: Final = 12
"""The rows that 287 takes its ID from and that 321 repeats as a whole."""


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write 公共施設一覧.csv; the note says which row carries which fault."""
    rows = [
        {**place_cells(facility), "ID": identity("AA", number), "種別": facility.kind}
        for number, facility in enumerate(city.facilities, 1)
    ]
    rows.append(dict(rows[FIRST_OF_ROW - 2]))
    spoil(rows)
    path = write_csv(folder / DEPARTMENT / "公共施設一覧.csv", FACILITIES, rows, "utf-8-sig")
    note = "UTF-8 BOM; " + "; ".join(f"row {row} {rule}" for row, rule in FAULTS.items())
    return [Delivery(path, "facilities", DEPARTMENT, note=note)]


def spoil(rows: list[dict[str, object]]) -> None:
    """Put the mistakes into the rows: a forgotten name, a used ID, wrong and empty coordinates."""
    found = {rule: rows[number - 2] for number, rule in FAULTS.items()}
    found["required.missing"]["名称"] = ""
    found["duplicate.key"]["ID"] = rows[FIRST_OF_KEY - 2]["ID"]
    swapped = found["coordinates.swapped"]
    swapped["緯度"], swapped["経度"] = swapped["経度"], swapped["緯度"]
    typo = found["coordinates.outside_japan"]
    typo["経度"] = "104" + str(typo["経度"])[3:]
    found["coordinates.missing"].update({"緯度": "", "経度": ""})
    found["coordinates.zero"].update({"緯度": "0", "経度": "0"})
    outside = found["coordinates.outside_city"]
    outside["緯度"] = "35" + str(outside["緯度"])[2:]
