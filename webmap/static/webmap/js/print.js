// A sheet at a true scale: the map is drawn once, large, and becomes a picture that every printer prints.

import { Api } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { canDrawMaps, note, startMap } from "./map.js";
import { Names } from "./names.js";
import { Places, asGeojson } from "./places.js";
import { picture } from "./symbols.js";

const LIMIT = 60_000; // A host that hangs must not keep the sheet from being printed.

const config = JSON.parse(byId("map-config").textContent);
const layers = [...config.layers, ...config.rasters];
const state = Object.assign(new EventTarget(), {
  layers: new Set(layers.filter((layer) => layer.isOn).map((layer) => layer.id)),
  opacity: new Map(),
  filter: { hazard: "", open: false },
  view: config.view,
  setView() {},
});

for (const row of document.querySelectorAll("[data-layer]")) {
  const layer = layers.find((known) => known.id === row.dataset.layer);
  if (!layer.classes?.length) row.querySelector(".layer-symbol").append(picture(layer, config.language));
}
byId("print").addEventListener("click", () => window.print());
if (canDrawMaps()) draw();
else note(t("map.noWebgl"));

async function draw() {
  const places = new Places(config, state, new Api(config), new Names(config));
  const drawing = await startMap(config, state, null, () => {});
  await drawing.styled;
  if (config.grid) addGrid(drawing.map);
  // Paper cannot be zoomed: every place stands for itself.
  drawing.map.getSource("places").setClusterOptions({ cluster: false });
  await drawing.setData("places", asGeojson(await places.shown()));
  await Promise.race([new Promise((drawn) => { drawing.map.once("idle", drawn); }), new Promise((late) => { setTimeout(late, LIMIT); })]);
  const shown = byId("map-picture");
  shown.src = drawing.map.getCanvas().toDataURL();
  await shown.decode();
  drawing.map.remove();
  byId("map").hidden = true;
  shown.hidden = false;
  byId("print").hidden = false;
  document.body.dataset.state = "ready";
}

function addGrid(map) {
  map.addSource("grid", { type: "geojson", data: config.grid });
  map.addLayer({ id: "grid", type: "line", source: "grid", paint: { "line-color": "#1a1a1a", "line-width": 0.6 } });
  map.addLayer({
    id: "grid-label",
    type: "symbol",
    source: "grid",
    layout: { "symbol-placement": "line", "symbol-spacing": 400, "text-field": ["get", "label"], "text-font": ["sans-serif"], "text-size": 11 },
    paint: { "text-color": "#1a1a1a", "text-halo-color": "#ffffff", "text-halo-width": 1.5 },
  });
}
