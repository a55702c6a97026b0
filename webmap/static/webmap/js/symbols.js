// The map's own drawings: a plate whose outline tells the kind, and a mark or letter on it.
// One drawing serves the legend (SVG) and the map (canvas). Never colour alone.

import { element, svg } from "./dom.js";

const BOX = 32;
const FONT = '"Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", sans-serif';

const PLATES = {
  circle: "M16 3a13 13 0 1 1 0 26a13 13 0 1 1 0-26z",
  square: "M7 4h18a3 3 0 0 1 3 3v18a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z",
  diamond: "M16 2L30 16L16 30L2 16z",
  octagon: "M11 3.5h10l7.5 7.5v10l-7.5 7.5h-10L3.5 21V11z",
  hexagon: "M9 4.5h14l6.5 11.5L23 27.5H9L2.5 16z",
  house: "M16 2.5L29 12.5V28.5H3V12.5z",
  triangle: "M16 3L30 28H2z",
  pentagon: "M16 2.5L30 12.8L24.6 28.5H7.4L2 12.8z",
};

// After JIS Z 8210 (6.1.4 and 6.1.5): somebody running to open ground, or into a house; drawn anew.
const RUNNER = "M13.6 12.6L11.8 17.6L15 20.2L14.4 25M11.8 17.6L9.8 21.6L6 22.2M13.4 13.4L16.6 15.6L19 14.2M13 13.2L9.6 13.6L8.2 16.4";
const HEAD = "M15 7.4a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.400z";

const MARKS = {
  escape: { line: RUNNER, fill: `${HEAD}M23.2 17.500a4 4 0 1 1 0 8a4 4 0 1 1 0-8z` },
  stay: { line: RUNNER, fill: `${HEAD}M18.500 19.500L22.600 16L26.700 19.500V26H18.500z` },
  hall: { fill: "M8.5 13L16 8.5L23.5 13v1.5h-15zM10 16h2.2v5H10zM14.9 16h2.2v5h-2.2zM19.8 16H22v5h-2.2zM8.5 22h15v1.8h-15z" },
  wifi: { line: "M8.5 14.2a10.6 10.6 0 0 1 15 0M11.5 17.6a6.4 6.4 0 0 1 9 0", fill: "M16 19.6a1.9 1.9 0 1 1 0 3.8a1.9 1.9 0 1 1 0-3.8z" },
  camera: { fill: "M8 11.5h10.5a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM20.5 14.8L25 12v8l-4.5-2.8z" },
  calendar: { line: "M10 11h12v11.5H10zM10 14.8h12M13 8.5v3.5M19 8.5v3.5", fill: "M15 17h4v3.5h-4z" },
  cross: { fill: "M13.8 9h4.4v4.8H23v4.4h-4.8V23h-4.4v-4.8H9v-4.4h4.8z" },
  heart: { fill: "M16 24l-7.2-7.4a4.3 4.3 0 0 1 7.2-4.6a4.3 4.3 0 0 1 7.2 4.6z" },
  waves: { line: "M8 13c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0M8 19c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0" },
  drop: { fill: "M16 8.5c3.4 4.2 5.4 6.6 5.4 9.6a5.4 5.4 0 0 1-10.8 0c0-3 2-5.4 5.4-9.6z" },
};

// The sign of each state in the symbol's lower right corner: colours and shapes that differ for every kind of sight.
export const STATES = {
  open: { shape: "M25 19a6 6 0 1 1 0 12a6 6 0 1 1 0-12z", color: "#005AFF" },
  always: { shape: "M25 19a6 6 0 1 1 0 12a6 6 0 1 1 0-12z", color: "#005AFF" },
  unopened: { shape: "M25 19a6 6 0 1 1 0 12a6 6 0 1 1 0-12zM22 25h6", color: "#FFFFFF" },
  crowded: { shape: "M25 18L31.500 25L25 32L18.500 25z", color: "#F6AA00" },
  full: { shape: "M19 19h12v12H19z", color: "#B00020" },
  preparing: { shape: "M25 18L31.500 30.500H18.500z", color: "#FFFFFF" },
  closed: { shape: "M18 20.500L20.500 18L25 22.500L29.500 18L32 20.500L27.500 25L32 29.500L29.500 32L25 27.500L20.500 32L18 29.500L22.500 25z", color: "#555555" },
};

const SYMBOLS = {
  evacuation_site: { plate: "square", mark: "escape" },
  evacuation_shelter: { plate: "house", mark: "stay" },
  facility: { plate: "circle", mark: "hall" },
  wifi: { plate: "hexagon", mark: "wifi" },
  camera: { plate: "octagon", mark: "camera" },
  event: { plate: "diamond", mark: "calendar" },
  medical: { plate: "square", mark: "cross" },
  aed: { plate: "circle", mark: "heart" },
  radiation: { plate: "hexagon", letters: { other: "γ" } },
  gauge: { plate: "pentagon", mark: "waves" },
  water_supply: { plate: "pentagon", mark: "drop" },
  damage: { plate: "triangle", letters: { other: "!" }, dy: 3 },
};

