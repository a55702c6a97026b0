"""Files that outgrow one machine: their parts are cleaned on a Dask cluster, by the same function."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from etl.faults import fault
from etl.pipeline import CleanPart, Plan, clean_part
from etl.table import Table

_CONNECT_SECONDS = 10
# A worker should find the next part waiting when it ends one; more would only be memory.
_PARTS_PER_THREAD = 2


def clean_on(scheduler: str, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    """Yield the cleaned parts in the file's order, each cleaned by some worker of the cluster at `scheduler`.

    The part of a worker that dies is cleaned by another. Raises `BadInput` when the cluster cannot be reached.
    """
    # Imported here because only who asks for a cluster should pay for it.
    from distributed import KilledWorker

    with _client(scheduler) as client:
        try:
            yield from _cleaned(client, client.scatter(plan, broadcast=True), tables)
        except KilledWorker as error:
            raise fault("cluster", scheduler=scheduler, reason=type(error).__name__) from error


def _cleaned(client: Any, plan: Any, tables: Iterable[Table]) -> Iterator[CleanPart]:
    waiting: deque[Any] = deque()
    for table in tables:
        # Not pure: two equal parts are two parts, and hashing them would cost more than cleaning.
        waiting.append(client.submit(clean_part, plan, table, pure=False))
        if len(waiting) >= _room(client):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _client(scheduler: str) -> Any:
    # Distributed gives its functions no types.
    import distributed

    connect: Any = distributed.Client
    try:
        client = connect(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise fault("cluster", scheduler=scheduler, reason=type(error).__name__) from error
    return client


def _room(client: Any) -> int:
    return max(_PARTS_PER_THREAD * int(sum(client.nthreads().values())), 1)
