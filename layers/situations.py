"""The SQL of situations: which emergencies are declared, now or at an instant."""

from __future__ import annotations

from datetime import datetime

from layers.reads import Statement


def situations_statement(at: datetime | None = None) -> Statement:
    """Rows `(id, name, opened_at, closed_at)` of what is open now or was at an instant (aware), newest first."""
    text = """
        SELECT id, name, opened_at, closed_at FROM layers_situation
        WHERE opened_at <= coalesce(%(at)s::timestamptz, now())
          AND (closed_at IS NULL OR closed_at > coalesce(%(at)s::timestamptz, now()))
        ORDER BY opened_at DESC, id DESC"""
    return Statement(text, {"at": at})
