"""The registry: departments, layers, loads and quarantined rows. Features live in tables of their own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models

from layers.exposure_models import Exposure  # noqa: F401 - where Django looks for models
from layers.feed_models import Alert, CameraImage, Feed, StatusEntry  # noqa: F401 - likewise
from layers.gazetteer_models import GazetteerAddress, GazetteerTown  # noqa: F401 - likewise
from layers.key_models import ApiKey, RepeatableRequest  # noqa: F401 - likewise
from layers.webhook_models import Webhook, WebhookDelivery  # noqa: F401 - likewise


class Department(models.Model):
    """A department of the city: owner of layers, author of deliveries."""

    id = models.CharField(primary_key=True, max_length=48)
    title = models.JSONField(help_text="Name by language")

    def __str__(self) -> str:
        """Return the Japanese name."""
        return str(self.title.get("ja", self.id))


class Layer(models.Model):
    """A registered layer, vector or raster. Its definition is the authority; the rest is derived at commit.

    `extent` is in EPSG:4326; `revision` rises with each change of the layer's data or definition.
    """

    class Kind(models.TextChoices):
        """What the layer's data is."""

        VECTOR = "vector"
        RASTER = "raster"

    id = models.CharField(primary_key=True, max_length=48)
    kind = models.CharField(max_length=6, choices=Kind)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="layers")
    definition = models.JSONField()
    position = models.PositiveIntegerField(default=0, help_text="Place in lists")
    revision = models.BigIntegerField(default=0)
    feature_count = models.BigIntegerField(default=0)
    extent = models.PolygonField(srid=4326, null=True, blank=True, spatial_index=False)
    path = models.TextField(blank=True, help_text="Raster: the file of the current revision")
    updated_at = models.DateTimeField(null=True, blank=True, help_text="When the data last changed")
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a delivery was last published, changed or not"
    )
    is_sample = models.BooleanField(default=False, help_text="Shows the sample data")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Layers are listed as registered."""

        ordering = ("position", "id")

    def __str__(self) -> str:
        """Return the id."""
        return self.id


class Load(models.Model):
    """One delivery to one layer: what came, what was found in it, and what became of it."""

    class State(models.TextChoices):
        """The life of a load (`machizu load --json`, `state`)."""

        AWAITING_APPROVAL = "awaiting_approval"
        SCHEDULED = "scheduled"
        PUBLISHED = "published"
        REJECTED = "rejected"
        SUPERSEDED = "superseded"

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="loads")
    file = models.TextField()
    state = models.CharField(max_length=20, choices=State)
    report = models.JSONField(help_text="The load report without diff, load and state")
    diff = models.JSONField(default=dict)
    columns = models.JSONField(default=list, help_text="Fields that the file feeds")
    key = models.JSONField(default=list, help_text="Fields by which rows are matched to features")
    actor = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    base_revision = models.BigIntegerField(
        default=0, help_text="The layer's revision that the diff compares with"
    )
    pairing = models.CharField(
        max_length=32, blank=True, help_text="Fingerprint of which row meets which feature"
    )
    publish_at = models.DateTimeField(null=True, blank=True, help_text="Approved for this moment")

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        """Return number, layer and state."""
        return f"{self.pk} {self.layer_id} {self.state}"


class Revision(models.Model):
    """One committed change of a layer's data, by whatever road. Written by the database's triggers.

    `envelope` (EPSG:4326) holds all that changed, so that only the tiles it touches need become new.
    """

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="revisions")
    revision = models.BigIntegerField()
    at = models.DateTimeField(help_text="In the order of the revisions")
    actor = models.TextField(help_text="The product's user, else the database's")
    load = models.ForeignKey(Load, on_delete=models.PROTECT, null=True, blank=True, related_name="revisions")
    reason = models.TextField(blank=True)
    added = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    envelope = models.GeometryField(srid=4326, null=True, blank=True, spatial_index=False)
    definition = models.JSONField(null=True, help_text="The new definition, where this revision changed it")

    class Meta:
        """Newest first; a layer's revisions are numbered from 1 without gaps."""

        ordering = ("layer", "-revision")
        constraints = [models.UniqueConstraint(fields=("layer", "revision"), name="one_row_a_revision")]

    def __str__(self) -> str:
        """Return layer and revision."""
        return f"{self.layer_id} r{self.revision}"


