// Calls to the city's API. Only this origin is asked.

export class Api {
  constructor(root, language) {
    this.root = root;
    this.language = language;
  }

  search(query, signal) {
    return this.#get("search", { q: query, types: "feature,postal_code" }, signal);
  }

  // The features that meet a box of west, south, east, north, in degrees.
  within(layer, box, limit, signal) {
    return this.#get(`collections/${layer}/items`, { bbox: box.map((edge) => edge.toFixed(6)).join(","), limit }, signal);
  }

  item(layer, id, signal) {
    return this.#get(`collections/${layer}/items/${id}`, {}, signal);
  }

  rasterValue(raster, { lon, lat }, signal) {
    return this.#get(`rasters/${raster}/value`, { lon, lat }, signal);
  }

  async #get(path, parameters, signal) {
    const query = new URLSearchParams({ ...parameters, lang: this.language });
    const response = await fetch(`${this.root}/${path}?${query}`, { signal });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }
}
