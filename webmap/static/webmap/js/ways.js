// Ways on foot from the place to its sites: asked for by button, drawn on the map, told in words.

import { byId } from "./dom.js";
import { distance, number, t } from "./i18n.js";

const AROUND = 0.03; // Degrees around place and site in which rivers are looked up: about as far as ways are.
const RIVERS_MOST = 1000;
const list = new Intl.ListFormat(document.documentElement.lang);

// `here` has `lon` and `lat`; `show` draws a feature on the map, or nothing for null.
export function startWays(api, here, show) {
  const ways = new Ways(api, here, show);
  for (const button of document.querySelectorAll("[data-way]")) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => ways.choose(button.closest(".site")));
  }
  byId("way-dry")?.addEventListener("change", () => ways.ask());
}

class Ways {
  constructor(api, here, show) {
    Object.assign(this, { api, here, show });
    this.request = new AbortController();
  }

  choose(site) {
    this.site = site;
    byId("way-options").hidden = false;
    this.ask();
    byId("way").scrollIntoView();
  }

  async ask() {
    this.request.abort();
    this.request = new AbortController();
    const { signal } = this.request;
    this.#tell(t("way.asking"), null);
    try {
      const [words, way] = await this.#found(this.site, signal);
      this.#tell(words, way);
    } catch {
      if (!signal.aborted) this.#tell(t("way.failed"), null);
    }
  }

  #tell(words, way) {
    byId("way-note").textContent = words;
    this.show(way);
  }

  // A way that avoids what it can; where there is none, one that does not, rather than a straight line.
  async #found(site, signal) {
    const to = { lon: Number(site.dataset.lon), lat: Number(site.dataset.lat) };
    const kind = site.closest("[data-avoidable]");
    const rivers = byId("way-dry")?.checked ? await this.#rivers(to, signal) : [];
    const avoiding = { ...(kind && { hazard: kind.dataset.avoidable }), ...(rivers.length && { rivers: rivers.join(",") }) };
    const wary = await this.api.way(this.here, to, avoiding, signal);
    const what = [kind?.querySelector("h4").textContent, rivers.length ? t("way.rivers") : null].filter(Boolean);
    const isMissing = what.length && ["no_way", "no_road_near"].includes(wary.properties.reason);
    const way = isMissing ? await this.api.way(this.here, to, {}, signal) : wary;
    return [this.#words(site, way.properties, what.length ? list.format(what) : "", isMissing), way];
  }

  #words(site, { method, metres, minutes }, what, isMissing) {
    const name = site.querySelector(".name")?.textContent ?? t("details.unnamed");
    const values = { name, distance: distance(metres), minutes: number(minutes) };
    if (method === "straight") return t("way.straight", values);
    if (!what) return t("way.found", values);
    return `${t("way.found", values)} ${t(isMissing ? "way.through" : "way.avoids", { what })}`;
  }

  // The names of the rivers around; the API takes names, parted by commas.
  async #rivers(to, signal) {
    const [lons, lats] = [[this.here.lon, to.lon], [this.here.lat, to.lat]];
    const box = [Math.min(...lons) - AROUND, Math.min(...lats) - AROUND, Math.max(...lons) + AROUND, Math.max(...lats) + AROUND];
    const { features } = await this.api.items("rivers", { properties: ["name"], limit: RIVERS_MOST, box }, signal);
    return [...new Set(features.map(({ properties }) => properties.name))].filter((name) => name && !name.includes(","));
  }
}
