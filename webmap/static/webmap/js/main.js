// Wires the page: the list and the switches stand first, the map follows.

import { Api } from "./api.js";
import { Details } from "./details.js";
import { announce, byId } from "./dom.js";
import { positionOf } from "./geo.js";
import { t } from "./i18n.js";
import { startLayers } from "./layers.js";
import { startList } from "./list.js";
import { startLocate } from "./locate.js";
import { canDrawMaps, note, startMap } from "./map.js";
import { startSearch } from "./search.js";
import { State } from "./state.js";
import { startTabs } from "./tabs.js";

const PLACE_ZOOM = 15;
const WIDE = "(min-width: 48rem)";

const config = JSON.parse(byId("map-config").textContent);
const all = [...config.layers, ...config.rasters];
const [lon, lat] = config.city.centre;
const state = new State({
  known: all.map((layer) => layer.id),
  start: all.filter((layer) => layer.isOn).map((layer) => layer.id),
  hazards: all.filter((layer) => layer.isHazard).map((layer) => layer.id),
  view: { zoom: config.city.zoom, lat, lon },
});
const api = new Api(config.api, config.language);
const details = new Details(config, state, api);
let map = null;

function openPlace(place) {
  if (!state.layers.has(place.layer)) state.setLayer(place.layer, true);
  state.setPlace(place);
}

async function showPlace() {
  const { place } = state;
  if (!place) return map?.select(null);
  const feature = await details.open(place);
  if (!feature || state.place !== place) return;
  map?.select(feature);
  if (feature.geometry.type.endsWith("Point")) goTo(positionOf(feature.geometry), Math.max(state.view.zoom, PLACE_ZOOM));
}

function goTo(position, zoom) {
  if (map) map.goTo(position, zoom);
  else state.setView({ ...position, zoom });
}

function pick(hits, position) {
  const rasters = config.rasters.filter((raster) => state.layers.has(raster.id));
  if (hits.length === 1) openPlace(hits[0]);
  else if (hits.length > 1) details.choose(hits, openPlace);
  else if (rasters.length) details.describePoint(rasters, position);
}

async function showMap() {
  if (!canDrawMaps()) return withoutMap("map.noWebgl");
  try {
    map = await startMap(config, state, pick);
    if (state.place) showPlace();
  } catch (error) {
    console.warn("map", error);
    withoutMap("map.failed");
  }
}

function withoutMap(key) {
  byId("map").dataset.state = "unavailable";
  document.body.classList.add("no-map");
  note(t(key));
  announce(t(key));
}

function startSheet() {
  const button = byId("sheet-toggle");
  const show = (large) => {
    document.body.classList.toggle("map-large", large);
    button.textContent = t(large ? "sheet.less" : "sheet.more");
    button.setAttribute("aria-expanded", String(!large));
  };
  button.addEventListener("click", () => show(!document.body.classList.contains("map-large")));
  button.hidden = false;
  show(false);
}

state.addEventListener("place", showPlace);
startLayers(config, state);
startList(config, state, api, openPlace);
startTabs(matchMedia(WIDE).matches ? "tab-layers" : "tab-list");
startSearch(api, openPlace);
startLocate(config, goTo);
startSheet();
showMap();
