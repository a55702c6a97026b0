// What the reader has chosen: layers, view, place. The address carries it, so that a link shares it.

export class State extends EventTarget {
  constructor({ known, start, hazards, view }) {
    super();
    this.known = new Set(known);
    this.hazards = new Set(hazards);
    this.layers = new Set(start);
    this.view = view;
    this.place = null;
    this.opacity = new Map();
    this.#read();
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
    this.dispatchEvent(new CustomEvent("opacity", { detail: { id, value } }));
  }

  setView(view) {
    this.view = view;
    this.#changed("view");
  }

  setPlace(place) {
    this.place = place;
    this.#changed("place");
  }

  get hash() {
    const { zoom, lat, lon } = this.view;
    const parts = [`map=${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`, `layers=${[...this.layers].join(",")}`];
    if (this.place) parts.push(`place=${this.place.layer}/${this.place.id}`);
    return `#${parts.join("&")}`;
  }

  #changed(name) {
    history.replaceState(null, "", this.hash);
    for (const link of document.querySelectorAll("[data-language-link]")) link.hash = this.hash;
    this.dispatchEvent(new CustomEvent(name));
  }

  #reread() {
    this.#read();
    for (const name of ["layers", "moved", "place"]) this.dispatchEvent(new CustomEvent(name));
  }

  #read() {
    const values = new URLSearchParams(location.hash.slice(1));
    const [zoom, lat, lon] = (values.get("map") ?? "").split("/").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite)) this.view = { zoom, lat, lon };
    if (values.has("layers")) {
      this.layers = new Set(values.get("layers").split(",").filter((id) => this.known.has(id)));
    }
    const [layer, id] = (values.get("place") ?? "").split("/");
    this.place = this.known.has(layer) && /^\d+$/.test(id ?? "") ? { layer, id: Number(id) } : null;
  }
}
