// What do the charts and tables about crossings show?
import type { Crossings, NamedTraffic, Realm, Traffic } from "../api/types";

/** A row of a table of totals: its words and how much. */
export interface Amount extends Traffic {
  words: string;
}

/** With words, most first, without those in which nothing went out or came in. */
export function amountsOf(totals: readonly NamedTraffic[], word: (name: string) => string): Amount[] {
  return totals
    .filter((one) => one.name !== "" && one.out + one.in > 0)
    .map((one) => ({ ...one, words: word(one.name) }))
    .sort(mostFirst);
}

export const mostFirst = (one: Amount, other: Amount): number =>
  other.out + other.in - one.out - one.in || one.words.localeCompare(other.words);

export const isQuiet = ({ days }: Crossings): boolean => days.every((one) => one.out + one.in + one.refused === 0);

/** A colour a realm, the one that is looked at first; after eight they come round again. */
export function hueOf(realms: readonly { code: string }[], code: string, here: string): number {
  const ordered = [here, ...realms.map((one) => one.code).filter((one) => one !== here)];
  return Math.max(0, ordered.indexOf(code)) % 8;
}

/** Which realm keeps the data of which place: ISO 3166 codes, a region apart before its country. */
export function homesOf(realms: readonly Realm[]): Map<string, string> {
  return new Map(realms.flatMap(({ code, countries, regions }) => [...countries, ...regions].map((place) => [place, code] as const)));
}

/** Millionths of ε, in ε. */
export const epsilon = (micro: number): number => micro / 1_000_000;

const DAY_MS = 86_400_000;

/** An ISO day some days later, UTC. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The commands by which anybody makes a day's register from the log at `url`. docs/howto/check-the-transfer-register.md explains them. */
export const registerCommand = (url: string, vkey: string, day: string): string =>
  `reelm ledger register ${url} --vkey '${vkey}' --day ${day}`;
