// The places in the window of the map, nearest to its centre first: the same data, reachable by keyboard.

import { byId, element } from "./dom.js";
import { boxOf, isIn, metresBetween } from "./geo.js";
import { distance, number, t } from "./i18n.js";
import { picture, stateChip } from "./symbols.js";

const SHOWN = 50;
const PER_LAYER = 500;
const LEAST_WINDOW = 320; // CSS pixels; where no map is drawn its place is small, the list's reach is not.
const PAUSE = 300; // Milliseconds without a move before the list is made anew.

export function startList(config, state, places, openPlace) {
  const list = new PlaceList(config, state, places, openPlace);
  for (const event of ["layers", "view", "moved", "filter"]) state.addEventListener(event, () => list.later());
  byId("list-retry").addEventListener("click", () => list.load());
  byId("list-section").hidden = false;
  list.load();
}

class PlaceList {
  constructor(config, state, places, openPlace) {
    Object.assign(this, { config, state, places, openPlace });
    this.request = new AbortController();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    this.request.abort();
    this.request = new AbortController();
    if (!this.places.layers.some((layer) => this.state.layers.has(layer.id))) return this.#show([], t("list.noLayers"));
    if (!byId("places").children.length) this.#note(t("list.loading"));
    try {
      const found = await this.#found(this.request.signal);
      const nearest = found.sort((a, b) => a.metres - b.metres).slice(0, SHOWN);
      this.#show(nearest, found.length ? t("list.count", { count: number(found.length) }) : t("list.empty"));
    } catch (error) {
      if (error.name !== "AbortError") this.#show([], t("list.failed"), true);
    }
  }

  async #found(signal) {
    const { view } = this.state;
    const { clientWidth, clientHeight } = byId("map");
    const box = boxOf(view, Math.max(clientWidth, LEAST_WINDOW), Math.max(clientHeight, LEAST_WINDOW));
    const [whole, parts] = await Promise.all([this.places.shown(signal), this.places.within(box, PER_LAYER, signal)]);
    const inside = [...whole.filter(({ position }) => isIn(box, position)), ...parts];
    return inside.map((place) => ({ ...place, metres: metresBetween(view, place.position) }));
  }

  #show(places, text, failed = false) {
    this.#note(text);
    byId("list-retry").hidden = !failed;
    byId("places").replaceChildren(...places.map((place) => this.#row(place)));
  }

  #note(text) {
    byId("list-note").textContent = text;
  }

  #row({ layer, id, name, address, state, metres }) {
    const under = [layer.title, address].filter(Boolean).join(" · ");
    const button = element(
      "button",
      { type: "button", class: "place" },
      picture(layer, this.config.language),
      element(
        "span",
        { class: "place-text" },
        element("span", { class: "place-name" }, name),
        state && stateChip(state, this.config.states),
        element("span", { class: "place-under" }, under),
      ),
      element("span", { class: "place-distance" }, distance(metres)),
    );
    button.addEventListener("click", () => this.openPlace({ layer: layer.id, id }));
    return element("li", {}, button);
  }
}
