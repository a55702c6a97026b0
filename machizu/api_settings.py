"""What the API is told of this installation."""

from __future__ import annotations

from api.settings import ApiSettings
from layers.roles import PUBLIC_ROLE
from machizu import postgres
from machizu.environment import environment


def api_settings() -> ApiSettings:
    """Return the API's settings: the database it reads, as the role that may read only what is public."""
    return ApiSettings(database_url=postgres.database_url(), city=environment().city, role=PUBLIC_ROLE)
