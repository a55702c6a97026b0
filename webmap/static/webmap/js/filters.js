// The filters of evacuation sites: for which hazard, and whether open now. List, map and the list's own page keep step.

import { announce, byId } from "./dom.js";
import { t } from "./i18n.js";

export function startFilters(config, state) {
  const box = byId("filters");
  const [hazard, open] = [byId("filter-hazard"), byId("filter-open")];
  const sites = config.layers.filter((layer) => layer.opens && !layer.isBase);
  const set = () => {
    state.setFilter({ hazard: hazard.value, open: open.checked });
    announce(t("filter.changed"));
  };
  hazard.addEventListener("change", set);
  open.addEventListener("change", set);
  const show = () => {
    const on = sites.find((layer) => state.layers.has(layer.id));
    hazard.value = [...hazard.options].some((option) => option.value === state.filter.hazard) ? state.filter.hazard : "";
    open.checked = state.filter.open;
    box.hidden = !on;
    if (on) byId("filter-page").href = pageOf(config, state, on);
  };
  for (const event of ["layers", "filter", "view"]) state.addEventListener(event, show);
  show();
}

function pageOf(config, { filter, view }, layer) {
  const query = new URLSearchParams({ lon: view.lon.toFixed(5), lat: view.lat.toFixed(5) });
  if (filter.hazard && layer.hazards.includes(filter.hazard)) query.set("hazard", filter.hazard);
  if (filter.open) query.set("open", "1");
  return `${config.pages.list}/${layer.id}?${query}`;
}
