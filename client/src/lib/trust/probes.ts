// What did a daily check of a log find, in words?
import type { Probe } from "../api/types";
import { listed, longDay, number, t } from "../i18n/i18n.svelte";
import { collectionWord, kindWord, realmName } from "../ledger/words";

const factsOf = (one: Probe): Record<string, string> => ({
  realm: realmName(one.realm),
  day: longDay(one.day),
  found: number(one.found),
  expected: number(one.expected),
});

/** The newest one of a realm. */
export const probeWords = (one: Probe): string =>
  t(one.expected > 0 ? "trust.probeFound" : "trust.probeClosed", factsOf(one));

/** One that did not find just what should be there. */
export function failedWords(one: Probe): string {
  if (one.missing.length === 0) return t("trust.probeSurplus", factsOf(one));
  return t("trust.probeMissing", { ...factsOf(one), missing: listed(one.missing.map(entryWords)) });
}

/** An entry is named by its kind and, of a look, by what was looked at. */
function entryWords(name: string): string {
  const [kind = "", collection = ""] = name.split(" ");
  return collection ? `${kindWord(kind)} (${collectionWord(collection)})` : kindWord(kind);
}
