// The details panel: one place, several places under one click, or the hazard at a point.

import { announce, byId, element, svg } from "./dom.js";
import { hrefOf, nameOf, textOf } from "./fields.js";
import { t } from "./i18n.js";
import { picture, swatch } from "./symbols.js";

const IN_HEADING = new Set(["name", "kana", "name_en"]);

export class Details {
  constructor(config, state, api) {
    Object.assign(this, { config, state, api });
    this.panel = byId("details");
    this.layers = new Map(config.layers.map((layer) => [layer.id, layer]));
    this.request = new AbortController();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) this.close();
    });
  }

  // Shows a place and returns its feature, or null when it could not be loaded.
  async open({ layer: layerId, id }) {
    const layer = this.layers.get(layerId);
    this.#present(layer.title, element("p", { class: "note" }, t("details.loading")));
    try {
      const feature = await this.api.item(layerId, id, this.#renewed());
      const name = nameOf(layer, feature.properties, this.config.language);
      this.#present(name, ...this.#body(layer, feature.properties));
      announce(t("details.opened", { name }));
      return feature;
    } catch (error) {
      if (error.name !== "AbortError") this.#present(layer.title, element("p", { class: "note", role: "alert" }, t("details.failed")));
      return null;
    }
  }

  choose(hits, openPlace) {
    this.#renewed();
    const rows = hits.map(({ layer: id, id: feature, properties }) => {
      const layer = this.layers.get(id);
      const button = element(
        "button",
        { type: "button", class: "place" },
        picture(layer, this.config.language),
        element(
          "span",
          { class: "place-text" },
          element("span", { class: "place-name" }, nameOf(layer, properties, this.config.language)),
          element("span", { class: "place-under" }, layer.title),
        ),
      );
      button.addEventListener("click", () => openPlace({ layer: id, id: feature }));
      return element("li", {}, button);
    });
    this.#present(t("details.several", { count: hits.length }), element("ol", { class: "places" }, ...rows));
  }

  // What the rasters that are switched on say of a point, in words.
  async describePoint(rasters, position) {
    this.#present(t("details.here"), element("p", { class: "note" }, t("details.loading")));
    const signal = this.#renewed();
    try {
      const answers = await Promise.all(rasters.map((raster) => this.api.rasterValue(raster.id, position, signal)));
      this.#present(t("details.here"), ...rasters.map((raster, i) => rasterAnswer(raster, answers[i])));
    } catch (error) {
      if (error.name !== "AbortError") this.#present(t("details.here"), element("p", { class: "note", role: "alert" }, t("details.failed")));
    }
  }

  close() {
    this.request.abort();
    this.#cover(false);
    this.state.setPlace(null);
    announce(t("details.closed"));
    const back = this.opener?.isConnected ? this.opener : byId("map");
    this.opener = null;
    back.focus();
  }

  // What the panel covers must not take the focus while it cannot be seen.
  #cover(on) {
    this.panel.hidden = !on;
    document.body.classList.toggle("has-details", on);
    for (const sibling of this.panel.parentElement.children) sibling.inert = on && sibling !== this.panel;
  }

  #renewed() {
    this.request.abort();
    this.request = new AbortController();
    return this.request.signal;
  }

  #present(title, ...body) {
    if (this.panel.hidden) this.opener = document.activeElement === document.body ? null : document.activeElement;
    const heading = element("h2", { id: "details-heading", tabindex: "-1" }, title);
    const close = element("button", { type: "button", class: "close", "aria-label": t("details.close") }, closeMark());
    close.addEventListener("click", () => this.close());
    this.panel.replaceChildren(element("div", { class: "details-head" }, heading, close), ...body);
    this.#cover(true);
    this.panel.scrollTop = 0;
    heading.focus({ preventScroll: true });
  }

  #body(layer, properties) {
    const has = (field) => !IN_HEADING.has(field.role) && properties[field.name] !== null && properties[field.name] !== undefined && properties[field.name] !== "";
    const shown = layer.popup.map((name) => layer.fields.find((f) => f.name === name)).filter((f) => f && has(f));
    const rest = layer.fields.filter((field) => has(field) && !shown.includes(field));
    return [
      element("p", { class: "details-layer" }, picture(layer, this.config.language), element("span", {}, layer.title)),
      definitions(shown, properties),
      rest.length ? element("details", { class: "more" }, element("summary", {}, t("details.more")), definitions(rest, properties)) : null,
      element("p", { class: "layer-updated" }, layer.updated),
      element("p", {}, element("a", { href: `${this.config.lists}/${layer.id}` }, t("details.list", { layer: layer.title }))),
    ].filter(Boolean);
  }
}

function definitions(fields, properties) {
  return element("dl", {}, ...fields.map((field) => definition(field, properties[field.name])));
}

function definition(field, value) {
  const href = hrefOf(field, value);
  const text = textOf(field, value);
  return element("div", {}, element("dt", {}, field.title), element("dd", {}, href ? element("a", { href }, text) : text));
}

// The class is the server's word: what was not mapped is said to be so, never called dry.
function rasterAnswer(raster, answer) {
  const mark = answer.class && swatch(answer.class.color);
  return element(
    "div",
    { class: "raster-answer" },
    element("h3", {}, raster.title),
    element("p", { class: "raster-class" }, mark, answer.description),
    element("p", { class: "layer-updated" }, raster.updated),
  );
}

function closeMark() {
  return svg("svg", { viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" }, svg("path", { d: "M6 6L18 18M18 6L6 18", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" }));
}
