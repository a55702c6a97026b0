"""`machizu up`, and the steps that it runs: migrate, samples, worker."""

from __future__ import annotations

import argparse

from machizu.bootstrap import setup_django, store
from machizu.commands.common import Subparsers, command
from machizu.environment import environment

# A camera or a source that does not answer must not hold up the publishing of loads.
_WORKER_TASKS = 4


def add_to(commands: Subparsers) -> None:
    """Add `up`, and the hidden steps `migrate`, `samples` and `worker`."""
    command(
        commands,
        "up",
        _up,
        help="まち図を起動します / start Machizu until Ctrl-C or SIGTERM",
        example="PORT=8080 machizu up",
    )
    command(
        commands,
        "migrate",
        _migrate,
        help="Bring the store's schema up to date",
        example="machizu migrate",
        hidden=True,
    )
    command(
        commands,
        "samples",
        _samples,
        help="Load the samples into an empty store",
        example="machizu samples",
        hidden=True,
    )
    command(
        commands,
        "worker",
        _worker,
        help="Run background work until SIGTERM",
        example="machizu worker",
        hidden=True,
    )


def _up(_: argparse.Namespace) -> int:
    from machizu import supervisor

    settings = environment()
    return supervisor.up(
        settings.host, settings.port, workers=settings.workers, samples=settings.load_samples
    )


def _migrate(_: argparse.Namespace) -> None:
    with store():
        pass


def _samples(_: argparse.Namespace) -> None:
    settings = environment()
    with store():
        from machizu.samples import load_samples

        load_samples(settings.samples, settings.city)


def _worker(_: argparse.Namespace) -> None:
    setup_django()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(concurrency=_WORKER_TASKS, listen_notify=True)
