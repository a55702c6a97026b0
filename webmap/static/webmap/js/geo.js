// Small geometry on longitude and latitude, in degrees and metres.

const RADIUS = 6_371_008.8; // The Earth's mean radius in metres (IUGG).
const TILE = 512; // CSS pixels of a world tile at zoom 0, as MapLibre counts zooms.
const radians = (degrees) => (degrees * Math.PI) / 180;

export function positionOf({ type, coordinates }) {
  const [lon, lat] = type === "MultiPoint" ? coordinates[0] : coordinates;
  return { lon, lat };
}

// Metres on the sphere between two positions (haversine).
export function metresBetween(a, b) {
  const [dLat, dLon] = [radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2];
  const h = Math.sin(dLat) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLon) ** 2;
  return 2 * RADIUS * Math.asin(Math.sqrt(h));
}

// West, south, east and north of what a window of `width` by `height` pixels shows.
export function boxOf({ zoom, lat, lon }, width, height) {
  const across = 360 / (TILE * 2 ** zoom) / 2;
  const up = across * Math.cos(radians(lat));
  return [
    Math.max(lon - across * width, -180),
    Math.max(lat - up * height, -90),
    Math.min(lon + across * width, 180),
    Math.min(lat + up * height, 90),
  ];
}

export function isIn([west, south, east, north], { lon, lat }) {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

// The view in which a box fits a window of `width` by `height` pixels, with a little room around.
export function viewOf([west, south, east, north], width, height) {
  const lat = (south + north) / 2;
  const room = 0.94;
  const zoomOf = (pixels, degrees) => Math.log2((pixels * room * 360) / (TILE * degrees));
  const zoom = Math.min(zoomOf(width, east - west), zoomOf(height, (north - south) / Math.cos(radians(lat))));
  return { lon: (west + east) / 2, lat, zoom: Math.max(zoom, 7) };
}
