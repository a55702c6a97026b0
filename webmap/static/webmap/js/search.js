// The search box: a combobox over the API (WAI-ARIA 1.2 pattern). Without script it is a form that opens /list.

import { announce, byId, element } from "./dom.js";
import { t } from "./i18n.js";

const PAUSE = 250; // Milliseconds without typing before the API is asked.

export function startSearch(api, openPlace) {
  const input = byId("search-input");
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", "search-results"], ["aria-autocomplete", "list"]]) {
    input.setAttribute(name, value);
  }
  const search = new Search(input, api, openPlace);
  input.addEventListener("input", () => search.typed());
  input.addEventListener("keydown", (event) => search.key(event));
  input.form.addEventListener("submit", (event) => search.submitted(event));
  document.addEventListener("click", (event) => {
    if (!input.form.contains(event.target)) search.close();
  });
}

class Search {
  constructor(input, api, openPlace) {
    Object.assign(this, { input, api, openPlace });
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
    const chosen = this.results[Math.max(this.active, 0)];
    if (this.box.hidden || !chosen) return;
    event.preventDefault();
    this.#choose(chosen);
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

  #choose({ layer, feature, name }) {
    clearTimeout(this.timer);
    this.request.abort();
    this.input.value = name;
    this.close();
    this.openPlace({ layer, id: feature });
  }

  #option(result, index) {
    const under = [result.layer_title, result.address].filter(Boolean).join(" · ");
    const option = element(
      "li",
      { role: "option", id: `search-option-${index}`, "aria-selected": "false" },
      element("span", { class: "place-name" }, result.name),
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
