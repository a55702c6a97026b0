// The map of a snapshot: drawn from files beside the page, without the API.

import { byId, announce, element } from "./dom.js";
import { t } from "./i18n.js";
import { startLayers } from "./layers.js";
import { canDrawMaps, note, startMap } from "./map.js";
import { Names } from "./names.js";
import { PALETTE } from "./palette.js";
import { Places } from "./places.js";
import { State } from "./state.js";
import { buildStyle } from "./style.js";

const config = JSON.parse(byId("map-config").textContent);
const state = State.of(config);
const fileOf = (name) => new URL(`${config.data}${name}`, location.href).href;

// What the API would answer, from the files.
const files = {
  items: (layer) => read(`${layer}.geojson`),
  status: (layer) => read(`status-${layer}.json`),
};

async function read(name) {
  const response = await fetch(fileOf(name));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}

// The usual style, with files in place of tiles.
function styleOfFiles() {
  const options = { origin: location.origin, api: "", language: config.language, on: state.layers, opacity: state.opacity };
  const style = buildStyle(config.layers, config.rasters, PALETTE, options);
  for (const [id, source] of Object.entries(style.sources)) {
    if (source.type === "vector") style.sources[id] = { type: "geojson", data: fileOf(`${id}.geojson`) };
    if (source.type === "raster") style.sources[id] = pictureOf(id);
  }
  for (const layer of style.layers) delete layer["source-layer"];
  return style;
}

function pictureOf(id) {
  const [[south, west], [north, east]] = config.pictures[id];
  return { type: "image", url: fileOf(`${id}.png`), coordinates: [[west, north], [east, north], [east, south], [west, south]] };
}

function pick(hits) {
  const links = hits.map(({ layer, id, name }) =>
    element("li", {}, element("a", { href: `list/${layer.id}.html#n${id}` }, name ?? layer.title), element("span", { class: "note" }, layer.title)),
  );
  byId("picked").replaceChildren(element("ul", {}, ...links));
  byId("picked").hidden = links.length === 0;
  if (links.length) announce(byId("picked").textContent);
}

async function show() {
  if (!canDrawMaps()) return withoutMap("map.noWebgl");
  try {
    await startMap({ ...config, options: { style: styleOfFiles() } }, state, new Places(config, state, files, new Names(config)), pick);
  } catch (error) {
    console.warn("map", error);
    withoutMap("map.failed");
  }
}

function withoutMap(key) {
  byId("map").dataset.state = "unavailable";
  note(t(key));
  announce(t(key));
}

startLayers(config, state);
show();
