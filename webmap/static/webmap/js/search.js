// The search box: a combobox over the API (WAI-ARIA 1.2 pattern). Without script it is a form that opens /place.
// An entry opens its details, an address the answer for it; what was typed and not chosen is asked as it stands.

import { announce, byId, element } from "./dom.js";
import { t } from "./i18n.js";

const PAUSE = 250; // Milliseconds without typing before the API is asked.

export function startSearch(api, openPlace, ask) {
  const input = byId("search-input");
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", "search-results"], ["aria-autocomplete", "list"]]) {
    input.setAttribute(name, value);
  }
  const search = new Search(input, api, openPlace, ask);
  input.addEventListener("input", () => search.typed());
  input.addEventListener("keydown", (event) => search.key(event));
  input.form.addEventListener("submit", (event) => search.submitted(event));
  document.addEventListener("click", (event) => {
    if (!input.form.contains(event.target)) search.close();
  });
}

class Search {
  constructor(input, api, openPlace, ask) {
    Object.assign(this, { input, api, openPlace, askPlace: ask });
    this.box = byId("search-results");
    this.request = new AbortController();
    this.results = [];
    this.active = -1;
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.request.abort();
    this.request = new AbortController();
    const query = this.input.value.trim();
    if (!query) return this.close();
    try {
      const { features } = await this.api.search(query, this.request.signal);
      this.show(features.map((feature) => feature.properties), query);
    } catch (error) {
      if (error.name !== "AbortError") this.#note(t("search.failed"));
    }
  }

  show(results, query) {
    this.results = results;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.box.replaceChildren(...results.map((result, index) => this.#option(result, index)));
    this.#open(results.length > 0);
    this.#note(results.length ? "" : t("search.none", { query }));
    announce(results.length ? t("search.count", { count: results.length }) : t("search.none", { query }));
  }

  key(event) {
    // Enter and arrows belong to the Japanese input method while it converts.
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && this.results.length) {
      event.preventDefault();
      this.#activate((this.active + moves[event.key] + this.results.length) % this.results.length);
    } else if (event.key === "Escape" && !this.box.hidden) {
      event.stopPropagation();
      this.close();
    }
  }

  submitted(event) {
    event.preventDefault();
    const chosen = this.box.hidden ? null : this.results[this.active];
    const query = this.input.value.trim();
    if (chosen) this.#choose(chosen);
    else if (query) this.#leave(() => this.askPlace({ q: query }));
  }

  close() {
    this.results = [];
    this.#open(false);
    this.#note("");
  }

  #open(open) {
    this.box.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  #activate(index) {
    this.active = index;
    [...this.box.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const option = this.box.children[index];
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #choose({ kind, layer, feature, name, label, longitude, latitude }) {
    this.input.value = name ?? label;
    const isEntry = kind === "feature" && layer !== null;
    this.#leave(() => (isEntry ? this.openPlace({ layer, id: feature }) : this.askPlace({ lon: longitude, lat: latitude })));
  }

  #leave(go) {
    clearTimeout(this.timer);
    this.request.abort();
    this.close();
    go();
  }

  #option(result, index) {
    const name = result.name ?? result.label;
    const under = [result.layer_title, result.address === name ? "" : result.address].filter(Boolean).join(" · ");
    const option = element(
      "li",
      { role: "option", id: `search-option-${index}`, "aria-selected": "false" },
      element("span", { class: "place-name", lang: "ja" }, name),
      element("span", { class: "place-under" }, under),
    );
    option.addEventListener("click", () => this.#choose(result));
    return option;
  }

  #note(text) {
    const note = byId("search-note");
    note.textContent = text;
    note.hidden = !text;
  }
}
