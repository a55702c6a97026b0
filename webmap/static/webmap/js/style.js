// The map's style as a pure function of layers, rasters, palette and options.
// From the ground up: own base map, [GSI tiles], rasters, areas, lines, base labels, selection, points.

import { isWhole } from "./places.js";

const DEVICE_FONT = ["sans-serif"]; // No glyphs URL: every label is drawn from the device's own fonts.
const FIRST_OVERLAY = "overlays-begin"; // An empty layer that marks where a background map goes in.
const BASE_LABELS = ["base-town-label", "base-river-label"];

const EMPTY = { type: "FeatureCollection", features: [] };
const CLUSTERED_TO = 13;

export { BASE_LABELS, EMPTY, FIRST_OVERLAY };

export const mapLayersOf = (id) => [`${id}-fill`, `${id}-line`, `${id}-icon`, `${id}-raster`];

export function buildStyle(layers, rasters, palette, options) {
  const base = (id) => layers.find((layer) => layer.id === id);
  const overlays = layers.filter((layer) => !layer.isBase).reverse(); // The list's first layer is drawn on top.
  const ofKind = (kind) => overlays.filter((layer) => layer.geometry.endsWith(kind));
  return {
    version: 8,
    sources: sources(layers, rasters, options),
    layers: [
      { id: "background", type: "background", paint: { "background-color": palette.outside } },
      ...ground(base, palette),
      { id: FIRST_OVERLAY, type: "background", layout: { visibility: "none" } },
      ...rasters.map((raster) => rasterLayer(raster, options)),
      ...ofKind("Polygon").filter(drawn).flatMap((layer) => areaLayers(layer, options)),
      ...ofKind("LineString").filter(drawn).map((layer) => lineLayer(layer, options)),
      ...baseLabels(base, palette, options),
      ...selection(palette),
      ...ofKind("Point").filter((layer) => drawn(layer) && !isWhole(layer)).map((layer) => pointLayer(layer, palette, options)),
      ...placeLayers(palette),
      ...measureLayers(palette),
    ],
  };
}

function sources(layers, rasters, { origin, api }) {
  const root = origin + api;
  const tiles = (path, revision, suffix = "") => [`${root}/${path}/tiles/WebMercatorQuad/{z}/{y}/{x}${suffix}?rev=${revision}`];
  const vector = (layer) => ({ type: "vector", tiles: tiles(`collections/${layer.id}`, layer.revision), maxzoom: 15, ...bounds(layer) });
  const raster = (r) => ({ type: "raster", tiles: tiles(`rasters/${r.id}`, r.revision, ".png"), tileSize: 256, maxzoom: 17, ...bounds(r) });
  return {
    ...Object.fromEntries(layers.filter((layer) => layer.extent && !isWhole(layer)).map((layer) => [layer.id, vector(layer)])),
    ...Object.fromEntries(rasters.map((r) => [r.id, raster(r)])),
    // Apart from each other they cannot be read at these zooms; one number stands for all of them.
    places: { type: "geojson", data: EMPTY, cluster: true, clusterMaxZoom: CLUSTERED_TO, clusterRadius: 40 },
    selection: { type: "geojson", data: EMPTY },
    measure: { type: "geojson", data: EMPTY },
  };
}

// No tile is asked for outside a layer's extent.
const bounds = ({ extent }) => ({ bounds: extent });

// An empty layer has no extent and nothing to draw.
const drawn = (layer) => layer?.extent;
const from = (layer) => ({ source: layer.id, "source-layer": layer.id });
const visibility = (id, { on }) => ({ visibility: on.has(id) ? "visible" : "none" });
const growing = (width) => ["interpolate", ["exponential", 1.6], ["zoom"], 9, width * 0.4, 13, width, 17, width * 4];

