// The places in the window of the map, nearest to its centre first: the same data, reachable by keyboard.

import { byId, element } from "./dom.js";
import { nameOf, withRole } from "./fields.js";
import { boxOf, metresBetween, positionOf } from "./geo.js";
import { distance, number, t } from "./i18n.js";
import { picture } from "./symbols.js";

const PER_LAYER = 500;
const SHOWN = 50;
const LEAST_WINDOW = 320; // CSS pixels; where no map is drawn its place is small, the list's reach is not.
const PAUSE = 300; // Milliseconds without a move before the list is asked for.

export function startList(config, state, api, openPlace) {
  const points = config.layers.filter((layer) => !layer.isBase && layer.geometry.endsWith("Point"));
  const list = new PlaceList(points, config, state, api, openPlace);
  for (const event of ["layers", "view", "moved"]) state.addEventListener(event, () => list.later());
  byId("list-retry").addEventListener("click", () => list.load());
  byId("list-section").hidden = false;
  list.load();
}

class PlaceList {
  constructor(points, config, state, api, openPlace) {
    Object.assign(this, { points, config, state, api, openPlace });
    this.request = new AbortController();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    this.request.abort();
    this.request = new AbortController();
    const { signal } = this.request;
    const layers = this.points.filter((layer) => this.state.layers.has(layer.id) && layer.count > 0);
    if (!layers.length) return this.#show([], t("list.noLayers"));
    if (!byId("places").children.length) this.#note(t("list.loading"));
    try {
      const answers = await Promise.all(layers.map((layer) => this.#within(layer, signal)));
      const places = answers.flatMap((answer) => answer.places).sort((a, b) => a.metres - b.metres);
      const count = answers.reduce((sum, answer) => sum + answer.count, 0);
      this.#show(places.slice(0, SHOWN), count ? t("list.count", { count: number(count) }) : t("list.empty"));
    } catch (error) {
      if (error.name !== "AbortError") this.#show([], t("list.failed"), true);
    }
  }

  async #within(layer, signal) {
    const { view } = this.state;
    const { clientWidth, clientHeight } = byId("map");
    const box = boxOf(view, Math.max(clientWidth, LEAST_WINDOW), Math.max(clientHeight, LEAST_WINDOW));
    const answer = await this.api.within(layer.id, box, PER_LAYER, signal);
    const places = answer.features
      .filter((feature) => feature.geometry)
      .map(({ id, geometry, properties }) => ({ layer, id, properties, metres: metresBetween(view, positionOf(geometry)) }));
    return { places, count: answer.numberMatched ?? places.length };
  }

  #show(places, text, failed = false) {
    this.#note(text);
    byId("list-retry").hidden = !failed;
    byId("places").replaceChildren(...places.map((place) => this.#row(place)));
  }

  #note(text) {
    byId("list-note").textContent = text;
  }

  #row({ layer, id, properties, metres }) {
    const address = withRole(layer, "address");
    const under = [layer.title, address && properties[address.name]].filter(Boolean).join(" · ");
    const button = element(
      "button",
      { type: "button", class: "place" },
      picture(layer, this.config.language),
      element(
        "span",
        { class: "place-text" },
        element("span", { class: "place-name" }, nameOf(layer, properties, this.config.language)),
        element("span", { class: "place-under" }, under),
      ),
      element("span", { class: "place-distance" }, distance(metres)),
    );
    button.addEventListener("click", () => this.openPlace({ layer: layer.id, id }));
    return element("li", {}, button);
  }
}
