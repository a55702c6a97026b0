"""What is collected while a transaction may still be undone, kept apart from it in bounded memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

_IN_MEMORY_BYTES = 4 * 1024**2


class Spool(Generic[T]):
    """Batches of items, given back in their order; beyond a few MiB they wait in a temporary file."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, batch: Sequence[T]) -> None:
        """Take a batch of items."""
        if batch:
            pickle.dump(list(batch), self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[list[T]]:
        """Yield the batches; nothing can be added afterwards."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield pickle.load(self._file)
