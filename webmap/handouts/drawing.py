"""The map of a hand-out, drawn by folium from its own Leaflet, without tiles and without another host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import folium
import shapely
from branca.element import Figure, MacroElement
from django.utils.translation import gettext as _
from folium.template import Template
from shapely.geometry import mapping, shape

from gis_core.boxes import Box
from layers.catalogue import LayerInfo, RasterInfo
from webmap.context.area_classes import OPACITY, area_classes
from webmap.handouts import looks
from webmap.handouts.features import Feature
from webmap.handouts.inert import inert
from webmap.handouts.rasters import Picture

# Degrees: about 5 m, less than a line's width at the closest zoom at which the ground is of use.
GROUND_TOLERANCE = 0.00005
GROUND_DIGITS = 0.00001
LABELS_FROM_ZOOM = 13
GROUND = "ground"
GROUND_STYLES: dict[str, dict[str, Any]] = {
    "city_boundary": {"color": "#7d7a86", "weight": 2, "dashArray": "8 4 2 4", "fillColor": "#f8f6f0", "fillOpacity": 1},
    "town_areas": {"color": "#cfc9bb", "weight": 1, "dashArray": "4 3", "fill": False},
    "rivers": {"color": "#a9d0ea", "weight": 4, "fillColor": "#a9d0ea", "fillOpacity": 1},
    "roads": {"color": "#c5beae", "weight": 1.5},
}  # fmt: skip


class Lines(NamedTuple):
    """What the page needs of the map: its element, and its script without the tags around it."""

    element: str
    script: str


class OfflineMap(folium.Map):
    """A map that asks for nothing: Leaflet comes with the page, everything else that folium would load is not used."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


class _Controls(MacroElement):
    """Zoom buttons and scale in the reader's language; names of towns only where there is room for them."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            L.control.zoom({zoomInTitle: {{ this.zoom_in|tojson }}, zoomOutTitle: {{ this.zoom_out|tojson }}})
                .addTo({{ this._parent.get_name() }});
            L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});
            function {{ this.get_name() }}() {
                const near = {{ this._parent.get_name() }}.getZoom() >= {{ this.labels_from }};
                {{ this._parent.get_name() }}.getContainer().classList.toggle("is-near", near);
            }
            {{ this._parent.get_name() }}.on("zoomend", {{ this.get_name() }});
            {{ this.get_name() }}();
        {% endmacro %}""")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Controls"
        self.zoom_in, self.zoom_out, self.labels_from = _("Zoom in"), _("Zoom out"), LABELS_FROM_ZOOM


