// The layer list: switches, opacity, and the legend on the map.

import { announce, byId, element } from "./dom.js";
import { t } from "./i18n.js";
import { STATES, picture, stateChip } from "./symbols.js";

export function startLayers(config, state) {
  const layers = [...config.layers, ...config.rasters];
  const titles = new Map(layers.map((layer) => [layer.id, layer.title]));
  const described = new Map(layers.map((layer) => [layer.id, layer]));
  const rows = [...document.querySelectorAll("[data-layer]")];
  for (const row of rows) dressRow(row, described.get(row.dataset.layer), { config, state, titles });
  const show = () => {
    for (const row of rows) showRow(row, state);
    showLegend(layers.filter((layer) => !layer.isBase && state.layers.has(layer.id)), config);
  };
  state.addEventListener("layers", show);
  show();
}

function dressRow(row, layer, { config, state, titles }) {
  row.querySelector(".layer-symbol").append(picture(layer, config.language));
  const box = row.querySelector("input");
  box.hidden = false;
  box.addEventListener("change", () => {
    const other = state.setLayer(layer.id, box.checked);
    announce(sentence(layer.title, box.checked, titles.get(other)));
  });
  if (!layer.geometry?.endsWith("Point")) row.append(opacityControl(layer, state));
}

function sentence(layer, on, other) {
  if (other) return t("layers.instead", { layer, other });
  return t(on ? "layers.on" : "layers.off", { layer });
}

function showRow(row, state) {
  const id = row.dataset.layer;
  const on = state.layers.has(id);
  row.querySelector("input").checked = on;
  row.classList.toggle("is-on", on);
  const slider = row.querySelector("input[type=range]");
  if (slider && state.opacity.has(id)) slider.value = Math.round(state.opacity.get(id) * 100);
}

function opacityControl(layer, state) {
  const id = `opacity-${layer.id}`;
  const slider = element("input", { type: "range", id, min: 20, max: 100, step: 10, value: Math.round((layer.opacity ?? 1) * 100) });
  slider.addEventListener("input", () => state.setOpacity(layer.id, Number(slider.value) / 100));
  return element("div", { class: "opacity" }, element("label", { for: id }, t("layers.opacity", { layer: layer.title })), slider);
}

function showLegend(layers, config) {
  const place = byId("map-legend");
  place.hidden = layers.length === 0;
  const open = place.querySelector("details")?.open ?? matchMedia("(min-width: 48rem)").matches;
  const entries = layers.map((layer) => legendEntry(layer, config.language));
  if (config.reported && layers.some((layer) => layer.opens)) entries.push(stateLegend(config.states));
  place.replaceChildren(
    element("details", open ? { open: "" } : {}, element("summary", {}, t("legend.title")), element("ul", {}, ...entries)),
  );
}

function stateLegend(titles) {
  const known = Object.keys(STATES).filter((state) => state in titles);
  return element("li", { class: "legend-classes" }, element("ul", { class: "classes" }, ...known.map((state) => element("li", {}, stateChip(state, titles)))));
}

function legendEntry(layer, language) {
  const classes = document.querySelector(`[data-layer="${layer.id}"] .classes`);
  if (!classes) return element("li", {}, picture(layer, language), element("span", {}, layer.title));
  return element("li", { class: "legend-classes" }, element("span", {}, layer.title), classes.cloneNode(true));
}
