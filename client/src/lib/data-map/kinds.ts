// How is the data map read by kind of data? The server gives it by table; people ask about kinds.
import type { DataMap, MappedTable, RealmRule } from "../api/types";

/** The fields of one kind that one table holds under one realm rule for the same receivers. */
export interface Held {
  id: string;
  table: MappedTable;
  rule: RealmRule;
  receivers: string[];
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
  const alike = new Map<string, Held>();
  for (const { name, data_class, realm_rule: rule, receivers } of table.columns.filter((column) => column.data_class === key)) {
    const id = [table.name, data_class, rule, ...receivers].join(" ");
    const held = alike.get(id) ?? { id, table, rule, receivers, fields: [] };
    held.fields.push(name);
    alike.set(id, held);
  }
  return [...alike.values()];
}

/** The rule of a kind that lets most cross. */
export function widest(kind: Kind): RealmRule {
  return FROM_STRICT[Math.max(...kind.held.map((one) => FROM_STRICT.indexOf(one.rule)))] ?? "not-personal";
}

/** Letters as they are searched for: without case and accents. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * What matches every word of `query`: kinds by their name or a field, or else by whatever is written of them, so that
 * whoever looks for a birth date is not shown all that stands beside one. `wordsOf` says how a place reads.
 */
export function matching(kinds: Kind[], query: string, nameOf: (kind: Kind) => string, wordsOf: (held: Held) => string): Kind[] {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => wanted.every((word) => plain(text).includes(word));
  const narrowed = (words: (held: Held, kind: Kind) => string): Kind[] =>
    kinds.flatMap((kind) => {
      const held = has(nameOf(kind)) ? kind.held : kind.held.filter((one) => has(words(one, kind)));
      return held.length ? [{ ...kind, held }] : [];
    });
  const named = narrowed(({ fields }) => fields.join(" "));
  return named.length ? named : narrowed((held, kind) => `${nameOf(kind)} ${wordsOf(held)}`);
}
