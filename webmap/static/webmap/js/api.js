// Calls to the city's API and its pages. Only this origin is asked.

export class Api {
  constructor({ api, pages, language }) {
    Object.assign(this, { root: api, pages, language });
  }

  search(query, signal) {
    return this.#get("search", { q: query }, signal);
  }

  // The features of a layer; `box` is west, south, east, north, in degrees.
  items(layer, { properties, limit, box }, signal) {
    const within = box ? { bbox: box.map((edge) => edge.toFixed(6)).join(",") } : {};
    return this.#get(`collections/${layer}/items`, { properties: properties.join(","), limit, ...within }, signal);
  }

  item(layer, id, signal) {
    return this.#get(`collections/${layer}/items/${id}`, {}, signal);
  }

  status(layer, signal) {
    return this.#get(`collections/${layer}/status`, {}, signal);
  }

  // The shortest way on foot between two positions; `avoiding` has the `hazard` and the `rivers` of the API.
  way(from, to, avoiding, signal) {
    const [begin, end] = [from, to].map(({ lon, lat }) => `${lon},${lat}`);
    return this.#get("ways", { from: begin, to: end, ...avoiding }, signal);
  }

  // The page of an entry or of a place, from which the panel takes its part.
  itemPage(layer, id, signal) {
    return this.#page(`${this.pages.list}/${layer}/${id}`, {}, signal);
  }

  placePage(question, signal) {
    return this.#page(this.pages.place, question, signal);
  }

  async #page(path, parameters, signal) {
    const query = new URLSearchParams({ ...parameters, lang: this.language });
    const response = await fetch(`${path}?${query}`, { signal, headers: { Accept: "text/html" } });
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  async #get(path, parameters, signal) {
    const query = new URLSearchParams({ ...parameters, lang: this.language });
    const response = await fetch(`${this.root}/${path}?${query}`, { signal });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }
}
