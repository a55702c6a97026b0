"""Where GeoDjango finds GDAL and GEOS: inside the wheels that geopandas and rasterio stand on already.

One process, one GDAL: pyogrio's libgdal is self-contained (its proj.db is embedded) and new enough for
Django to refuse hostile spatial reference systems. PROJ_DATA must never be set: it breaks rasterio.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path


def gdal_library() -> str | None:
    """Return the path of pyogrio's libgdal, or None to let Django look for the system's."""
    return _bundled("pyogrio", "libgdal-*.so*")


def geos_library() -> str | None:
    """Return the path of shapely's libgeos_c, or None to let Django look for the system's."""
    return _bundled("shapely", "libgeos_c-*.so*")


def _bundled(package: str, pattern: str) -> str | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parents[1] / f"{package}.libs"
    return next((str(path) for path in sorted(folder.glob(pattern))), None)