export function symbolOf(layer, language) {
  const known = SYMBOLS[layer.style.symbol] ?? { plate: "circle", letters: {} };
  const letter = known.letters && (known.letters[language.slice(0, 2)] ?? known.letters.other ?? [...layer.title][0]);
  return { plate: PLATES[known.plate], mark: MARKS[known.mark], letter, dy: known.dy ?? 0, color: layer.style.color, ink: ink(layer.style.color) };
}

// The legend's picture of a layer: its symbol, a line or an area, as the map draws it.
export function picture(layer, language) {
  if (layer.kind === "raster") return frame(...bars(layer.classes.slice(-4).map((c) => c.color)));
  if (layer.geometry.endsWith("Point")) return frame(...pointShapes(symbolOf(layer, language)));
  if (layer.geometry.endsWith("LineString")) {
    return frame(svg("path", { d: "M4 24L13 12L19 19L28 8", fill: "none", stroke: layer.style.color, "stroke-width": 3.5 }));
  }
  if (layer.classes.length) return frame(...bars(layer.classes.filter((c) => c.inLegend).slice(-4).map((c) => c.color)));
  return frame(svg("rect", { x: 4, y: 6, width: 24, height: 20, fill: layer.style.color, "fill-opacity": layer.opacity, stroke: "#4d4d4d" }));
}

// The state of a place in words, with the sign and colour that the style sheet gives it.
export function stateChip(state, titles) {
  return element("span", { class: "state", "data-state": state }, titles[state] ?? state);
}

// The same symbol as pixels for the map, at `ratio` device pixels a CSS pixel.
export function pixels(symbol, ratio, state = null) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = BOX * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const plate = new Path2D(symbol.plate);
  Object.assign(pen, { lineJoin: "round", lineCap: "round", strokeStyle: "#ffffff", lineWidth: 4 });
  pen.stroke(plate);
  Object.assign(pen, { fillStyle: symbol.color, strokeStyle: "#1a1a1a", lineWidth: 1 });
  pen.fill(plate);
  pen.stroke(plate);
  drawMark(pen, symbol);
  if (state) drawState(pen, STATES[state]);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// A sign in the corner: what it is can be told from its shape alone.
function drawState(pen, { shape, color }) {
  const sign = new Path2D(shape);
  Object.assign(pen, { lineJoin: "round", strokeStyle: "#ffffff", lineWidth: 4 });
  pen.stroke(sign);
  Object.assign(pen, { fillStyle: color, strokeStyle: "#1a1a1a", lineWidth: 1.2 });
  pen.fill(sign);
  pen.stroke(sign);
}

function drawMark(pen, { mark, letter, dy, ink: color }) {
  Object.assign(pen, { fillStyle: color, strokeStyle: color, lineWidth: 2.2 });
  if (mark?.line) pen.stroke(new Path2D(mark.line));
  if (mark?.fill) pen.fill(new Path2D(mark.fill));
  if (!letter) return;
  Object.assign(pen, { font: `700 17px ${FONT}`, textAlign: "center", textBaseline: "alphabetic" });
  pen.fillText(letter, 16, 22 + dy);
}

function pointShapes({ plate, mark, letter, dy, color, ink: markColor }) {
  return [
    svg("path", { d: plate, fill: color, stroke: "#1a1a1a" }),
    mark?.line && svg("path", { d: mark.line, fill: "none", stroke: markColor, "stroke-width": 2.2, "stroke-linecap": "round" }),
    mark?.fill && svg("path", { d: mark.fill, fill: markColor }),
    letter && svg("text", { x: 16, y: 22 + dy, "text-anchor": "middle", "font-size": 17, "font-weight": 700, fill: markColor }, letter),
  ].filter(Boolean);
}

function bars(colors) {
  const width = 24 / colors.length;
  return [
    ...colors.map((fill, i) => svg("rect", { x: 4 + i * width, y: 6, width, height: 20, fill })),
    svg("rect", { x: 4, y: 6, width: 24, height: 20, fill: "none", stroke: "#4d4d4d" }),
  ];
}

function frame(...shapes) {
  return svg("svg", { viewBox: `0 0 ${BOX} ${BOX}`, class: "symbol", "aria-hidden": "true" }, ...shapes);
}

// Black or white, whichever has the higher contrast (WCAG relative luminance; equal at about 0.18).
function ink(color) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(color.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#1a1a1a" : "#ffffff";
}
