// The point layers that are switched on, as one set of places: what the list tells and the map draws, filtered alike.

import { positionOf } from "./geo.js";

export const WHOLE = 3000; // Of a layer with more places only those in the window are listed; the map draws its tiles.

export const isWhole = (layer) => !layer.isBase && layer.geometry.endsWith("Point") && layer.count <= WHOLE;

export class Places {
  constructor(config, state, api, names) {
    Object.assign(this, { state, api, names });
    this.usable = new Set(config.usable);
    this.states = config.states;
    this.layers = config.layers.filter((layer) => !layer.isBase && layer.geometry.endsWith("Point"));
    this.known = new Map();
  }

  // All places of the layers that are on, after the filters. Throws when a layer cannot be loaded.
  async shown(signal) {
    const on = this.layers.filter((layer) => isWhole(layer) && layer.count > 0 && this.state.layers.has(layer.id));
    const found = await Promise.all(on.map((layer) => this.#whole(layer)));
    signal?.throwIfAborted();
    return found.flat().filter((place) => this.#fits(place));
  }

  // The places of large layers within a box, nearest first as the list wants them.
  async within(box, limit, signal) {
    const large = this.layers.filter((layer) => !isWhole(layer) && this.state.layers.has(layer.id));
    const found = await Promise.all(
      large.map(async (layer) => (await this.api.items(layer.id, { properties: properties(layer), limit, box }, signal)).features.map((feature) => this.#place(layer, feature, new Map()))),
    );
    return found.flat();
  }

  // A layer is asked for once; when that fails, the next call asks again.
  #whole(layer) {
    if (!this.known.has(layer.id)) {
      const asked = this.#load(layer);
      this.known.set(layer.id, asked);
      asked.catch(() => this.known.delete(layer.id));
    }
    return this.known.get(layer.id);
  }

  async #load(layer) {
    const [items, states] = await Promise.all([
      this.api.items(layer.id, { properties: properties(layer), limit: WHOLE }),
      layer.opens ? this.#states(layer.id) : new Map(),
    ]);
    return items.features.filter((feature) => feature.geometry).map((feature) => this.#place(layer, feature, states));
  }

  async #states(layer) {
    const { entries } = await this.api.status(layer);
    const newest = entries.filter((entry) => entry.state).sort((a, b) => a.at.localeCompare(b.at));
    return new Map(newest.map((entry) => [entry.feature, entry.state]));
  }

  #place(layer, { id, geometry, properties: said }, states) {
    const state = states.get(id) ?? null;
    return {
      layer,
      id,
      icon: state in this.states ? iconOf(layer, state) : layer.id,
      position: positionOf(geometry),
      name: this.names.of(layer.named, said),
      address: (layer.named.address && said[layer.named.address]) || "",
      hazards: layer.hazards.filter((hazard) => said[hazard]),
      state,
    };
  }

  // The filters are about evacuation sites; other places are not hidden by them.
  #fits({ layer, hazards, state }) {
    const { hazard, open } = this.state.filter;
    if (hazard && layer.hazards.length && !hazards.includes(hazard)) return false;
    return !(open && layer.opens) || this.usable.has(state);
  }
}

function properties({ named, hazards }) {
  return [...new Set([...Object.values(named), ...hazards])];
}

// The places as GeoJSON for the map's one source of points.
export function asGeojson(places) {
  const features = places.map(({ layer, id, position: { lon, lat }, name, icon }, index) => ({
    type: "Feature",
    id: index,
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { layer: layer.id, id, name, icon, rank: layer.opens ? 1 : 0 },
  }));
  return { type: "FeatureCollection", features };
}

export const iconOf = (layer, state) => `${layer.id}:${state}`;
