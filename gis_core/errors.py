"""The one error tree. Each error carries what its reader may be told, in Japanese and English.

Errors name no HTTP status: the API maps classes to statuses in one table, the command line to exit codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """One sentence with its remedy, in the two languages every message has."""

    ja: str
    en: str

    def __str__(self) -> str:
        """Return both languages, Japanese first."""
        return f"{self.ja}\n{self.en}"

    def as_dict(self) -> dict[str, str]:
        """Return `{"ja": …, "en": …}`, the shape of messages in reports."""
        return {"ja": self.ja, "en": self.en}


class MachizuError(Exception):
    """Base of every error that a person can act on.

    `message` is for the reader; `detail` is for the log only and may name internals.
    """

    def __init__(self, message: Message, detail: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.detail = detail


class BadInput(MachizuError):
    """What was sent cannot be used: a file, a parameter, a definition."""


class BadParameter(BadInput):
    """A request's parameter is unknown or has a bad value; `parameter` names it."""

    def __init__(self, parameter: str, message: Message) -> None:
        super().__init__(message)
        self.parameter = parameter


class BadFeatures(BadInput):
    """Features that cannot be written; `faults` say where and why.

    Each is plain data: `index` (the feature's place, from 0), `field` (None for the feature as a whole), `rule`
    and `message` (`ja`, `en`).
    """

    def __init__(self, message: Message, faults: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.faults = faults


class NotFound(MachizuError):
    """There is no such thing, or the asker may not know of it."""


class Forbidden(MachizuError):
    """The asker is known and may not do this."""


class Conflict(MachizuError):
    """The thing changed meanwhile, or is in a state that does not allow this."""


class Stale(Conflict):
    """The thing is no longer as the asker knew it when he decided on the change."""


class Reused(Conflict):
    """A key that names one request was given to another."""


class Unavailable(MachizuError):
    """A part the work needs is missing or down: database, port, disk, system package."""