function ground(base, palette) {
  const [city, towns, rivers, roads] = ["city_boundary", "town_areas", "rivers", "roads"].map(base);
  return [
    drawn(city) && { id: "base-land", type: "fill", ...from(city), paint: { "fill-color": palette.land } },
    drawn(towns) && {
      id: "base-town",
      type: "line",
      ...from(towns),
      minzoom: 11,
      paint: { "line-color": palette.townLine, "line-dasharray": [3, 2], "line-width": growing(0.8) },
    },
    ...(drawn(rivers) ? water(rivers, palette) : []),
    ...(drawn(roads) ? roadLayers(roads, palette) : []),
    drawn(city) && {
      id: "base-boundary",
      type: "line",
      ...from(city),
      paint: { "line-color": palette.boundary, "line-dasharray": [5, 2, 1, 2], "line-width": growing(1.4) },
    },
  ].filter(Boolean);
}

function water(rivers, palette) {
  if (rivers.geometry.endsWith("Polygon")) {
    return [{ id: "base-water", type: "fill", ...from(rivers), paint: { "fill-color": palette.water, "fill-outline-color": palette.waterLine } }];
  }
  const layout = { "line-cap": "round", "line-join": "round" };
  return [{ id: "base-water", type: "line", ...from(rivers), layout, paint: { "line-color": palette.water, "line-width": growing(3.2) } }];
}

function roadLayers(roads, palette) {
  const layout = { "line-cap": "round", "line-join": "round" };
  const line = (id, color, width) => ({ id, type: "line", ...from(roads), layout, paint: { "line-color": color, "line-width": growing(width) } });
  return [line("base-road-casing", palette.roadCasing, 3.4), line("base-road", palette.road, 2.2)];
}

function baseLabels(base, palette, { language }) {
  const text = { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.4 };
  const towns = base("town_areas");
  const rivers = base("rivers");
  return [
    drawn(rivers) && {
      id: "base-river-label",
      type: "symbol",
      ...from(rivers),
      layout: {
        "text-field": label(rivers, language),
        "text-font": DEVICE_FONT,
        "text-size": 13,
        "text-letter-spacing": 0.15,
        "symbol-placement": rivers.geometry.endsWith("LineString") ? "line" : "point",
      },
      paint: { ...text, "text-color": palette.waterText },
    },
    drawn(towns) && {
      id: "base-town-label",
      type: "symbol",
      ...from(towns),
      minzoom: 12.5,
      layout: { "text-field": label(towns, language), "text-font": DEVICE_FONT, "text-size": 12, "text-max-width": 8, "text-padding": 12 },
      paint: text,
    },
  ].filter(Boolean);
}

// An English name serves every language but Japanese and Chinese, whose readers know the characters.
function label({ named }, language) {
  const roles = /^(ja|zh)/.test(language) ? ["own", "name"] : ["own", "name_en", "name"];
  const names = roles.filter((role) => named[role]).map((role) => ["to-string", ["get", named[role]]]);
  // An empty text counts as no name, so the next field is used.
  return names.reduceRight((rest, name) => ["case", ["!=", name, ""], name, rest], "");
}

function rasterLayer(raster, options) {
  return {
    id: `${raster.id}-raster`,
    type: "raster",
    source: raster.id,
    layout: visibility(raster.id, options),
    // Nearest: blending two class colours would show a third class that is not there.
    paint: { "raster-opacity": options.opacity.get(raster.id) ?? raster.opacity, "raster-resampling": "nearest", "raster-fade-duration": 0 },
  };
}

function areaLayers(layer, options) {
  const common = { ...from(layer), minzoom: layer.style.minZoom };
  const shown = visibility(layer.id, options);
  // Red zones lie inside yellow ones: the graver class is drawn later.
  const order = layer.classes.length ? { "fill-sort-key": byClass(layer.classes, "grade", 0) } : {};
  const opacity = options.opacity.get(layer.id) ?? layer.opacity;
  return [
    {
      id: `${layer.id}-fill`,
      type: "fill",
      ...common,
      layout: { ...shown, ...order },
      paint: { "fill-color": byClass(layer.classes, "color", layer.style.color), "fill-opacity": opacity },
    },
    // Pale hazard colours have little contrast with the ground; the dark edge carries the shape.
    { id: `${layer.id}-line`, type: "line", ...common, layout: shown, paint: { "line-color": "#4d4d4d", "line-width": layer.style.lineWidth } },
  ];
}

