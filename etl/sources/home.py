"""Where a city keeps its sources, and where deliveries arrive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gis_core.city import City


@dataclass(frozen=True)
class Home:
    """The folder that holds all that is kept (`MACHIZU_HOME`), and the city it is for."""

    folder: Path
    city: City

    @property
    def sources(self) -> Path:
        """Where the city's own sources lie."""
        return self.folder / "sources"

    @property
    def inbox(self) -> Path:
        """Where departments put their files: a folder for each."""
        return self.folder / "inbox"

    @property
    def incoming(self) -> Path:
        """Where files are kept while they are being loaded."""
        path = self.folder / "incoming"
        path.mkdir(parents=True, exist_ok=True)
        return path
