import en from "./en.json";
import frCA from "./fr-CA.json";

export type Key = keyof typeof en;
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
type Facts = Record<string, string | number>;

export const LOCALES = ["en", "fr-CA"] as const;
export type Locale = (typeof LOCALES)[number];
const MESSAGES: Record<Locale, Record<Key, string | Forms>> = { en, "fr-CA": frCA };
const KEPT = "reelm.locale";

/** The supported locale nearest to a BCP 47 tag, or null: `fr-FR` gives `fr-CA`, `de` gives null. */
export function nearest(tag: string | null | undefined): Locale | null {
  const language = tag?.toLowerCase().split("-")[0];
  return language === "fr" ? "fr-CA" : language === "en" ? "en" : null;
}

function first(): Locale {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // Storage is switched off: the browser's languages decide.
  }
  for (const tag of [kept, ...navigator.languages]) {
    const found = nearest(tag);
    if (found) return found;
  }
  return "en";
}

class Language {
  locale = $state<Locale>(first());

  /** Speak this language from now on, here and after a reload. */
  speak(locale: Locale): void {
    this.locale = locale;
    document.documentElement.lang = locale;
    try {
      localStorage.setItem(KEPT, locale);
    } catch {
      // Kept for this visit only.
    }
  }
}

export const i18n = new Language();

function fill(words: string, facts: Facts | undefined): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts?.[name];
    return fact === undefined ? whole : typeof fact === "number" ? number(fact) : fact;
  });
}

/** The message for `key`; numbers among `facts` are written as the language writes them. */
export function t(key: Key, facts?: Facts): string {
  const message = MESSAGES[i18n.locale][key];
  return fill(typeof message === "string" ? message : (message.other ?? key), facts);
}

/** The message for a key made of a word the server said, or that word where there is none for it. */
export function tWord(key: string, word: string, facts?: Facts): string {
  return key in en ? t(key as Key, facts) : word;
}

/** The message for `key` in the plural form that `count` asks for; `{count}` is written out. */
export function tn(key: Key, count: number, facts?: Facts): string {
  const message = MESSAGES[i18n.locale][key];
  if (typeof message === "string") return fill(message, { count, ...facts });
  const form = new Intl.PluralRules(i18n.locale).select(count);
  return fill(message[form] ?? message.other ?? key, { count, ...facts });
}

export function number(value: number): string {
  return new Intl.NumberFormat(i18n.locale).format(value);
}

/** A count short enough for a button: 1.2K, 3,4 M. */
export function short(value: number): string {
  return new Intl.NumberFormat(i18n.locale, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(i18n.locale, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

export function megabytes(bytes: number): string {
  const digits = bytes < 10_000_000 ? 1 : 0;
  return new Intl.NumberFormat(i18n.locale, {
    style: "unit",
    unit: "megabyte",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(bytes / 1_000_000);
}

/** Minutes and seconds: 1:05. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
];

/** How long ago, in words; a date once it is more than four weeks. */
export function ago(iso: string): string {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (seconds < 60) return t("time.now");
  if (seconds > 28 * 86_400) return new Intl.DateTimeFormat(i18n.locale, { dateStyle: "medium" }).format(new Date(iso));
  const [unit, size] = STEPS.findLast(([, length]) => seconds >= length) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(i18n.locale, { style: "short" }).format(-Math.floor(seconds / size), unit);
}

/** Names of countries in the person's language. */
export function countryName(code: string): string {
  return new Intl.DisplayNames([i18n.locale], { type: "region" }).of(code) ?? code;
}

/** A day and a time, to the minute. */
export function moment(iso: string): string {
  return unbroken(new Intl.DateTimeFormat(i18n.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)));
}

/** The time of day, to the minute. */
export function timeOfDay(iso: string): string {
  return unbroken(new Intl.DateTimeFormat(i18n.locale, { timeStyle: "short" }).format(new Date(iso)));
}

/** A time stays on one line: 9 h 07, 9:07 AM. */
const unbroken = (time: string): string => time.replace(" h ", "\u00a0h\u00a0").replace(/ ([AP]M)$/, "\u00a0$1");

/** A day, short: 24 Nov. */
export function shortDay(iso: string): string {
  return new Intl.DateTimeFormat(i18n.locale, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(iso));
}

/** With a capital letter in front. */
export function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase(i18n.locale) + words.slice(1);
}

/** Several words in one sentence: a, b and c. */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(i18n.locale, { type: "conjunction" }).format(words);
}