class QuarantinedRow(models.Model):
    """A row that an error kept out of the layer, with its values as they came: nothing is lost."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="quarantine")
    row = models.PositiveIntegerField(help_text="As a person counts in the file, from 1")
    values = models.JSONField()
    issues = models.JSONField()

    class Meta:
        """In the file's order."""

        ordering = ("load", "row")

    def __str__(self) -> str:
        """Return load and row."""
        return f"{self.load_id}:{self.row}"


class Membership(models.Model):
    """A user's role, and the department for which he has it."""

    class Role(models.TextChoices):
        """The roles of people; see `visibility.Role`."""

        VIEWER = "viewer"
        EDITOR = "editor"
        APPROVER = "approver"
        HEADQUARTERS = "headquarters"
        ADMINISTRATOR = "administrator"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership")
    role = models.CharField(max_length=16, choices=Role)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True)

    def __str__(self) -> str:
        """Return user and role."""
        return f"{self.user} {self.role}"


class Situation(models.Model):
    """A declared emergency, by name, from its opening to its closing."""

    name = models.TextField()
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.TextField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.TextField(blank=True)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Elevation(models.Model):
    """A user of the headquarters who, while the situation is open, sees what only departments see."""

    situation = models.ForeignKey(Situation, on_delete=models.PROTECT, related_name="elevations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="elevations")
    granted_by = models.TextField()
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One elevation a user and situation."""

        constraints = [models.UniqueConstraint(fields=("situation", "user"), name="one_elevation_a_user")]

    def __str__(self) -> str:
        """Return user and situation."""
        return f"{self.user}: {self.situation}"


class AuditEntry(models.Model):
    """Who did what to which layer, load, role or key. The database refuses to change or remove entries."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.TextField()
    action = models.CharField(max_length=32)
    layer = models.CharField(max_length=48, blank=True)
    subject = models.TextField(blank=True, help_text="Load, feature, user, key, …")
    detail = models.JSONField(default=dict)

    class Meta:
        """Newest first."""

        ordering = ("-id",)
        indexes = [models.Index(fields=("layer", "-id")), models.Index(fields=("actor", "-id"))]

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.actor} {self.action} {self.layer}"


class SourceRun(models.Model):
    """One attempt to bring what a remembered source has to its layer, and what came of it.

    `source`, `layer` and `department` are ids as the source's file says them: a run whose file names something
    unknown is told as well. `etag`, `last_modified` and `digest` (SHA-256) say which content it was.
    """

    class State(models.TextChoices):
        """What became of the run; `refused` needs a person, `failed` (a network, a database) is tried again."""

        RUNNING = "running"
        LOADED = "loaded"
        UNCHANGED = "unchanged"
        REFUSED = "refused"
        FAILED = "failed"

    class Trigger(models.TextChoices):
        """What began the run."""

        SCHEDULE = "schedule"
        FOLDER = "folder"
        HAND = "hand"

    source = models.CharField(max_length=48, blank=True)
    layer = models.CharField(max_length=48, blank=True)
    department = models.CharField(max_length=48)
    trigger = models.CharField(max_length=8, choices=Trigger)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    actor = models.TextField()
    file = models.TextField(help_text="The address it was fetched from, or the file's name")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    message = models.JSONField(null=True, blank=True, help_text="Why it was refused or failed, by language")
    load = models.ForeignKey(Load, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")

    class Meta:
        """Newest first."""

        ordering = ("-id",)
        indexes = [models.Index(fields=("source", "-id")), models.Index(fields=("department", "-id"))]

    def __str__(self) -> str:
        """Return source, moment and state."""
        return f"{self.source or self.file} {self.started_at:%Y-%m-%d %H:%M} {self.state}"
