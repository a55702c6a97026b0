// The map itself. MapLibre is loaded only after the page stands, and only where WebGL 2 is there.

import { byId, element } from "./dom.js";
import { mapLocale, t } from "./i18n.js";
import { PALETTE } from "./palette.js";
import { asGeojson } from "./places.js";
import { BASE_LABELS, EMPTY, FIRST_OVERLAY, buildStyle, mapLayersOf } from "./style.js";
import { STATES, pixels, symbolOf } from "./symbols.js";

const TOUCH_REACH = 12; // Half of the smaller target of WCAG 2.2, in CSS pixels, around a click.
const GSI_TIMEOUT = 3000; // A host that hangs must not hold the map back.
const PIXEL_RATIO = 2;
const LEAST_DETAIL = 14; // The zoom at which a cluster that cannot be taken apart any more is shown.
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function canDrawMaps() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

// `state` as `State` has it: what is on, what is opaque, where one looks. `places` may be null: then none are drawn.
export async function startMap(config, state, places, onPick) {
  const maplibre = await import(config.maplibre);
  return new CityMap(maplibre, config, state, places, onPick);
}

class CityMap {
  constructor(maplibre, config, state, places, onPick) {
    Object.assign(this, { maplibre, config, state, places, onPick });
    this.container = byId("map");
    // Han letters in the labels are Japanese names, whatever the reader's language; MapLibre asks for it now, once.
    this.container.lang = "ja";
    this.map = new maplibre.Map(this.#options());
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    if (config.controls !== false) this.#addControls();
    this.map.getCanvas().setAttribute("aria-describedby", "map-help");
    for (const part of this.container.querySelectorAll("canvas, .maplibregl-control-container")) part.lang = config.languageTag;
    // Not "load": with a tile host that hangs it does not come.
    this.styled = new Promise((resolve) => { this.map.once("style.load", resolve); });
    this.styled.then(() => this.#dress());
    this.idle = new Promise((resolve) => { this.map.once("idle", resolve); });
    this.idle.then(() => { this.container.dataset.state = "drawn"; });
    this.map.on("error", ({ error, sourceId }) => this.#failed(error, sourceId));
    this.map.on("moveend", () => this.#tellView());
    this.map.on("click", (event) => this.#clicked(event));
    this.map.on("mousemove", (event) => this.#point(event.point));
    this.#follow();
    byId("map-credit").textContent = t("map.credit");
    if (config.gsiTiles) this.#addGsi();
  }

  goTo({ lon, lat }, zoom = this.map.getZoom()) {
    const target = { center: [lon, lat], zoom };
    if (still.matches) this.map.jumpTo(target);
    else this.map.easeTo(target);
  }

  // Marks a feature or a point; null takes the mark away.
  select(marked) {
    const point = marked?.lon !== undefined && { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [marked.lon, marked.lat] } };
    this.selected = point || marked || EMPTY;
    this.setData("selection", this.selected);
  }

  async setData(source, data) {
    await this.styled;
    this.map.getSource(source).setData(data);
  }

  // While `onClick` is set, clicks go there and open nothing.
  captureClicks(onClick) {
    this.captured = onClick;
    this.map.getCanvas().style.cursor = onClick ? "crosshair" : "";
  }

  get centre() {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat };
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
      ...this.config.options,
    };
  }

  #addControls() {
    this.map.addControl(new this.maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new this.maplibre.ScaleControl({ maxWidth: 90 }), "bottom-left");
  }

  #dress() {
    for (const layer of this.config.layers.filter((known) => known.geometry.endsWith("Point"))) this.#addSymbols(layer);
    this.#showLayers();
  }

  #addSymbols(layer) {
    const symbol = symbolOf(layer, this.config.language);
    const add = (name, state) => this.map.addImage(name, pixels(symbol, PIXEL_RATIO, state), { pixelRatio: PIXEL_RATIO });
    add(layer.id, null);
    if (layer.opens) for (const state of Object.keys(STATES)) add(`${layer.id}:${state}`, state);
  }

