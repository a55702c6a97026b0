"""The start order of the store, written once: database, Django, migrations, standard layers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import layers
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
    """Bring the schema up to date and register departments and standard layers; returns new layers' ids.

    One process at a time does so: migrations that run twice at once collide.
    """
    from layers.services.prepared import prepared_by, preparing

    mark = _mark()
    if prepared_by() == mark:
        return []
    with preparing():
        # Somebody else may have done it while this one waited.
        return [] if prepared_by() == mark else _prepare(mark)


def _prepare(mark: str) -> list[str]:
    from django.core.management import call_command

    from layers.services.prepared import mark_prepared
    from layers.services.registry import register_departments
    from layers.standard import register_standard_layers

    call_command("migrate", verbosity=0, interactive=False)
    register_departments(environment().city.departments)
    new = register_standard_layers()
    mark_prepared(mark)
    return new


def _mark() -> str:
    """Return a digest of all that preparing depends on: a command that finds it in the store is spared the rest."""
    from importlib.metadata import version

    digest = blake2b(digest_size=16)
    for name in ("django", "procrastinate"):
        digest.update(version(name).encode())
    digest.update(repr(environment().city.departments).encode())
    package = Path(layers.__file__).parent
    for folder in ("migrations", "definitions"):
        for file in sorted((package / folder).glob("*.*")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
