// "Use my location": only when asked for; the position goes nowhere but into the question for the answer there.

import { byId } from "./dom.js";
import { t } from "./i18n.js";

const OPTIONS = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 };

export function startLocate(reach, arrived) {
  const [button, note] = [byId("locate"), byId("locate-note")];
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    note.textContent = t("locate.searching");
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude: lon, latitude: lat } }) => {
        const [west, south, east, north] = reach;
        const inside = lon >= west && lon <= east && lat >= south && lat <= north;
        note.textContent = inside ? "" : t("locate.outside");
        if (inside) arrived({ lon, lat });
      },
      () => {
        note.textContent = t("locate.failed");
      },
      OPTIONS,
    );
  });
}
