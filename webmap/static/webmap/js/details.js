// The panel over the list: an entry, the answer for a place, or several entries under one click.
// Entry and answer are the parts of their own pages that stand there: one rendering, by the server, escaped there.

import { announce, byId, element, svg } from "./dom.js";
import { t } from "./i18n.js";
import { startShare } from "./share.js";
import { picture } from "./symbols.js";

export class Details {
  constructor(config, state, api) {
    Object.assign(this, { config, state, api });
    this.panel = byId("details");
    this.request = new AbortController();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) this.close();
    });
  }

  // Shows an entry and returns its feature, or null when it could not be loaded.
  async open({ layer, id }) {
    const signal = this.#waiting(this.config.layers.find((known) => known.id === layer).title);
    return this.#try(signal, async () => {
      const [page, feature] = await Promise.all([this.api.itemPage(layer, id, signal), this.api.item(layer, id, signal)]);
      const item = adopted(page, "item");
      startShare(item, () => this.state.link);
      this.#present(item.querySelector("#item-heading"), item);
      announce(t("details.opened", { name: item.dataset.name }));
      return feature;
    });
  }

  // Shows the answer for a question (`q`, or `lon` and `lat`) and returns its point, null where there is none.
  async answer(question) {
    const signal = this.#waiting(t("details.here"));
    return this.#try(signal, async () => {
      const page = await this.api.placePage(question, signal);
      const refusal = page.querySelector("[role=alert]");
      if (refusal) return this.#say(t("details.here"), refusal.textContent);
      const answer = adopted(page, "answer");
      this.#present(answer.querySelector("#answer-heading"), answer);
      announce(answer.querySelector(".summary")?.textContent ?? "");
      const { lon, lat } = answer.dataset;
      return lon ? { lon: Number(lon), lat: Number(lat) } : null;
    });
  }

  choose(hits, openPlace) {
    this.#renewed();
    const rows = hits.map(({ layer, id, name }) => {
      const button = element(
        "button",
        { type: "button", class: "place" },
        picture(layer, this.config.language),
        element("span", { class: "place-text" }, element("span", { class: "place-name" }, name), element("span", { class: "place-under" }, layer.title)),
      );
      button.addEventListener("click", () => openPlace({ layer: layer.id, id }));
      return element("li", {}, button);
    });
    this.#present(heading(t("details.several", { count: hits.length })), element("ol", { class: "places" }, ...rows));
  }

  close() {
    this.request.abort();
    this.#cover(false);
    this.state.setPlace(null);
    announce(t("details.closed"));
    const back = this.opener?.isConnected ? this.opener : byId("map");
    this.opener = null;
    back.focus();
  }

  async #try(signal, load) {
    try {
      return await load();
    } catch (error) {
      if (!signal.aborted) this.#say(t("details.here"), t("details.failed"));
      return null;
    }
  }

  #waiting(title) {
    this.#present(heading(title), element("p", { class: "note" }, t("details.loading")));
    return this.#renewed();
  }

  #say(title, text) {
    this.#present(heading(title), element("p", { class: "caution", role: "alert" }, text));
    return null;
  }

  // What the panel covers must not take the focus while it cannot be seen.
  #cover(on) {
    this.panel.hidden = !on;
    document.body.classList.toggle("has-details", on);
    for (const sibling of this.panel.parentElement.children) sibling.inert = on && sibling !== this.panel;
  }

  #renewed() {
    this.request.abort();
    this.request = new AbortController();
    return this.request.signal;
  }

  #present(title, ...body) {
    if (this.panel.hidden) this.opener = document.activeElement === document.body ? null : document.activeElement;
    title.id = "details-heading";
    const close = element("button", { type: "button", class: "close", "aria-label": t("details.close") }, closeMark());
    close.addEventListener("click", () => this.close());
    this.panel.replaceChildren(element("div", { class: "details-head" }, title, close), ...body);
    this.#cover(true);
    this.panel.scrollTop = 0;
    title.focus({ preventScroll: true });
  }
}

const heading = (text) => element("h2", { tabindex: "-1" }, text);

// The part of a page as an element of this one; its first heading is the page's, here it is one below.
function adopted(page, id) {
  const part = document.importNode(page.getElementById(id), true);
  part.removeAttribute("aria-labelledby");
  for (const level of [2, 1]) {
    if (id === "answer") break;
    for (const old of part.querySelectorAll(`h${level}`)) {
      const lower = document.createElement(`h${level + 1}`);
      lower.append(...old.childNodes);
      for (const { name, value } of old.attributes) lower.setAttribute(name, value);
      old.replaceWith(lower);
    }
  }
  return part;
}

function closeMark() {
  return svg("svg", { viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" }, svg("path", { d: "M6 6L18 18M18 6L6 18", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" }));
}
