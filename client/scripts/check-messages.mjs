// Fails when a message is missing, extra, empty, unused or asks for other facts in another language,
// when a plural lacks a form its language has, when a line may begin with a French sign or a straight apostrophe
// stands in a word, and when a component shows text of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const SRC = new URL("../src", import.meta.url).pathname;
const MESSAGES = join(SRC, "lib/i18n");
const REFERENCE = "en";
/** Attributes a person sees or hears. */
const SPOKEN = /\s(?:aria-label|aria-valuetext|aria-roledescription|title|placeholder|alt)="([^"{}]*[A-Za-zÀ-ÿ]{2}[^"{}]*)"/g;
/** An apostrophe that is none, and a space where the line may break before or after a French sign. */
const ILL_SET = /\p{L}'\p{L}| [:»%]|« /u;
/** Names and signs that are the same in every language. */
const NEUTRAL = /^[\s\d\W]*$|^Reelm$/;

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const factsOf = (message) => {
  const words = typeof message === "string" ? [message] : Object.values(message);
  return words.map((one) => [...new Set(one.match(/\{\w+\}/g) ?? [])].sort().join(" "));
};
const faults = [];

const catalogues = new Map(
  readdirSync(MESSAGES)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(MESSAGES, name), "utf8"))]),
);
const reference = catalogues.get(REFERENCE);

for (const [locale, messages] of catalogues) {
  const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  for (const key of Object.keys(reference)) if (!(key in messages)) faults.push(`${locale}: missing "${key}"`);
  for (const [key, message] of Object.entries(messages)) {
    if (!(key in reference)) {
      faults.push(`${locale}: extra "${key}"`);
      continue;
    }
    const words = typeof message === "string" ? [message] : Object.values(message);
    if (words.length === 0 || words.some((one) => one.trim() === "")) faults.push(`${locale}: empty "${key}"`);
    for (const one of words) if (ILL_SET.test(one)) faults.push(`${locale}: "${key}" is ill set: ${one}`);
    if (typeof message !== typeof reference[key]) faults.push(`${locale}: "${key}" is a plural in one language only`);
    else if (typeof message === "object") {
      for (const form of forms) if (!(form in message)) faults.push(`${locale}: "${key}" lacks the form "${form}"`);
    }
    const wanted = factsOf(reference[key]).at(-1);
    for (const facts of factsOf(message)) {
      if (facts !== wanted) faults.push(`${locale}: "${key}" has the facts [${facts}], ${REFERENCE} has [${wanted}]`);
    }
  }
}

const used = new Set();
const prefixes = new Set();
for (const path of files(SRC).filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith(".d.ts"))) {
  const source = readFileSync(path, "utf8");
  for (const [, key] of source.matchAll(/["'`]([A-Za-z][\w.-]*)["'`]/g)) if (key in reference) used.add(key);
  for (const [, prefix] of source.matchAll(/`([a-z][A-Za-z]*\.)\$\{/g)) prefixes.add(prefix);
  if (!path.endsWith(".svelte")) continue;
  const name = relative(SRC, path);
  const markup = source
    .replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, "")
    .replace(/\s(?:class|style|id|data-[\w-]+|d|viewBox)(?::[\w-]+)?="[^"]*"/g, "");
  for (const [, text] of markup.matchAll(SPOKEN)) faults.push(`${name}: shows "${text}" that is no message`);
  for (const text of shownIn(markup)) if (!NEUTRAL.test(text)) faults.push(`${name}: shows "${text}" that is no message`);
}
for (const key of Object.keys(reference)) {
  if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix))) faults.push(`${REFERENCE}: nobody uses "${key}"`);
}

/** The text between tags, with tags and expressions (which may nest) taken out. */
function* shownIn(markup) {
  let text = "";
  let braces = 0;
  let inTag = false;
  for (const letter of markup) {
    if (letter === "{") braces += 1;
    else if (letter === "}") braces -= 1;
    else if (braces > 0) continue;
    else if (letter === "<") {
      inTag = true;
      if (text.trim()) yield text.trim();
      text = "";
    } else if (letter === ">" && inTag) inTag = false;
    else if (!inTag) text += letter;
  }
  if (text.trim()) yield text.trim();
}

if (faults.length) {
  console.error(faults.join("\n"));
  console.error(`${faults.length} faults in the messages.`);
  process.exit(1);
}
console.log(`${Object.keys(reference).length} messages in ${catalogues.size} languages: complete.`);
