"""The plain loaders that Machizu's loads are timed against: `ogr2ogr` and `geopandas.to_postgis`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

TABLE = "bench_facilities"

# A program of its own, so that its start and its memory are counted as those of the others.
_GEOPANDAS = """
import sys
import geopandas, pandas, sqlalchemy
file, url, table = sys.argv[1:]
if file.endswith(".csv"):
    rows = pandas.read_csv(file, dtype=str)
    points = geopandas.points_from_xy(rows["経度"].astype(float), rows["緯度"].astype(float))
    frame = geopandas.GeoDataFrame(rows, geometry=points, crs=4326)
else:
    frame = geopandas.read_file(file)
engine = sqlalchemy.create_engine(url)
frame.to_postgis(table, engine, if_exists="replace")
"""


def ogr2ogr(url: str, file: Path) -> list[str]:
    """Return the command that copies a file into a bare table with a GiST index."""
    options = ["-oo", "X_POSSIBLE_NAMES=経度", "-oo", "Y_POSSIBLE_NAMES=緯度", "-a_srs", "EPSG:4326"]
    table = ["-nln", TABLE, "-nlt", "POINT", "-lco", "GEOMETRY_NAME=geom", "-overwrite"]
    read = options if file.suffix == ".csv" else []
    target = psycopg.conninfo.make_conninfo(url)
    return [_program("ogr2ogr"), "-q", "-f", "PostgreSQL", f"PG:{target}", str(file), *read, *table]


def geopandas_to_postgis(url: str, file: Path) -> list[str]:
    """Return the command that reads a file with geopandas and writes it with `to_postgis` (GiST index included)."""
    engine = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return [sys.executable, "-c", _GEOPANDAS, str(file), engine, f"{TABLE}_geopandas"]


def convert(file: Path, suffix: str) -> Path:
    """Return the same rows in another format, all columns as texts."""
    target = file.with_suffix(f".{suffix}")
    if target != file:
        drivers = {"geojson": "GeoJSON", "gpkg": "GPKG"}
        read = ["-oo", "X_POSSIBLE_NAMES=経度", "-oo", "Y_POSSIBLE_NAMES=緯度", "-a_srs", "EPSG:4326"]
        command = [_program("ogr2ogr"), "-q", "-f", drivers[suffix], str(target), str(file), *read]
        subprocess.run(command, check=True)
    return target


def _program(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        sys.exit(f"{name} is missing. Install gdal-bin.")
    return program
