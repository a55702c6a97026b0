"""What comes by itself and does not wait for a delivery: status, alerts, camera images, and the feeds they come by."""

from __future__ import annotations

from django.contrib.gis.db import models


class StatusEntry(models.Model):
    """One moment in the log of live status: the feature's state from `at` on, as `source` tells it.

    The log is the chronology: entries are added, never changed; the database refuses otherwise.
    """

    layer = models.CharField(max_length=48)
    feature_id = models.BigIntegerField()
    at = models.DateTimeField(help_text="Since when it is so")
    state = models.CharField(max_length=32)
    values = models.JSONField(default=dict)
    source = models.CharField(max_length=48, help_text="The feed, page or system that says so")
    actor = models.TextField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=("layer", "feature_id", "source", "-at", "-id"), name="status_of_feature")
        ]

    def __str__(self) -> str:
        """Return feature, moment and state."""
        return f"{self.layer}/{self.feature_id} {self.at:%Y-%m-%d %H:%M} {self.state}"


class Alert(models.Model):
    """One message of one hazard that concerns the city, as an issuer sent it.

    Messages are kept as they came. `superseded_at` is the moment from which a later message holds instead: the
    next `bulletin` of the same `series`, or a message that names this one in `refers_to`. `area` (EPSG:4326)
    is null where the whole city is meant. Only what has `published_at` is shown to people.
    """

    class Status(models.TextChoices):
        """Whether it is meant; an exercise or test is never shown as real."""

        ACTUAL = "actual"
        EXERCISE = "exercise"
        TEST = "test"

    class Message(models.TextChoices):
        """What the message does to those before it."""

        ALERT = "alert"
        UPDATE = "update"
        CANCEL = "cancel"

    source = models.CharField(max_length=16, help_text="jma or cap")
    identifier = models.TextField()
    sender = models.TextField()
    series = models.TextField(help_text="Of the messages of one series only the newest bulletin holds")
    bulletin = models.TextField(help_text="The message that brought it, with others perhaps")
    reference = models.TextField(
        blank=True, help_text="What later messages call it by: sender,identifier,sent"
    )
    refers_to = models.JSONField(
        default=list, help_text="The earlier messages that this one replaces or ends"
    )
    status = models.CharField(max_length=8, choices=Status)
    message_type = models.CharField(max_length=6, choices=Message)
    category = models.CharField(max_length=12, default="Met")
    event = models.CharField(max_length=48, help_text="The hazard: rain, landslide, river_flood, quake, …")
    kind = models.CharField(max_length=48, blank=True, help_text="The issuer's code")
    name = models.JSONField(default=dict, help_text="What it is called, by language")
    level = models.PositiveSmallIntegerField(
        null=True, help_text="警戒レベル相当, where the hazard has levels"
    )
    transitional = models.BooleanField(
        default=False, help_text="Old-style; gives way to a current message of the same hazard"
    )
    severity = models.CharField(max_length=8)
    urgency = models.CharField(max_length=9)
    certainty = models.CharField(max_length=8)
    headline = models.JSONField(default=dict)
    description = models.JSONField(default=dict)
    instruction = models.JSONField(default=dict)
    areas = models.JSONField(default=list, help_text="Objects with name and code")
    area = models.GeometryField(srid=4326, null=True, blank=True)
    sent = models.DateTimeField()
    effective = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.TextField(blank=True)

    class Meta:
        """Newest first; a message is kept once."""

        ordering = ("-sent", "-id")
        constraints = [models.UniqueConstraint(fields=("source", "identifier"), name="one_row_a_message")]
        indexes = [
            models.Index(fields=("source", "series", "-sent"), name="alert_series"),
            models.Index(fields=("superseded_at", "expires"), name="alert_end"),
        ]

    def __str__(self) -> str:
        """Return source, moment and name."""
        return f"{self.source} {self.sent:%Y-%m-%d %H:%M} {self.name.get('ja', self.event)}"


class CameraImage(models.Model):
    """What is known of a camera's still image: the last good one on disk, and how the polls went since."""

    layer = models.CharField(max_length=48)
    feature_id = models.BigIntegerField()
    url = models.TextField()
    checked_at = models.DateTimeField(help_text="The last poll, good or not")
    fetched_at = models.DateTimeField(null=True, help_text="When the image on disk came")
    taken_at = models.DateTimeField(null=True, help_text="When it was taken, as the camera's server says")
    sha256 = models.CharField(max_length=64, blank=True)
    path = models.TextField(blank=True, help_text="The last good image, below the camera store")
    media_type = models.CharField(max_length=16, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    unchanged = models.PositiveIntegerField(default=0, help_text="Polls in a row that brought the same image")
    failures = models.PositiveIntegerField(default=0, help_text="Polls in a row that brought none")

    class Meta:
        """One row a camera."""

        constraints = [models.UniqueConstraint(fields=("layer", "feature_id"), name="one_row_a_camera")]

    def __str__(self) -> str:
        """Return the camera and when it was last seen."""
        return f"{self.layer}/{self.feature_id} {self.fetched_at or '-'}"


class Feed(models.Model):
    """A feed of this installation: whether it runs, from where and how often, and how its last run went."""

    name = models.CharField(primary_key=True, max_length=24)
    enabled = models.BooleanField(default=False)
    url = models.TextField(blank=True)
    every_s = models.PositiveIntegerField()
    next_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Runs in a row that failed")
    result = models.JSONField(default=dict, help_text="What the last run did, or why it failed (ja, en)")
    memory = models.JSONField(default=dict, help_text="ETag, Last-Modified and entries already read")

    def __str__(self) -> str:
        """Return the name and whether it runs."""
        return f"{self.name} {'on' if self.enabled else 'off'}"
