"""The audit: who did what. Entries are written in the transaction of what they tell of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from layers.models import AuditEntry


def record(actor: str, action: str, *, layer: str = "", subject: str = "", **detail: Any) -> None:
    """Add an entry. `detail` must be plain JSON values."""
    AuditEntry.objects.create(actor=actor, action=action, layer=layer, subject=subject, detail=detail)


@transaction.atomic
def purge(before: datetime, *, actor: str) -> int:
    """Remove entries older than `before`, the configured term; the purge itself is an entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('machizu.purge', 'audit', true)")
    removed, _ = AuditEntry.objects.filter(at__lt=before).delete()
    record(actor, "audit.purge", before=before.isoformat(), removed=removed)
    return removed
