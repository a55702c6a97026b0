"""How connections to PostGIS are made, for Django and for the API's pool alike."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

# On a cut network libpq's defaults hang for more than 25 s; with these an error comes within about 4 s.
KEEPALIVE: dict[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
    "connect_timeout": 10,
}


def django_database(url: str, time_zone: str) -> dict[str, Any]:
    """Return Django's settings for the database that `url` (a libpq URL) names."""
    parts = conninfo_to_dict(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {k: v for k, v in parts.items() if k not in names and v is not None}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        **{django: str(parts.get(libpq) or "") for libpq, django in names.items()},
        # Connections are opened and closed in the thread that uses them; none is kept.
        "CONN_MAX_AGE": 0,
        "TIME_ZONE": time_zone,
        "OPTIONS": {**KEEPALIVE, **options},
    }
