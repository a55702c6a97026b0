"""Keys by which other programs use the API, and the answers that are given again to a repeated request."""

from __future__ import annotations

from django.db import models


class ApiKey(models.Model):
    """A key of the API: who holds it, what he may do, until when. The key itself is kept nowhere.

    `layers` narrows the role to these layers, null does not. `rate` is requests a minute, `quota` a day, null
    for the installation's own. `used_today` counts the day `used_on`, both noted now and then only.
    """

    class Role(models.TextChoices):
        """The roles of keys; see `visibility.Role`."""

        VIEWER = "viewer"
        EDITOR = "editor"
        APPROVER = "approver"
        HEADQUARTERS = "headquarters"
        SYSTEM = "system"
        ADMINISTRATOR = "administrator"

    name = models.CharField(max_length=48, unique=True)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key, hexadecimal")
    role = models.CharField(max_length=16, choices=Role)
    department = models.ForeignKey("layers.Department", on_delete=models.PROTECT, null=True, blank=True)
    layers = models.JSONField(null=True, blank=True, help_text="Ids of layers")
    expires_at = models.DateTimeField(null=True, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    quota = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.TextField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    used_on = models.DateField(null=True, blank=True)
    used_today = models.BigIntegerField(default=0)

    class Meta:
        """By name."""

        ordering = ("name",)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class RepeatableRequest(models.Model):
    """A write that was carried out under an Idempotency-Key, and what was answered; kept for a day."""

    actor = models.TextField()
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the request, hexadecimal")
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        """A key is its holder's own."""

        constraints = [models.UniqueConstraint(fields=("actor", "key"), name="one_request_a_key")]

    def __str__(self) -> str:
        """Return actor and key."""
        return f"{self.actor} {self.key}"