class Drawing:
    """A map in the making; what is added later lies above. With `one_at_a_time` only the first is on at the start."""

    def __init__(self, extent: Box, *, one_at_a_time: bool = False) -> None:
        west, south, east, north = extent.as_tuple()
        # Without a tile layer Leaflet has no maximum zoom of its own.
        self._map = OfflineMap(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None, zoom_control=False, max_zoom=18, min_zoom=8, attribution_control=False, zoom_snap=0.25,
        )  # fmt: skip
        self._map.fit_bounds([[south, west], [north, east]], padding=(12, 12))
        # Below Leaflet's own panes, so that a picture is not hidden by the land.
        folium.map.CustomPane(GROUND, z_index=300, pointer_events=False).add_to(self._map)
        self._one_at_a_time = one_at_a_time
        self._overlays = 0

    def add_ground(self, layer_id: str, features: Sequence[dict[str, Any]]) -> None:
        """Add a layer of the ground, simplified; nothing can be asked of it. Towns show their names."""
        data = [_grounded(feature) for feature in features if feature["geometry"]]
        if not data:
            return
        style = GROUND_STYLES[layer_id]
        ground = folium.GeoJson(
            _collection(data), style_function=lambda _: style, interactive=False, control=False, pane=GROUND
        )
        if layer_id == "town_areas":
            folium.GeoJsonTooltip(
                fields=["label"], labels=False, sticky=False, permanent=True, direction="center", class_name="town"
            ).add_to(ground)  # fmt: skip
        ground.add_to(self._map)

    def add_features(self, info: LayerInfo, features: Sequence[Feature], title: str) -> None:
        """Add a layer with a popup for each feature."""
        # The mildest first, so that a red zone is drawn over the yellow one in which it lies.
        classes = area_classes(info, "ja")
        data = [_featured(feature, classes) for feature in features if feature.geometry]
        data.sort(key=lambda feature: feature["properties"]["class"])
        if not data:
            return
        marker = folium.Marker(
            icon=folium.DivIcon(html=looks.symbol(info.definition), icon_size=(28, 28), class_name="symbol"),
            # The table is the keyboard's way to the places; hundreds of stops on the map are none.
            keyboard=False,
        )
        is_point = info.definition.geometry.endswith("Point")
        drawn = folium.GeoJson(
            _collection(data),
            name=f"{legend_picture(info)} {inert(title)}",
            show=self._shown(),
            marker=marker if is_point else None,
            style_function=None if is_point else lambda feature: _style(info, feature, classes),
        )
        folium.GeoJsonPopup(fields=["popup"], labels=False, localize=False, max_width=320).add_to(drawn)
        folium.GeoJsonTooltip(fields=["label"], labels=False).add_to(drawn)
        drawn.add_to(self._map)

    def add_raster(self, info: RasterInfo, picture: Picture, title: str) -> None:
        """Add a raster's picture."""
        opacity = info.definition.opacity
        folium.raster_layers.ImageOverlay(
            picture.address, picture.bounds, name=inert(title), opacity=opacity, show=self._shown()
        ).add_to(self._map)

    def _shown(self) -> bool:
        """Count one more layer that can be switched; tell whether it is on at the start."""
        self._overlays += 1
        return self._overlays == 1 or not self._one_at_a_time

    def finish(self) -> Lines:
        """Return element and script."""
        if self._overlays > 1:
            folium.LayerControl(collapsed=False).add_to(self._map)
        _Controls().add_to(self._map)
        figure = cast(Figure, self._map.get_root())
        figure.render()
        return Lines(figure.html.render(), figure.script.render())


def legend_picture(info: LayerInfo) -> str:
    """Return the picture of a vector layer for its legend, as SVG."""
    definition = info.definition
    if definition.geometry.endswith("Point"):
        return looks.symbol(definition)
    if definition.geometry.endswith("LineString"):
        return looks.line_picture(definition.style.color, definition.style.line_width)
    return looks.area_picture(definition.style.color, definition.style.opacity)


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _grounded(feature: dict[str, Any]) -> dict[str, Any]:
    simple = shape(feature["geometry"]).simplify(GROUND_TOLERANCE)
    geometry = mapping(shapely.set_precision(simple, GROUND_DIGITS))
    label = inert(str(feature["properties"].get("name") or ""))
    return {"type": "Feature", "id": feature["id"], "properties": {"label": label}, "geometry": geometry}


def _featured(feature: Feature, classes: list[dict[str, Any]]) -> dict[str, Any]:
    label = inert(f"{feature.number} {feature.name}".strip())
    rows = "".join(
        f"<dt>{inert(field)}</dt><dd>{_linked(text, href)}</dd>" for field, text, href in feature.told()
    )
    properties = {
        "label": label,
        "popup": f"<strong>{label}</strong><dl>{rows}</dl>",
        "class": _class(feature, classes),
    }
    return {
        "type": "Feature",
        "id": str(feature.number),
        "properties": properties,
        "geometry": feature.geometry,
    }


def _linked(text: str, href: str | None) -> str:
    return f'<a href="{inert(href)}">{inert(text)}</a>' if href else inert(text)


def _class(feature: Feature, classes: list[dict[str, Any]]) -> int:
    """Return which of the classes the zone is of, -1 for none."""
    fits = (all(str(feature.properties.get(k)) == v for k, v in kind["values"].items()) for kind in classes)
    return next((place for place, fit in enumerate(fits) if fit), -1)


def _style(info: LayerInfo, feature: dict[str, Any], classes: list[dict[str, Any]]) -> dict[str, Any]:
    style, place = info.definition.style, feature["properties"]["class"]
    if info.definition.geometry.endswith("LineString"):
        return {"color": style.color, "weight": max(style.line_width * 1.5, 3), "opacity": style.opacity}
    colour = style.color if place < 0 else classes[place]["color"]
    opacity = style.opacity if place < 0 else OPACITY
    # Pale hazard colours have little contrast with the ground; the dark edge carries the shape.
    return {"color": "#4d4d4d", "weight": 1, "fillColor": colour, "fillOpacity": opacity}
