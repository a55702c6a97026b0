// "Use my location": only when asked for, and the position never leaves the page but as the list's question.

import { announce, byId } from "./dom.js";
import { t } from "./i18n.js";

const OPTIONS = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 };
const CLOSE_ZOOM = 14.5;

export function startLocate(config, goTo) {
  const button = byId("locate");
  if (!navigator.geolocation) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    say(t("map.locating"));
    navigator.geolocation.getCurrentPosition(({ coords }) => arrive(config, goTo, coords), () => say(t("map.notLocated")), OPTIONS);
  });
}

function arrive(config, goTo, { longitude: lon, latitude: lat }) {
  const [west, south, east, north] = config.city.reach;
  if (lon < west || lon > east || lat < south || lat > north) return say(t("map.outside"));
  say(t("map.located"));
  goTo({ lon, lat }, CLOSE_ZOOM);
}

function say(text) {
  byId("list-note").textContent = text;
  announce(text);
}
