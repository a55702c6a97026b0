"""The Django application of the layer store."""

from django.apps import AppConfig


class LayersConfig(AppConfig):
    """Registry of layers and their tables in PostGIS."""

    name = "layers"
    verbose_name = "Layer store"
    default_auto_field = "django.db.models.BigAutoField"
