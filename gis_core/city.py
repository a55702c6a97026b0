"""A city is configuration: nothing in the code knows which city it serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from gis_core.boxes import Box
from gis_core.errors import BadInput, Message


@dataclass(frozen=True)
class City:
    """What the platform must know of the city it serves.

    `bounds` in degrees (EPSG:4326); `plane_srid` is the EPSG code of the JGD2011 plane rectangular zone;
    `area_code` is the telephone area code that a number without one is given. `alert_areas` are the codes under
    which the Japan Meteorological Agency's bulletins name the city and what it lies in, by kind of area (`city`,
    `region`, `prefecture`, `quake`); `alert_offices` the observatories that issue them; `rivers` those whose flood
    forecasts concern the city. `private_hosts` are machines of the city's own network from which files may be fetched.
    `former` are the municipalities that the city was made of, which old addresses still name (那須郡黒羽町).
    """

    code: str
    name: dict[str, str]
    bounds: Box
    centre: tuple[float, float]
    zoom: float
    plane_srid: int
    area_code: str
    time_zone: str
    departments: dict[str, dict[str, str]] = field(default_factory=dict)
    alert_areas: dict[str, str] = field(default_factory=dict)
    alert_offices: tuple[str, ...] = ()
    rivers: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()

    @property
    def reach(self) -> Box:
        """The bounds with a margin of 0.02° (about 2 km): data outside it is probably not the city's."""
        return self.bounds.expand(0.02)


@lru_cache(maxsize=8)
def load_city(path: Path) -> City:
    """Read a city file (YAML). Raises `BadInput` naming the file and the missing key."""
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return City(
            code=str(raw["code"]),
            name=raw["name"],
            bounds=Box(*map(float, raw["bounds"])),
            centre=(float(raw["centre"][0]), float(raw["centre"][1])),
            zoom=float(raw["zoom"]),
            plane_srid=int(raw["plane_srid"]),
            area_code=str(raw["area_code"]),
            time_zone=raw["time_zone"],
            departments=raw.get("departments", {}),
            alert_areas={kind: str(code) for kind, code in raw.get("alert_areas", {}).items()},
            alert_offices=tuple(raw.get("alert_offices", ())),
            rivers=tuple(raw.get("rivers", ())),
            former=tuple(raw.get("former", ())),
            private_hosts=tuple(str(host) for host in raw.get("private_hosts", ())),
        )
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            Message(
                ja=f"都市の設定 {path} を読めません（{error!r}）。MACHIZU_CITY が正しいファイルを指すか確かめてください。",
                en=f"Cannot read the city file {path} ({error!r}). Check that MACHIZU_CITY names a right file.",
            )
        ) from error
