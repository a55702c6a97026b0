// Measuring on the map: points by click, or by keyboard at the map's centre; the length is told in words.

import { announce, byId } from "./dom.js";
import { metresBetween } from "./geo.js";
import { distance, t } from "./i18n.js";

export function startMeasure(map) {
  const button = byId("measure-start");
  const measure = new Measure(map, button);
  button.hidden = false;
  button.addEventListener("click", () => measure.begin());
  byId("measure-add").addEventListener("click", () => measure.add(map.centre));
  byId("measure-undo").addEventListener("click", () => measure.undo());
  byId("measure-end").addEventListener("click", () => measure.end());
}

class Measure {
  constructor(map, button) {
    Object.assign(this, { map, button, points: [] });
    this.panel = byId("measure");
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.end();
    });
  }

  begin() {
    this.panel.hidden = false;
    this.button.hidden = true;
    this.map.captureClicks((position) => this.add(position));
    this.#show(t("measure.begin"));
    byId("measure-add").focus();
  }

  add(position) {
    this.points.push(position);
    this.#show();
  }

  undo() {
    this.points.pop();
    this.#show();
  }

  end() {
    this.points = [];
    this.map.captureClicks(null);
    this.map.setData("measure", this.#drawing());
    this.panel.hidden = true;
    this.button.hidden = false;
    this.button.focus();
  }

  #show(text = t("measure.length", { length: distance(this.#metres()) })) {
    byId("measure-length").textContent = text;
    announce(text);
    this.map.setData("measure", this.#drawing());
  }

  #metres() {
    return this.points.slice(1).reduce((sum, point, index) => sum + metresBetween(this.points[index], point), 0);
  }

  #drawing() {
    const coordinates = this.points.map(({ lon, lat }) => [lon, lat]);
    const feature = (geometry) => ({ type: "Feature", properties: {}, geometry });
    const line = coordinates.length > 1 ? [feature({ type: "LineString", coordinates })] : [];
    return { type: "FeatureCollection", features: [...line, ...coordinates.map((at) => feature({ type: "Point", coordinates: at }))] };
  }
}
