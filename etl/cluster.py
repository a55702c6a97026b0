"""Files that outgrow one machine: their parts are cleaned on a Dask cluster, by the same function."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from etl.faults import fault
from etl.pipeline import CleanPart, Plan, clean_part
from etl.table import Table

_CONNECT_SECONDS = 10
# A worker should find the next part waiting when it ends one; more would only be memory.
_PARTS_PER_THREAD = 2
# A worker's death loses a part once; one that is lost so often has no cluster to be cleaned on.
_TRIES = 5
# Dask warns of tasks above 10 MB, which it takes for a mistake; a part of a wide file is more.
_CONFIGURATION = {"distributed.admin.large-graph-warning-threshold": "1GB"}


@dataclass
class _Sent:
    """A part on its way through the cluster. Its rows stay here until its outcome does."""

    client: Any
    plan: Plan
    table: Table

    def __post_init__(self) -> None:
        self._send()

    def _send(self) -> None:
        # The plan goes with each part: what is scattered among workers dies with them.
        # Not pure: two equal parts are two parts, and hashing them would cost more than cleaning.
        self._future = self.client.submit(clean_part, self.plan, self.table, pure=False)

    def outcome(self) -> CleanPart:
        """Wait for the part; send it again when it was lost with a worker. Raises distributed's `CancelledError`."""
        from distributed import CancelledError

        for _ in range(_TRIES - 1):
            try:
                return self._cleaned()
            except CancelledError:
                self._send()
        return self._cleaned()

    def _cleaned(self) -> CleanPart:
        part: CleanPart = self._future.result()
        return part


def clean_on(scheduler: str, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    """Yield the cleaned parts in the file's order, each cleaned by some worker of the cluster at `scheduler`.

    The part of a worker that dies is cleaned by another. Raises `BadInput` when the cluster cannot be reached.
    """
    # Imported here because only who asks for a cluster should pay for it.
    import dask
    from distributed import CancelledError, KilledWorker

    with dask.config.set(_CONFIGURATION), _client(scheduler) as client:
        try:
            yield from _cleaned(client, plan, tables)
        except (CancelledError, KilledWorker) as error:
            raise fault("cluster", scheduler=scheduler, reason=type(error).__name__) from error


def _cleaned(client: Any, plan: Plan, tables: Iterable[Table]) -> Iterator[CleanPart]:
    waiting: deque[_Sent] = deque()
    for table in tables:
        waiting.append(_Sent(client, plan, table))
        if len(waiting) >= _room(client):
            yield waiting.popleft().outcome()
    while waiting:
        yield waiting.popleft().outcome()


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
