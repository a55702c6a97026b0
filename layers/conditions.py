"""A condition on a layer's rows: its SQL, and the values that are bound to its placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql


@dataclass(frozen=True)
class Condition:
    """SQL that is true, false or null of a row. Two are equal when their SQL is, whatever their values."""

    key: str
    test: sql.Composable = field(compare=False)
    values: Mapping[str, Any] = field(compare=False)

    @classmethod
    def of(cls, composed: sql.Composable, values: Mapping[str, Any]) -> Condition:
        """Return the condition; the names of its placeholders must be no other condition's."""
        return cls(composed.as_string(None), composed, values)
