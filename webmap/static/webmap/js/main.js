// Wires the page: search, list and switches stand first, the map follows.

import { Api } from "./api.js";
import { Details } from "./details.js";
import { announce, byId } from "./dom.js";
import { startFilters } from "./filters.js";
import { positionOf } from "./geo.js";
import { t } from "./i18n.js";
import { startLayers } from "./layers.js";
import { startList } from "./list.js";
import { startLocate } from "./locate.js";
import { canDrawMaps, note, startMap } from "./map.js";
import { startMeasure } from "./measure.js";
import { Names } from "./names.js";
import { Places } from "./places.js";
import { startSearch } from "./search.js";
import { startShare } from "./share.js";
import { State } from "./state.js";
import { startTabs } from "./tabs.js";

const PLACE_ZOOM = 15;
const WIDE = "(min-width: 48rem)";

const config = JSON.parse(byId("map-config").textContent);
const state = State.of(config);
const api = new Api(config);
const places = new Places(config, state, api, new Names(config));
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
  if (!state.viewIsGiven && feature.geometry?.type.endsWith("Point")) goTo(positionOf(feature.geometry), Math.max(state.view.zoom, PLACE_ZOOM));
}

// The answer for a question; the map goes there unless the reader pointed at it on the map.
async function ask(question, follow = true) {
  const point = await details.answer(question);
  if (!point) return;
  state.setPoint(point);
  map?.select(point);
  if (follow) goTo(point, Math.max(state.view.zoom, PLACE_ZOOM));
}

function goTo(position, zoom) {
  if (map) map.goTo(position, zoom);
  else state.setView({ ...position, zoom });
}

function pick(hits, position) {
  if (hits.length === 1) openPlace({ layer: hits[0].layer.id, id: hits[0].id });
  else if (hits.length > 1) details.choose(hits, openPlace);
  else ask({ lon: position.lon.toFixed(6), lat: position.lat.toFixed(6) }, false);
}

// Links to the answer for a place, in the panel, are answered in the panel.
function followLinks(event) {
  const link = event.target.closest("[data-place-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const query = new URL(link.href).searchParams;
  ask({ lon: query.get("lon"), lat: query.get("lat") });
}

async function showMap() {
  if (!canDrawMaps()) return withoutMap("map.noWebgl");
  try {
    map = await startMap(config, state, places, pick);
    startMeasure(map);
    if (state.place) showPlace();
    else if (state.point) map.select(state.point);
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
  if (state.place) showPlace();
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
state.addEventListener("asked", () => state.point && ask(state.point, !state.viewIsGiven));
byId("details").addEventListener("click", followLinks);
startLayers(config, state);
startFilters(config, state);
startList(config, state, places, openPlace);
startTabs(matchMedia(WIDE).matches && !state.place ? "tab-layers" : "tab-list");
startSearch(api, openPlace, ask);
startLocate(config.city.reach, ask);
startShare(byId("map-tools"), () => state.link);
startSheet();
if (state.point) ask(state.point, !state.viewIsGiven);
showMap();