// What the first class whose values a zone has says; `otherwise` where there is none.
function byClass(classes, member, otherwise) {
  if (!classes.length) return otherwise;
  const is = ([field, value]) => ["==", ["to-string", ["get", field]], value];
  return ["case", ...classes.flatMap((entry) => [["all", ...Object.entries(entry.values).map(is)], entry[member]]), otherwise];
}

function lineLayer(layer, options) {
  return {
    id: `${layer.id}-line`,
    type: "line",
    ...from(layer),
    minzoom: layer.style.minZoom,
    layout: { ...visibility(layer.id, options), "line-cap": "round", "line-join": "round" },
    paint: { "line-color": layer.style.color, "line-width": growing(layer.style.lineWidth), "line-opacity": options.opacity.get(layer.id) ?? layer.opacity },
  };
}

function pointLayer(layer, palette, options) {
  return {
    id: `${layer.id}-icon`,
    type: "symbol",
    ...from(layer),
    minzoom: layer.style.minZoom,
    layout: { ...visibility(layer.id, options), "icon-image": layer.id, ...pointLayout(label(layer, options.language)) },
    paint: pointPaint(palette),
  };
}

function placeLayers(palette) {
  const clustered = ["has", "point_count"];
  return [
    {
      id: "places-icon",
      type: "symbol",
      source: "places",
      filter: ["!", clustered],
      layout: { "icon-image": ["get", "icon"], "symbol-sort-key": ["get", "rank"], ...pointLayout(["get", "name"]) },
      paint: pointPaint(palette),
    },
    {
      id: "places-cluster",
      type: "circle",
      source: "places",
      filter: clustered,
      paint: {
        "circle-color": palette.cluster,
        "circle-radius": ["step", ["get", "point_count"], 15, 10, 18, 50, 22, 200, 26],
        "circle-stroke-color": palette.halo,
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: "places-count",
      type: "symbol",
      source: "places",
      filter: clustered,
      layout: { "text-field": ["to-string", ["get", "point_count"]], "text-font": DEVICE_FONT, "text-size": 14, "text-allow-overlap": true },
      paint: { "text-color": palette.halo },
    },
  ];
}

function pointLayout(text) {
  return {
    "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 0.8, 15, 1],
    "icon-allow-overlap": true,
    "text-field": ["step", ["zoom"], "", 13, text],
    "text-font": DEVICE_FONT,
    "text-size": 13,
    "text-variable-anchor": ["top", "bottom", "left", "right"],
    "text-radial-offset": 1.3,
    "text-justify": "auto",
    "text-max-width": 9,
    "text-optional": true,
  };
}

function pointPaint(palette) {
  return { "text-color": palette.featureText, "text-halo-color": palette.halo, "text-halo-width": 1.6 };
}

function measureLayers(palette) {
  return [
    { id: "measure-line", type: "line", source: "measure", paint: { "line-color": palette.measure, "line-width": 3, "line-dasharray": [2, 1] } },
    {
      id: "measure-point",
      type: "circle",
      source: "measure",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 5, "circle-color": palette.halo, "circle-stroke-color": palette.measure, "circle-stroke-width": 3 },
    },
  ];
}

function selection(palette) {
  const isPoint = ["==", ["geometry-type"], "Point"];
  return [
    {
      id: "selection-line",
      type: "line",
      source: "selection",
      filter: ["!", isPoint],
      paint: { "line-color": palette.selection, "line-width": 4 },
    },
    {
      id: "selection-ring",
      type: "circle",
      source: "selection",
      filter: isPoint,
      paint: { "circle-radius": 21, "circle-color": palette.halo, "circle-opacity": 0.7, "circle-stroke-color": palette.selection, "circle-stroke-width": 4 },
    },
  ];
}
