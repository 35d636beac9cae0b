import { t, tWord } from "../i18n/i18n.svelte";

/** The realm whose pages these are, as they say themselves; empty where no server wrote them, as under Vite. */
export const here = document.querySelector<HTMLMetaElement>('meta[name="reelm:realm"]')?.content ?? "";

export const isAbroad = (realm: string): boolean => here !== "" && realm !== here;

interface Named {
  handle: string;
  realm: string;
}

/** The handle, with the realm of whoever is in another one: `ana@eu`. */
export const addressOf = ({ handle, realm }: Named): string => (isAbroad(realm) ? `${handle}@${realm}` : handle);

/** How a person is spoken of. Somebody known by one act only has no handle here. */
export const spokenOf = (person: Named): string =>
  person.handle ? `@${addressOf(person)}` : t("abroad.somebody", { in: inRealm(person.realm) });

/** A realm by itself: European Union. */
export const realmName = (code: string): string => tWord(`abroadName.${code}`, code.toUpperCase());

/** A realm in a sentence: the European Union. */
export const theRealm = (code: string): string => tWord(`abroadThe.${code}`, t("abroad.the", { realm: code.toUpperCase() }));

/** Where something is: in the European Union. */
export const inRealm = (code: string): string => tWord(`abroadIn.${code}`, t("abroad.in", { realm: code.toUpperCase() }));

/** Why something that has to do with other realms was refused, in a person's words; null for other refusals. */
export function realmRefusal(slug: string, facts: Readonly<Record<string, unknown>>): string | null {
  const code = String(facts["realm"] ?? "");
  const told = { the: theRealm(code), in: inRealm(code), realm: code.toUpperCase() };
  const rule = `abroadRule.${String(facts["rule"])}`;
  if (slug === "crossing-refused" && tWord(rule, "")) return tWord(rule, "", told);
  return tWord(`abroadRefusal.${slug}`, "", told) || null;
}
