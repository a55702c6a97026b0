// The page of one place: the button for the current location, printing, ways to the sites, and a small map below the answer.

import { Api } from "./api.js";
import { byId, element } from "./dom.js";
import { startLocate } from "./locate.js";
import { startShare } from "./share.js";
import { startWays } from "./ways.js";

const ZOOM = 14.5;
const EDGE = 48; // CSS pixels between the outermost site and the edge of the map.

startLocate(JSON.parse(byId("place-reach").textContent), ({ lon, lat }) => {
  location.assign(`${location.pathname}?${new URLSearchParams({ lon: lon.toFixed(6), lat: lat.toFixed(6) })}`);
});
if (byId("map-config")) {
  const config = JSON.parse(byId("map-config").textContent);
  const here = new URLSearchParams({ ...byId("answer").dataset, lang: config.language });
  startShare(document, () => `${location.origin}${location.pathname}?${here}`);
  startPrint();
  startWays(new Api(config), placeOf(byId("answer")), showWay);
  // The words come first; the map is fetched by who reads on down to it, or prints.
  new IntersectionObserver(([seen], observer) => {
    if (!seen.isIntersecting) return;
    observer.disconnect();
    drawn();
  }).observe(byId("place-map"));
}

function startPrint() {
  const button = byId("print");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await drawn();
    window.print();
  });
}

let drawing = null;

// Resolves to the map when it is drawn, to nothing when it will not be.
function drawn() {
  drawing ??= showMap().catch(() => {
    byId("place-map").hidden = true;
  });
  return drawing;
}

async function showMap() {
  const { canDrawMaps, startMap } = await import("./map.js");
  if (!canDrawMaps()) throw new Error("WebGL 2 is not there");
  const config = JSON.parse(byId("map-config").textContent);
  // First, so that the page's own rules stand above it.
  document.head.prepend(element("link", { rel: "stylesheet", href: config.maplibre.replace(/mjs$/, "css") }));
  const here = placeOf(byId("answer"));
  const state = Object.assign(new EventTarget(), {
    layers: new Set(config.layers.concat(config.rasters).filter((layer) => layer.isOn).map((layer) => layer.id)),
    opacity: new Map(),
    view: { ...here, zoom: ZOOM },
    setView() {},
  });
  const map = await startMap(config, state, null, () => {});
  map.select(here);
  await map.styled;
  showSites(map, here);
  await map.idle;
  return map;
}

// The sites of the first kind of hazard, with their numbers in the list.
function showSites({ map, maplibre }, here) {
  const bounds = new maplibre.LngLatBounds([here.lon, here.lat], [here.lon, here.lat]);
  document.querySelectorAll(".evacuation[open] .sites:not(.sites-avoid)").item(0)?.querySelectorAll(".site").forEach((site, index) => {
    const { lon, lat } = placeOf(site);
    const position = [lon, lat];
    const mark = element("span", { class: "site-mark", "aria-hidden": "true" }, String(index + 1));
    new maplibre.Marker({ element: mark }).setLngLat(position).addTo(map);
    bounds.extend(position);
  });
  map.fitBounds(bounds, { padding: EDGE, maxZoom: ZOOM, animate: false });
}

async function showWay(way) {
  const map = await drawn();
  if (!map) return;
  map.setData("measure", way ?? { type: "FeatureCollection", features: [] });
  if (!way) return;
  const bounds = new map.maplibre.LngLatBounds();
  for (const position of way.geometry.coordinates) bounds.extend(position);
  map.map.fitBounds(bounds, { padding: EDGE, maxZoom: ZOOM + 2, animate: false });
}

function placeOf({ dataset: { lon, lat } }) {
  return { lon: Number(lon), lat: Number(lat) };
}
