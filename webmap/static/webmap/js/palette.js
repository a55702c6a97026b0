// The quiet ground under the city's data.

export const PALETTE = {
  outside: "#e4e6e3",
  land: "#f8f6f0",
  townLine: "#cfc9bb",
  boundary: "#7d7a86",
  water: "#a9d0ea",
  waterLine: "#7fb8de",
  waterText: "#1f5f8b",
  roadCasing: "#d3cdbf",
  road: "#ffffff",
  text: "#4d4d4d",
  halo: "#ffffff",
  featureText: "#1a1a1a",
  selection: "#d40061",
};

// Colours that are fixed by the official legend of the landslide zones (重ねるハザードマップ), by phenomenon
// (1 steep slope, 2 debris flow, 3 landslip) and zone (1 yellow, 2 red, 3 and 4 the same not yet designated).
// Opaque enough that red inside yellow does not blend to the orange of another class.
// Keyed by a layer's id: the fields that tell the class, and the colour of each combination of their values.
export const AREA_CLASSES = {
  landslide_zones: {
    fields: ["phenomenon", "zone_kind"],
    colors: {
      "1/1": "#FAE600", "1/2": "#FA2800", "1/3": "#FBEB33", "1/4": "#FB5333",
      "2/1": "#E6C832", "2/2": "#A50021", "2/3": "#EBD353", "2/4": "#B7334D",
      "3/1": "#FF9900", "3/2": "#B40028", "3/3": "#FFAD33", "3/4": "#C33353",
    },
    opacity: 0.85,
    legend: ["1/1", "1/2", "2/1", "2/2", "3/1", "3/2"],
  },
};
