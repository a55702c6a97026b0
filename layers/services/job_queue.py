"""The queue of background work, as far as it is watched from outside."""

from __future__ import annotations

from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob

# Those that ended well are history.
WATCHED = ("todo", "doing", "failed")


def job_counts() -> dict[tuple[str, str], int]:
    """Return how many jobs there are, by queue and status."""
    jobs = ProcrastinateJob.objects.filter(status__in=WATCHED).order_by()
    counted = jobs.values_list("queue_name", "status").annotate(count=Count("pk"))
    return {(queue, status): count for queue, status, count in counted}
