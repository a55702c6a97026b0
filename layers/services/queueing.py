"""Asking the worker for background work, by the name of its task."""

from __future__ import annotations

from typing import Any

from procrastinate import tasks
from procrastinate.contrib.django import app
from procrastinate.jobs import JobDeferrer

# Where the tasks of the store wait for the worker.
QUEUE = "store"


def task(name: str, **options: Any) -> JobDeferrer:
    """Return a task of the store; its `defer(…)` queues it in this transaction. `options` as procrastinate has them.

    The app's own way imports every module of tasks first, a second's work: it is the worker that needs them.
    """
    return tasks.configure_task(name=name, job_manager=app.job_manager, queue=QUEUE, **options)
