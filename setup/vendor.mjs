// Copies the files that pages load from node_modules to TARGET/<name>/<version>/, replacing TARGET in one step.
// Usage: node setup/vendor.mjs TARGET

import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const FILES = {
  "maplibre-gl": [
    "dist/maplibre-gl.mjs",
    "dist/maplibre-gl-shared.mjs",
    "dist/maplibre-gl-worker.mjs",
    "dist/maplibre-gl.css",
    "LICENSE.txt",
  ],
  // Inlined into hand-outs, which open without a network; nothing else loads them.
  leaflet: ["dist/leaflet.js", "dist/leaflet.css", "LICENSE"],
  "@digital-go-jp/design-tokens": ["dist/tokens.css", "LICENSE"],
};

const target = process.argv[2];
const draft = `${target}.new`;
const before = `${target}.old`;

function copyPackage(name, files) {
  const source = join("node_modules", name);
  const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const folder = join(draft, basename(name), version);
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    cpSync(join(source, file), join(folder, basename(file)));
  }
}

rmSync(draft, { recursive: true, force: true });
for (const [name, files] of Object.entries(FILES)) {
  copyPackage(name, files);
}
rmSync(before, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
renameSync(target, before);
renameSync(draft, target);
rmSync(before, { recursive: true, force: true });
