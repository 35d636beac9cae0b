/** In which of its languages does somebody read a decision? As the server chooses (`register/telling.py`). */
const FALLBACK = "en";

/** The language itself, another of the same name, English, or the first there is. */
export function chooseLanguage(words: Readonly<Record<string, string>>, wanted: string): string {
  const has = Object.keys(words);
  if (has.includes(wanted)) return wanted;
  const main = wanted.split("-")[0];
  const alike = has.find((language) => language.split("-")[0] === main);
  return alike ?? (has.includes(FALLBACK) ? FALLBACK : (has[0] ?? FALLBACK));
}
