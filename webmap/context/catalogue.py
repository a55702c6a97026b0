"""Layers and rasters described for templates and for the map's script, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from webmap.context import filters, themes
from webmap.context.area_classes import OPACITY, area_classes

if TYPE_CHECKING:
    from gis_core.definition import RasterClass
    from layers.catalogue import LayerInfo, RasterInfo


def layer(info: LayerInfo, language: str) -> dict[str, Any]:
    """Describe a vector layer; extents in degrees (EPSG:4326)."""
    definition = info.definition
    style = definition.style
    return {
        **_common(info, language),
        "kind": "vector",
        "opacity": OPACITY if definition.theme == themes.HAZARD_THEME else style.opacity,
        "count": info.feature_count,
        "geometry": definition.geometry,
        "extent": info.extent.as_tuple() if info.extent else None,
        "named": _named(info, language),
        "hazards": [f.name for f in filters.hazard_fields(info)],
        "opens": filters.has_states(definition),
        "classes": area_classes(info, language),
        "style": {
            "color": style.color,
            "symbol": style.symbol,
            "lineWidth": style.line_width,
            "minZoom": style.min_zoom,
        },
    }


def raster(info: RasterInfo, language: str) -> dict[str, Any]:
    """Describe a raster layer with the classes of its legend, highest class first as on official maps."""
    definition = info.definition
    return {
        **_common(info, language),
        "kind": "raster",
        "extent": info.extent.as_tuple(),
        "unit": definition.unit,
        "opacity": definition.opacity,
        "classes": [_raster_class(c, language) for c in reversed(definition.classes)],
    }


def updated(info: LayerInfo | RasterInfo, language: str) -> str:
    """Return the sentence that says how fresh a layer is, whether it is overdue, and who answers for it."""
    name = info.department.to(language)
    if info.updated_at is None:
        return _("No data yet · %(department)s") % {"department": name}
    values = {"date": date_format(timezone.localtime(info.updated_at), "DATE_FORMAT"), "department": name}
    if info.overdue:
        return _("Updated %(date)s by %(department)s · an update is overdue") % values
    return _("Updated %(date)s by %(department)s") % values


def _named(info: LayerInfo, language: str) -> dict[str, str]:
    """Which fields say the name (in the reader's language, too, where the layer has such a field) and the address."""
    roles = ("name", "kana", "name_en", "address")
    by_role = {role: f.name for role in roles if (f := info.field_with_role(role))}
    own = f"name_{language.replace('-', '_')}"
    return by_role | ({"own": own} if any(f.name == own for f in info.fields) else {})


def _common(info: LayerInfo | RasterInfo, language: str) -> dict[str, Any]:
    definition = info.definition
    return {
        "id": definition.id,
        "title": definition.title.to(language),
        "description": definition.description.to(language),
        "theme": definition.theme,
        "isHazard": definition.theme == themes.HAZARD_THEME,
        "isBase": definition.id in themes.BASE,
        "isOn": definition.id in themes.ON_AT_START,
        "revision": info.revision,
        "updated": updated(info, language),
    }


def _raster_class(described: RasterClass, language: str) -> dict[str, Any]:
    return {
        "minimum": described.minimum,
        "maximum": described.maximum,
        "color": described.color,
        "title": described.title.to(language),
        "inLegend": True,
    }
