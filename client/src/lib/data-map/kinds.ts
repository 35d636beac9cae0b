// How is the data map read by kind of data? The server gives it by table; people ask about kinds.
import type { DataMap, MappedTable, RealmRule } from "../api/types";

/** The fields of one kind that one table holds under one realm rule. */
export interface Held {
  table: MappedTable;
  rule: RealmRule;
  fields: string[];
}

export interface Kind {
  key: string;
  personal: boolean;
  held: Held[];
}

/** From what stays at home to what is about nobody. */
const FROM_STRICT: RealmRule[] = ["stays-home", "aggregate-only", "pseudonym-may-cross", "public-copy-may-cross", "not-personal"];

/** Every kind of data that is held at all, those about people first. */
export function kindsOf(map: DataMap): Kind[] {
  const kinds = map.classes.map(({ key, personal }) => ({ key, personal, held: map.tables.flatMap((table) => heldIn(table, key)) }));
  const found = kinds.filter((kind) => kind.held.length > 0);
  return [...found.filter((kind) => kind.personal), ...found.filter((kind) => !kind.personal)];
}

function heldIn(table: MappedTable, key: string): Held[] {
  const byRule = new Map<RealmRule, string[]>();
  for (const column of table.columns) {
    if (column.data_class === key) byRule.set(column.realm_rule, [...(byRule.get(column.realm_rule) ?? []), column.name]);
  }
  return [...byRule].map(([rule, fields]) => ({ table, rule, fields }));
}

/** The rule of a kind that lets most cross. */
export function widest(kind: Kind): RealmRule {
  return FROM_STRICT[Math.max(...kind.held.map((one) => FROM_STRICT.indexOf(one.rule)))] ?? "not-personal";
}

/** Letters as they are searched for: without case and accents. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What matches every word of `query`; a kind whose own name matches is kept whole. `wordsOf` says what a place reads like. */
export function matching(kinds: Kind[], query: string, nameOf: (kind: Kind) => string, wordsOf: (held: Held) => string): Kind[] {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => wanted.every((word) => plain(text).includes(word));
  return kinds.flatMap((kind) => {
    const name = nameOf(kind);
    const held = has(name) ? kind.held : kind.held.filter((one) => has(`${name} ${wordsOf(one)}`));
    return held.length ? [{ ...kind, held }] : [];
  });
}
