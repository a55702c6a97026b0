"""What the API is told of this installation."""

from __future__ import annotations

from django.conf import settings as django_settings

from api.settings import ApiSettings
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from machizu import postgres
from machizu.environment import environment


def api_settings() -> ApiSettings:
    """Return the API's settings: the database it reads, as the roles that may only read, and who writes for it.

    Django must be set up.
    """
    from machizu.behind import Store

    given = environment()
    return ApiSettings(
        database_url=postgres.database_url(),
        city=given.city,
        role=PUBLIC_ROLE,
        staff_role=STAFF_ROLE,
        address_rate=given.address_rate,
        key_rate=given.key_rate,
        body_bytes=given.body_bytes,
        session_cookie=django_settings.SESSION_COOKIE_NAME,
        behind=Store(),
        cameras=given.home / "cameras",
    )
