// What does a decision say, in the reader's language?
import type { DecisionLine, InWords } from "../api/device-types";
import { i18n, longDay, moment, t, tWord } from "../i18n/i18n.svelte";
import { chooseLanguage } from "./language";

export interface Said {
  words: string;
  language: string;
  /** Whether it is another language than the reader's. */
  isForeign: boolean;
}

const main = (tag: string): string => tag.split("-")[0] ?? tag;

/** The words of a decision for this reader. */
export function said(words: InWords): Said {
  const language = chooseLanguage(words, i18n.locale);
  return { words: words[language] ?? "", language, isForeign: main(language) !== main(i18n.locale) };
}

export const languageName = (tag: string): string => new Intl.DisplayNames([i18n.locale], { type: "language" }).of(tag) ?? tag;

/** Where a decision stands, in a sentence. */
export function standing(line: DecisionLine): string {
  const facts = { from: moment(line.deadline_at), until: longDay(line.review_by) };
  return t(`stands.${line.state}`, facts);
}

/** The same, short enough for a list. */
export function brief(line: DecisionLine): string {
  return t(`standsBrief.${line.state}`, { from: longDay(line.deadline_at), until: longDay(line.review_by) });
}

/** A field of a decision by its path, such as `legal_basis.0.title`; what has no words of its own keeps its name. */
export function fieldWords(path: string): string {
  const parts = path.split(".").filter((part) => !/^\d+$/.test(part));
  for (let length = parts.length; length > 0; length -= 1) {
    const key = `decisionField.${parts.slice(0, length).join(".")}`;
    const words = tWord(key, "");
    if (words) return parts.length > length ? `${words} (${parts.slice(length).join(", ")})` : words;
  }
  return path;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A value of a decision's field, as somebody reads it. */
export function valueWords(path: string, value: unknown): string {
  if (value === null || value === undefined) return t("data.nothing");
  if (typeof value === "boolean") return t(value ? "data.yes" : "data.no");
  if (typeof value === "string" && INSTANT.test(value)) return moment(value);
  if (typeof value === "string" && path.startsWith("measures")) return tWord(`suspendBy.${value}`, value);
  if (typeof value === "string" && path.startsWith("scope.ownership")) return tWord(`ownership.${value}`, value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