  #follow() {
    this.state.addEventListener("layers", () => this.styled.then(() => this.#showLayers()));
    this.state.addEventListener("filter", () => this.#showPlaces());
    this.state.addEventListener("moved", () => this.goTo(this.state.view, this.state.view.zoom));
    this.state.addEventListener("opacity", ({ detail: { id, value } }) => this.#setOpacity(id, value));
  }

  #setOpacity(id, value) {
    const properties = { fill: "fill-opacity", line: "line-opacity", raster: "raster-opacity" };
    const area = this.map.getLayer(`${id}-fill`);
    // The dark edge of an area stays: it carries the shape.
    const layers = this.#present(area ? [`${id}-fill`] : mapLayersOf(id));
    for (const layer of layers) this.map.setPaintProperty(layer, properties[this.map.getLayer(layer).type], value);
  }

  #showLayers() {
    const all = [...this.config.layers.filter((layer) => !layer.isBase), ...this.config.rasters];
    for (const { id } of all) {
      const visibility = this.state.layers.has(id) ? "visible" : "none";
      for (const layer of this.#present(mapLayersOf(id))) this.map.setLayoutProperty(layer, "visibility", visibility);
    }
    this.#showPlaces();
  }

  async #showPlaces() {
    if (!this.places) return;
    this.wanted?.abort();
    this.wanted = new AbortController();
    const { signal } = this.wanted;
    try {
      const shown = await this.places.shown(signal);
      if (!signal.aborted) await this.setData("places", asGeojson(shown));
    } catch (error) {
      // The list tells of it, with a button to try again.
      if (error.name !== "AbortError") console.warn("places", error.message);
    }
  }

  #present(ids) {
    return ids.filter((id) => this.map.getLayer(id));
  }

  #tellView() {
    const { lng, lat } = this.map.getCenter();
    this.state.setView({ zoom: this.map.getZoom(), lat, lon: lng });
  }

  async #clicked({ point, lngLat }) {
    const position = { lon: lngLat.lng, lat: lngLat.lat };
    if (this.captured) return this.captured(position);
    const box = [[point.x - TOUCH_REACH, point.y - TOUCH_REACH], [point.x + TOUCH_REACH, point.y + TOUCH_REACH]];
    const [cluster] = this.map.queryRenderedFeatures(box, { layers: this.#present(["places-cluster"]) });
    const hits = this.#pointsAt(box);
    if (cluster && !hits.length) return this.#enter(cluster);
    this.onPick(hits.length ? hits : this.#shapesAt(point), position);
  }

  async #enter(cluster) {
    const zoom = await this.map.getSource("places").getClusterExpansionZoom(cluster.properties.cluster_id);
    const [lon, lat] = cluster.geometry.coordinates;
    this.goTo({ lon, lat }, Math.min(zoom, LEAST_DETAIL));
  }

  #pointsAt(box) {
    const large = this.config.layers.map((layer) => `${layer.id}-icon`);
    const hits = this.map.queryRenderedFeatures(box, { layers: this.#present(["places-icon", ...large]) });
    return this.#different(hits.map((hit) => (hit.source === "places" ? [hit.properties.layer, hit.properties.id, hit.properties.name] : this.#named(hit))));
  }

  // Lines and areas; of hazards the answer for the place tells, which is more than the one zone says.
  #shapesAt(point) {
    const shapes = this.config.layers.filter((layer) => !layer.isBase && !layer.isHazard && !layer.geometry.endsWith("Point"));
    const layers = this.#present(shapes.flatMap((layer) => mapLayersOf(layer.id)));
    return this.#different(this.map.queryRenderedFeatures(point, { layers }).map((hit) => this.#named(hit)));
  }

  #named({ sourceLayer, id, properties }) {
    const layer = this.config.layers.find((known) => known.id === sourceLayer);
    return [sourceLayer, id, properties[layer.named.name] ?? layer.title];
  }

  #different(found) {
    const layers = new Map(this.config.layers.map((layer) => [layer.id, layer]));
    const byKey = new Map(found.map(([layer, id, name]) => [`${layer}/${id}`, { layer: layers.get(layer), id, name }]));
    return [...byKey.values()];
  }

  #point(point) {
    if (this.captured) return;
    const large = this.config.layers.map((layer) => `${layer.id}-icon`);
    const layers = this.#present(["places-icon", "places-cluster", ...large]);
    const over = layers.length > 0 && this.map.queryRenderedFeatures(point, { layers }).length > 0;
    this.map.getCanvas().style.cursor = over ? "pointer" : "";
  }

  #failed(error, sourceId) {
    if (sourceId === "gsi") return;
    console.error("map", sourceId ?? "", error?.message ?? error);
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
