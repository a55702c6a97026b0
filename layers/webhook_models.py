"""Webhooks: who is told of changes, and what became of each telling."""

from __future__ import annotations

from django.db import models


class Webhook(models.Model):
    """A subscription: another system's address that is told what changes in some layers.

    `secret` signs what is sent and is kept as it is, for nothing less can sign. `told` holds, by layer, the revision
    up to which the receiver knows all. `dead_at`: it has refused too often and is left alone until somebody
    tests it with success.
    """

    url = models.TextField()
    layers = models.JSONField(help_text="Ids of layers")
    secret = models.TextField()
    told = models.JSONField(default=dict, help_text="The revision told, by layer")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.TextField()
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order in which they were made."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Return number and address."""
        return f"{self.pk} {self.url}"


class WebhookDelivery(models.Model):
    """One message to a subscription: a layer's changes after `since` up to and including `until`, however often tried.

    One that was not delivered yet is tried again as it is, so that its number names the same content for ever.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    layer = models.CharField(max_length=48)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failure = models.JSONField(null=True, blank=True, help_text="Why the last attempt failed, by language")

    class Meta:
        """Newest first; at most one waits, which is what keeps the order."""

        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("webhook",),
                condition=models.Q(delivered_at__isnull=True),
                name="one_delivery_waits_a_webhook",
            )
        ]

    def __str__(self) -> str:
        """Return the name by which the receiver knows it."""
        return f"{self.webhook_id}.{self.layer}.{self.since}-{self.until}"
