"""The worker's part in webhooks: deliveries, queued by each change and looked for each minute."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from layers.services import webhook_delivery
from layers.services.webhook_queue import TASK, queue


@app.task(name=TASK, queue="store")
def deliver_webhook(number: int) -> None:
    """Send what the webhook owes; come again for what was refused."""
    again = webhook_delivery.deliver(number, private_hosts=settings.MACHIZU.city.private_hosts)
    if again is not None:
        queue(number, in_s=again)


@app.periodic(cron="* * * * *")
@app.task(name="layers.wake_webhooks", queue="store", queueing_lock="wake_webhooks")
def wake_webhooks(timestamp: int) -> None:
    """Queue what changed by other roads than this product's own, such as QGIS, each minute."""
    for number in webhook_delivery.owing():
        queue(number)
