// The page's words: translated by the server, read once, filled in here.

const strings = JSON.parse(document.getElementById("map-strings").textContent);
const locale = document.documentElement.lang;
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

export function t(key, values = {}) {
  return strings[key].replace(/\{(\w+)\}/g, (mark, name) => (name in values ? String(values[name]) : mark));
}

export function number(value) {
  return new Intl.NumberFormat(locale).format(value);
}

export function distance(metres) {
  if (metres < 1000) return t("distance.m", { distance: whole.format(Math.round(metres / 10) * 10) });
  return t("distance.km", { distance: tenths.format(metres / 1000) });
}

export function date(value) {
  // A date without a time is a calendar day; read as UTC it could become the day before.
  return day.format(new Date(`${value.slice(0, 10)}T00:00:00`));
}

export function instant(value) {
  return moment.format(new Date(value));
}

// MapLibre's own strings, under the keys that MapLibre uses.
export function mapLocale() {
  const own = Object.entries(strings).filter(([key]) => key.startsWith("maplibre."));
  return Object.fromEntries(own.map(([key, text]) => [key.slice("maplibre.".length), text]));
}
