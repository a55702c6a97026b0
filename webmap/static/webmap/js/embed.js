// The map in a page of another site: it shows places and leads to their pages; it keeps nothing in the address.

import { Api } from "./api.js";
import { announce, byId, element } from "./dom.js";
import { viewOf } from "./geo.js";
import { t } from "./i18n.js";
import { canDrawMaps, note, startMap } from "./map.js";
import { Names } from "./names.js";
import { Places } from "./places.js";

const PLACE_ZOOM = 16;

const config = JSON.parse(byId("map-config").textContent);
const { clientWidth, clientHeight } = byId("map");
const state = Object.assign(new EventTarget(), {
  layers: new Set([...config.layers, ...config.rasters].filter((layer) => layer.isOn).map((layer) => layer.id)),
  opacity: new Map(),
  filter: { hazard: "", open: false },
  view: config.place ? { ...config.place, zoom: PLACE_ZOOM } : viewOf(config.box, clientWidth, clientHeight),
  setView() {},
});

// Nothing opens inside the frame: the pages of this site may not be framed.
function pick(hits) {
  const panel = byId("picked");
  const links = hits.map(({ layer, id, name }) =>
    element("li", {}, element("a", { href: `${config.pages.list}/${layer.id}/${id}?lang=${config.language}`, target: "_blank", rel: "noopener" }, name ?? layer.title), element("span", { class: "note" }, layer.title)),
  );
  panel.replaceChildren(element("ul", {}, ...links));
  panel.hidden = links.length === 0;
  if (links.length) announce(panel.textContent);
}

async function show() {
  if (!canDrawMaps()) return withoutMap("map.noWebgl");
  try {
    const map = await startMap(config, state, new Places(config, state, new Api(config), new Names(config)), pick);
    if (config.place) map.select(config.place);
  } catch (error) {
    console.warn("map", error);
    withoutMap("map.failed");
  }
}

function withoutMap(key) {
  byId("map").dataset.state = "unavailable";
  note(t(key));
  byId("places").hidden = false;
}

show();
