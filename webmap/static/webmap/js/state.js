// What the reader has chosen: layers, opacity, filters, view, place. The address carries it, so that a link shares it.

import { byId } from "./dom.js";
import { viewOf } from "./geo.js";

export class State extends EventTarget {
  // What a page with all of the map begins with, by what the server told it.
  static of(config) {
    const all = [...config.layers, ...config.rasters];
    const { clientWidth, clientHeight } = byId("map");
    return new State({
      known: all.map((layer) => layer.id),
      start: all.filter((layer) => layer.isOn).map((layer) => layer.id),
      hazards: all.filter((layer) => layer.isHazard).map((layer) => layer.id),
      view: viewOf(config.city.bounds, clientWidth, clientHeight),
      language: config.language,
    });
  }

  constructor({ known, start, hazards, view, language }) {
    super();
    this.known = new Set(known);
    this.hazards = new Set(hazards);
    this.layers = new Set(start);
    this.language = language;
    this.view = view;
    this.place = null; // The entry that is open: { layer, id }.
    this.point = null; // Or the place whose answer is open: { lon, lat }.
    this.filter = { hazard: "", open: false };
    this.opacity = new Map();
    this.#read();
    this.#tellLinks();
    window.addEventListener("hashchange", () => this.#reread());
  }

  // Hazards are shown one at a time: two depth colours over each other are a third, false colour.
  setLayer(id, on) {
    const replaced = on && this.hazards.has(id) ? [...this.layers].find((l) => l !== id && this.hazards.has(l)) : null;
    if (replaced) this.layers.delete(replaced);
    if (on) this.layers.add(id);
    else this.layers.delete(id);
    this.#changed("layers");
    return replaced ?? null;
  }

  setOpacity(id, value) {
    this.opacity.set(id, value);
    this.#changed("opacity", { id, value });
  }

  setFilter(filter) {
    this.filter = filter;
    this.#changed("filter");
  }

  setView(view) {
    this.view = view;
    this.#changed("view");
  }

  setPlace(place) {
    this.viewIsGiven = false;
    this.place = place;
    this.point = null;
    this.#changed("place");
  }

  // The point is kept without being asked for again: its answer stands in the panel already.
  setPoint(point) {
    this.place = null;
    this.point = point;
    this.#changed("point");
  }

  get hash() {
    const { zoom, lat, lon } = this.view;
    const parts = [`map=${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`, `layers=${[...this.layers].join(",")}`];
    if (this.opacity.size) parts.push(`opacity=${[...this.opacity].map(([id, value]) => `${id}:${Math.round(value * 100)}`).join(",")}`);
    if (this.filter.hazard) parts.push(`hazard=${this.filter.hazard}`);
    if (this.filter.open) parts.push("open=1");
    if (this.place) parts.push(`place=${this.place.layer}/${this.place.id}`);
    if (this.point) parts.push(`at=${this.point.lat.toFixed(5)}/${this.point.lon.toFixed(5)}`);
    return `#${parts.join("&")}`;
  }

  // A link that shows another person the same, language included.
  get link() {
    return `${location.origin}${location.pathname}?lang=${this.language}${this.hash}`;
  }

  #changed(name, detail) {
    history.replaceState(history.state, "", this.hash);
    this.#tellLinks();
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #tellLinks() {
    for (const link of document.querySelectorAll("[data-language-link]")) link.hash = this.hash;
  }

  #reread() {
    this.#read();
    for (const name of ["layers", "filter", "moved", "place", "asked"]) this.dispatchEvent(new CustomEvent(name));
  }

  #read() {
    const values = new URLSearchParams(location.hash.slice(1));
    const [zoom, lat, lon] = numbers(values.get("map"), 3) ?? [];
    // A link shows the view it was made in, whatever else it opens.
    this.viewIsGiven = zoom !== undefined;
    if (this.viewIsGiven) this.view = { zoom, lat, lon };
    if (values.has("layers")) this.layers = new Set(this.#knownOf(values.get("layers").split(",")));
    this.filter = { hazard: (values.get("hazard") ?? "").replace(/\W/g, ""), open: values.get("open") === "1" };
    this.opacity = new Map(pairs(values.get("opacity")).filter(([id]) => this.known.has(id)));
    const [layer, id] = (values.get("place") ?? "").split("/");
    this.place = this.known.has(layer) && /^\d{1,19}$/.test(id ?? "") ? { layer, id: Number(id) } : null;
    const at = numbers(values.get("at"), 2);
    this.point = at && !this.place ? { lat: at[0], lon: at[1] } : null;
  }

  #knownOf(ids) {
    return ids.filter((id) => this.known.has(id));
  }
}

function numbers(text, count) {
  const found = (text ?? "").split("/").map((part) => (part === "" ? NaN : Number(part)));
  return found.length === count && found.every(Number.isFinite) ? found : null;
}

function pairs(text) {
  const found = (text ?? "").split(",").map((pair) => pair.split(":"));
  return found.map(([id, percent]) => [id, Number(percent) / 100]).filter(([, value]) => value >= 0.2 && value <= 1);
}
