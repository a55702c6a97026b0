// The map itself. MapLibre is loaded only after the page stands, and only where WebGL 2 is there.

import { byId, element } from "./dom.js";
import { mapLocale, t } from "./i18n.js";
import { AREA_CLASSES, PALETTE } from "./palette.js";
import { BASE_LABELS, FIRST_OVERLAY, buildStyle, mapLayersOf } from "./style.js";
import { pixels, symbolOf } from "./symbols.js";

const TOUCH_REACH = 12; // Half of the smaller target of WCAG 2.2, in CSS pixels, around a click.
const GSI_TIMEOUT = 3000; // A host that hangs must not hold the map back.
const PIXEL_RATIO = 2;
const EMPTY = { type: "FeatureCollection", features: [] };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function canDrawMaps() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

export async function startMap(config, state, onPick) {
  const maplibre = await import(config.maplibre);
  return new CityMap(maplibre, config, state, onPick);
}

class CityMap {
  constructor(maplibre, config, state, onPick) {
    this.config = config;
    this.state = state;
    this.container = byId("map");
    this.map = new maplibre.Map(this.#options());
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-left");
    this.map.getCanvas().setAttribute("aria-describedby", "map-help");
    // Not "load": with a tile host that hangs it does not come.
    this.styled = new Promise((resolve) => { this.map.once("style.load", resolve); });
    this.styled.then(() => this.#dress());
    this.map.once("idle", () => { this.container.dataset.state = "drawn"; });
    this.map.on("error", ({ error, sourceId }) => this.#failed(error, sourceId));
    this.map.on("moveend", () => this.#tellView());
    this.map.on("click", (event) => onPick(this.#featuresAt(event.point), { lon: event.lngLat.lng, lat: event.lngLat.lat }));
    this.map.on("mousemove", (event) => this.#point(event.point));
    this.#follow();
    this.#credit();
    if (config.gsiTiles) this.#addGsi();
  }

  goTo({ lon, lat }, zoom = this.map.getZoom()) {
    const target = { center: [lon, lat], zoom };
    if (still.matches) this.map.jumpTo(target);
    else this.map.easeTo(target);
  }

  select(feature) {
    this.selected = feature ?? EMPTY;
    this.map.getSource("selection")?.setData(this.selected);
  }

  #options() {
    const { zoom, lat, lon } = this.state.view;
    return {
      container: this.container,
      style: buildStyle(this.config.layers, this.config.rasters, PALETTE, {
        origin: location.origin,
        api: this.config.api,
        language: this.config.language,
        on: this.state.layers,
        opacity: this.state.opacity,
        areaClasses: AREA_CLASSES,
      }),
      center: [lon, lat],
      zoom,
      minZoom: 7,
      maxZoom: 19,
      locale: mapLocale(),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      fadeDuration: still.matches ? 0 : 200,
    };
  }

  #dress() {
    const points = this.config.layers.filter((layer) => layer.geometry.endsWith("Point"));
    for (const layer of points) {
      const symbol = symbolOf(layer, this.config.language);
      this.map.addImage(layer.id, pixels(symbol, PIXEL_RATIO), { pixelRatio: PIXEL_RATIO });
    }
    if (this.selected) this.select(this.selected);
    this.#showLayers();
  }

  #follow() {
    this.state.addEventListener("layers", () => this.#showLayers());
    this.state.addEventListener("moved", () => this.goTo(this.state.view, this.state.view.zoom));
    this.state.addEventListener("opacity", ({ detail: { id, value } }) => {
      for (const layer of this.#present([`${id}-raster`])) this.map.setPaintProperty(layer, "raster-opacity", value);
    });
  }

  #showLayers() {
    const all = [...this.config.layers.filter((layer) => !layer.isBase), ...this.config.rasters];
    for (const { id } of all) {
      const visibility = this.state.layers.has(id) ? "visible" : "none";
      for (const layer of this.#present(mapLayersOf(id))) this.map.setLayoutProperty(layer, "visibility", visibility);
    }
  }

  #present(ids) {
    return ids.filter((id) => this.map.getLayer(id));
  }

  #tellView() {
    const { lng, lat } = this.map.getCenter();
    this.state.setView({ zoom: this.map.getZoom(), lat, lon: lng });
  }

  #featuresAt({ x, y }) {
    const box = [[x - TOUCH_REACH, y - TOUCH_REACH], [x + TOUCH_REACH, y + TOUCH_REACH]];
    const points = this.#query(box, "Point");
    return points.length ? points : this.#query([x, y], "LineString", "Polygon");
  }

  #query(where, ...kinds) {
    const wanted = this.config.layers.filter((layer) => !layer.isBase && kinds.some((kind) => layer.geometry.endsWith(kind)));
    const layers = this.#present(wanted.flatMap((layer) => mapLayersOf(layer.id)));
    const hits = this.map.queryRenderedFeatures(where, { layers });
    const byKey = new Map(hits.map((hit) => [`${hit.sourceLayer}/${hit.id}`, { layer: hit.sourceLayer, id: hit.id, properties: hit.properties }]));
    return [...byKey.values()];
  }

  #point(point) {
    const layers = this.#present(this.config.layers.map((layer) => `${layer.id}-icon`));
    const over = layers.length > 0 && this.map.queryRenderedFeatures(point, { layers }).length > 0;
    this.map.getCanvas().style.cursor = over ? "pointer" : "";
  }

  #failed(error, sourceId) {
    if (sourceId === "gsi") return;
    console.error("map", sourceId ?? "", error?.message ?? error);
  }

  #credit() {
    byId("map-credit").textContent = t("map.credit");
  }

  // The tile host is asked once before the layer is added; when it does not answer the own map stays.
  async #addGsi() {
    const probe = this.config.gsiTiles.replace("{z}/{x}/{y}", "5/28/12");
    try {
      const answer = await fetch(probe, { signal: AbortSignal.timeout(GSI_TIMEOUT) });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      note(t("map.gsiFailed"));
      return;
    }
    await this.styled;
    this.map.addSource("gsi", { type: "raster", tiles: [this.config.gsiTiles], tileSize: 256, minzoom: 5, maxzoom: 18 });
    this.map.addLayer({ id: "gsi", type: "raster", source: "gsi" }, FIRST_OVERLAY);
    for (const id of this.#present(BASE_LABELS)) this.map.setLayoutProperty(id, "visibility", "none");
    const link = element("a", { href: "https://maps.gsi.go.jp/development/ichiran.html" }, t("map.gsi"));
    byId("map-credit").append(" · ", link);
  }
}

export function note(text) {
  const place = byId("map-note");
  place.textContent = text;
  place.hidden = !text;
}
