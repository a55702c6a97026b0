"""What can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class MachizuApiError(Exception):
    """Everything that this package raises of its own."""


class Unreachable(MachizuApiError):
    """The server does not answer, or not in HTTP."""


class Problem(MachizuApiError):
    """The server refused: `status` and the words of its problem details (RFC 9457).

    `parameter` is the one to blame, `request_id` what the operator can find the request by, `errors` what is wrong
    with which of the features that were sent.
    """

    def __init__(self, status: int, content: Mapping[str, Any], request_id: str | None = None) -> None:
        self.status = status
        self.title = str(content.get("title", ""))
        self.detail = str(content.get("detail", ""))
        self.parameter: str | None = content.get("parameter")
        self.errors: list[dict[str, Any]] = content.get("errors", [])
        self.request_id: str | None = content.get("requestId", request_id)
        super().__init__(f"{status} {self.detail or self.title}")
