// What does the data map say, in words? A word the client does not know yet is shown as the server said it.
import type { MappedTable } from "../api/types";
import { capital, listed, t, tn, tWord } from "../i18n/i18n.svelte";
import type { Held, Kind } from "./kinds";

export const nameOf = (kind: Kind): string => capital(tWord(`class.${kind.key}`, kind.key));
export const titleOf = (table: MappedTable): string => tWord(`table.${table.name}`, table.name);
export const whatOf = (table: MappedTable): string => tWord(`tableWhat.${table.name}`, table.what);
const several = (words: string[], none: string): string => capital(words.length ? listed(words) : none);

function howLong({ until, hours, words }: MappedTable["keep"]): string {
  if (hours === null) return tWord(`until.${until}`, words);
  return hours >= 48 ? tn("dataMap.atMostDays", Math.round(hours / 24)) : tn("dataMap.atMostHours", hours);
}

/** Each question with its answer, in the order people ask. */
export function answers({ table, rule, receivers }: Held): [question: string, answer: string][] {
  return [
    [t("dataMap.why"), tWord(`use.${table.purpose}`, table.purpose)],
    [t("dataMap.howLong"), howLong(table.keep)],
    [t("dataMap.who"), several(receivers.map((one) => tWord(`receives.${one}`, one)), t("dataMap.nobody"))],
    [t("dataMap.leaves"), t(`leaves.${rule}`)],
    [t("dataMap.basis"), tWord(`basis.${table.legal_basis}`, table.legal_basis)],
    [t("dataMap.about"), several(table.subjects.map((one) => tWord(`about.${one}`, one)), t("dataMap.aboutNobody"))],
    [t("dataMap.where"), several(table.places.map((one) => tWord(`place.${one}`, one)), "")],
  ];
}

/** Everything that is shown of one place, to be searched. */
export const wordsOf = (held: Held): string =>
  [titleOf(held.table), whatOf(held.table), held.table.name, ...held.fields, ...answers(held).map(([, answer]) => answer)].join(" ");
