/** The languages that can be chosen, by how many people speak them; more can come from the account. */
const OFFERED = [
  "en", "fr", "es", "pt", "de", "it", "nl", "pl", "uk", "ru", "tr", "ar", "fa", "he", "hi", "bn", "ur", "ta",
  "zh", "ja", "ko", "vi", "th", "id", "sw", "el", "ro", "cs", "sv", "da", "fi", "nb",
] as const; // prettier-ignore

/** A language by its name in `locale`: fr gives French, or français. */
export function languageName(code: string, locale: string): string {
  const name = new Intl.DisplayNames(locale, { type: "language", fallback: "code" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

/** What can still be chosen, in the order of the names. */
export function languagesLeft(chosen: readonly string[], locale: string): { code: string; name: string }[] {
  const left = OFFERED.filter((code) => !chosen.includes(code));
  return left.map((code) => ({ code, name: languageName(code, locale) })).sort((one, other) => one.name.localeCompare(other.name, locale));
}
