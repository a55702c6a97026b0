// What the fields of a layer's definition say: which one is the name, and how a value reads.

import { date, instant, number, t } from "./i18n.js";

export function withRole(layer, role) {
  return layer.fields.find((field) => field.role === role) ?? null;
}

// The fields that can name a feature, best first: an English name serves every language but Japanese.
export function nameFields(layer, language) {
  const roles = language.startsWith("ja") ? ["name"] : ["name_en", "name"];
  return roles.map((role) => withRole(layer, role)).filter(Boolean);
}

export function nameOf(layer, properties, language) {
  const field = nameFields(layer, language).find((f) => properties[f.name]);
  return field ? String(properties[field.name]) : t("details.unnamed");
}

export function textOf(field, value) {
  if (typeof value === "boolean") return value ? t("value.yes") : t("value.no");
  if (String(value) in field.choices) return field.choices[value];
  if (field.type === "date") return date(value);
  if (field.type === "datetime") return instant(value);
  const text = typeof value === "number" && field.type === "number" ? number(value) : String(value);
  return field.unit ? `${text} ${field.unit}` : text;
}

// Where a value leads. Only these schemes: delivered data must not become a javascript: link.
export function hrefOf(field, value) {
  const text = String(value);
  if (field.kind === "phone" || field.role === "phone") return `tel:${text.replace(/[^\d+]/g, "")}`;
  if (field.kind === "email") return `mailto:${text}`;
  return /^https?:\/\//.test(text) ? text : null;
}
