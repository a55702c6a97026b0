"""The start order of the store, written once: database, Django, migrations, standard layers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from machizu import postgres
from machizu.environment import environment


def setup_django() -> None:
    """Load Django's settings and models. The database must be running."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machizu.settings")
    import django

    django.setup()


@contextmanager
def store() -> Iterator[None]:
    """Have the store ready while the block runs: PostGIS running, schema and standard layers up to date."""
    with postgres.use():
        setup_django()
        prepare_store()
        yield


def prepare_store() -> list[str]:
    """Bring the schema up to date and register departments and standard layers; returns new layers' ids."""
    from django.core.management import call_command

    from layers.services.registry import register_departments
    from layers.standard import register_standard_layers

    call_command("migrate", verbosity=0, interactive=False)
    register_departments(environment().city.departments)
    return register_standard_layers()
