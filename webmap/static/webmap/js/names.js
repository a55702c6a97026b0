// What a place is called for the reader: in his language where the data says it, else as it can be read aloud.

import { t } from "./i18n.js";

const READS_JAPANESE = /^(ja|zh)/;

export class Names {
  constructor({ language, letters }) {
    this.language = language;
    this.letters = letters;
    const kana = Object.keys(letters).sort((a, b) => b.length - a.length);
    this.token = kana.length ? new RegExp(kana.join("|"), "g") : null;
  }

  // `named` tells which properties hold the name, its reading, its English and its form in this language.
  of(named, properties) {
    const said = (role) => (named[role] ? properties[named[role]] : null) || null;
    const japanese = said("name");
    const best = READS_JAPANESE.test(this.language) ? [said("own"), japanese] : [said("own"), said("name_en"), this.#read(said("kana")), japanese];
    return best.find(Boolean) ?? t("details.unnamed");
  }

  // The Hepburn spelling of passports, as `webmap/romaji.py` has it; the table of letters comes from there.
  #read(kana) {
    if (!kana || !this.token) return null;
    const spelt = kana
      .replace(/[ぁ-ゖ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60))
      .replace(this.token, (found) => this.letters[found])
      .replace(/ッ([a-z])/g, "$1$1")
      .replaceAll("cch", "tch")
      .replace(/ー|(?<=o)[ou]|(?<=u)u/g, "");
    return spelt.split(/\s+/).filter(Boolean).map((word) => word[0].toUpperCase() + word.slice(1)).join(" ");
  }
}
