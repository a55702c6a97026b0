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
  cluster: "#1a3a5f",
  measure: "#b00020",
};
