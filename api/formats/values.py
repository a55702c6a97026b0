"""A file that GDAL or Arrow writes from values, as a job that can be handed to another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.formats.kinds import Wanted
from gis_core.definition import Field, GeometryType
from layers.exports import values_statement
from layers.reads import Statement


@dataclass(frozen=True)
class Values:
    """What to write: rows of the id, the fields and, where there is a `geometry`, WKB, x east, in EPSG:`srid`."""

    format: str
    statement: Statement
    layer: str
    title: str
    description: str
    fields: tuple[Field, ...]
    geometry: GeometryType | None
    srid: int

    @property
    def name(self) -> str:
        """The file's name; FlatGeobuf and Shapefile know their layer by it."""
        return f"{self.layer}.{'zip' if self.format == 'shp' else self.format}"

    def in_folder(self, folder: Path) -> Path:
        """Return where the file is made."""
        return folder / self.name


def values(wanted: Wanted) -> Values:
    """Return the job that makes the file."""
    definition, output = wanted.info.definition, wanted.query.output
    return Values(
        format=wanted.format,
        statement=values_statement(wanted.info, wanted.query),
        layer=wanted.info.id,
        title=definition.title.to(wanted.language),
        description=definition.description.to(wanted.language),
        fields=output.chosen(wanted.info),
        geometry=definition.geometry if output.geometry else None,
        srid=output.system.srid,
    )
