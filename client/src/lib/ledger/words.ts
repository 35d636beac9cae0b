// What does an entry say, in words? `fact` has the fields that the entry's schema gives to its kind.
import type { OwnEntry } from "../api/types";
import { capital, countryName, listed, moment, number, t, tn, tWord, type Key } from "../i18n/i18n.svelte";

export interface Fact {
  request?: string;
  role?: string;
  reason?: string;
  classes?: string[];
  minutes?: number;
  until?: string;
  collection?: string;
  fields?: number;
  cause?: string;
  reads?: number;
  review_by?: string;
  finding?: string;
  to?: string;
  from?: string;
  country?: string;
  purpose?: string;
  legal_basis?: string;
  decision?: string;
  scope?: string;
  target?: string;
  ground?: string;
  action?: string;
  automated?: boolean;
  message?: string;
  rule?: string;
}

/** The fields of an entry's fact; empty where the text is not an entry, which the check will say. */
export function factOf(entry: string): Fact {
  try {
    const fact = (JSON.parse(entry) as { fact?: unknown }).fact;
    return typeof fact === "object" && fact !== null ? (fact as Fact) : {};
  } catch {
    return {};
  }
}

export const kindWord = (kind: string): string => tWord(`kind.${kind}`, kind);
export const classWord = (name: string): string => tWord(`class.${name}`, name);
export const reasonWord = (name: string): string => tWord(`reasonFor.${name}`, name);
export const collectionWord = (name: string): string => tWord(`collection.${name}`, name);
export const fieldWord = (name: string): string => tWord(`dataField.${name}`, name);
const who = (role: string | undefined): string => tWord(`role.${role ?? "staff"}.who`, t("role.staff.who"));
const at = (iso: string | undefined): string => (iso ? moment(iso) : "");

export const realmName = (code: string): string => tWord(`realmName.${code}`, code.toUpperCase());
export const messageWord = (name: string): string => tWord(`crossing.${name}`, name);
export const purposeWord = (name: string): string => tWord(`purpose.${name}`, name);
export const ruleWord = (id: string): string => tWord(`rule.${id}`, id);
/** A sentence that stands inside another one. */
const bare = (words: string): string => words.replace(/\.$/, "");
/** Classes that are in every message and tell nothing about anybody. */
const TECHNICAL = new Set(["system.operations"]);

/** What went to another realm, and which data was in it. */
function crossed({ message, to = "", classes = [] }: Fact): string {
  const what = listed(classes.filter((name) => !TECHNICAL.has(name)).map(classWord));
  const facts = { to: realmName(to), what };
  return tWord(`crossedYou.${message}`, t("said.crossing", facts), facts);
}

/** One sentence about one entry; `role` is that of the asker where the entry itself does not say it. */
export function sentence(kind: string, fact: Fact, asker?: string): string {
  const role = who(fact.role ?? asker);
  switch (kind) {
    case "access-requested":
      return t("said.access-requested", { who: role });
    case "access-approved":
      return t("said.access-approved", { who: role });
    case "access-refused":
      return t("said.access-refused", { who: role });
    case "access-opened":
      return t("said.access-opened", { until: at(fact.until) });
    case "access-read":
      return tn("said.access-read", fact.fields ?? 0, { who: role, what: tWord(`yours.${fact.collection}`, fact.collection ?? "") });
    case "access-ended":
      return `${t(`ended.${fact.cause === "expired" || fact.cause === "revoked" ? fact.cause : "closed"}`)} ${tn("said.reads", fact.reads ?? 0)}`;
    case "break-glass":
      return t("said.break-glass", { who: role, until: at(fact.until) });
    case "break-glass-reviewed":
      return t(fact.finding === "justified" ? "said.justified" : "said.not-justified", { who: role });
    case "break-glass-overdue":
      return t("said.break-glass-overdue", { by: at(fact.review_by) });
    case "disclosure":
      return t("said.disclosure", { to: tWord(`receiver.${fact.to}`, fact.to ?? ""), country: fact.country ? countryName(fact.country) : "" });
    case "crossing":
      return crossed(fact);
    case "crossing-refused":
      return t("said.crossing-refused", { to: realmName(fact.to ?? ""), rule: bare(ruleWord(fact.rule ?? "")) });
    case "person-left":
      return t("said.person-left", { to: realmName(fact.to ?? "") });
    case "person-arrived":
      return t("said.person-arrived", { from: realmName(fact.from ?? "") });
    case "consent-receipt":
      return t(`consent.${fact.decision === "given" || fact.decision === "withdrawn" ? fact.decision : "refused"}`, {
        purpose: tWord(`purpose.${fact.purpose}`, fact.purpose ?? ""),
      });
    case "export":
      return t("said.export");
    case "erasure-tombstone":
      return t(fact.scope === "account" ? "said.erasure.account" : "said.erasure.collection");
    case "moderation-decision":
      return t("said.moderation-decision", {
        target: tWord(`moderated.${fact.target}`, fact.target ?? ""),
        action: tWord(`measure.${fact.action}`, fact.action ?? ""),
      });
    default:
      return kindWord(kind);
  }
}

export interface Detail {
  key: Key;
  words: string;
}

/** What else the entry says that a person would want to know. */
export function detailsOf(kind: string, fact: Fact): Detail[] {
  const found: Detail[] = [];
  const add = (key: Key, words: string | undefined | false): void => void (words && found.push({ key, words: capital(words) }));
  add("detail.why", fact.reason && reasonWord(fact.reason));
  add("detail.purpose", kind !== "consent-receipt" && fact.purpose !== undefined && tWord(`purpose.${fact.purpose}`, fact.purpose));
  add("detail.basis", fact.legal_basis && tWord(`basis.${fact.legal_basis}`, fact.legal_basis));
  add("detail.ground", fact.ground && tWord(`ground.${fact.ground}`, fact.ground));
  add("detail.data", fact.classes && listed(fact.classes.map(classWord)));
  add("detail.howLong", fact.minutes !== undefined && tn("detail.minutes", fact.minutes));
  add("detail.from", (kind === "access-opened" || kind === "break-glass") && fact.country !== undefined && countryName(fact.country));
  add("detail.reviewBy", kind === "break-glass" && at(fact.review_by));
  add("detail.fields", kind !== "access-read" && fact.fields !== undefined && number(fact.fields));
  add("detail.decidedBy", fact.automated !== undefined && t(fact.automated ? "detail.machine" : "detail.human"));
  return found;
}

/** Entries that belong together: one access from the asking to the end, or one entry alone. Newest first. */
export interface Chapter {
  id: string;
  entries: OwnEntry[];
  /** Of the asker. */
  role: string | undefined;
  isAccess: boolean;
  isGlass: boolean;
}

/** Put entries (newest first) into chapters; a chapter stands where its newest entry stands. */
export function chaptersOf(entries: readonly OwnEntry[]): Chapter[] {
  const chapters = new Map<string, Chapter>();
  for (const one of entries) {
    const fact = factOf(one.entry);
    const id = fact.request ?? one.id;
    const chapter = chapters.get(id) ?? { id, entries: [], role: undefined, isAccess: fact.request !== undefined, isGlass: false };
    chapters.set(id, chapter);
    chapter.entries.push(one);
    if (one.kind === "break-glass") chapter.isGlass = true;
    if (one.kind === "access-requested" || one.kind === "break-glass") chapter.role = fact.role;
  }
  return [...chapters.values()];
}

/** What an access has come to, for its headline. */
export function headline({ entries, role }: Chapter, now: number): string {
  const has = (kind: string): OwnEntry | undefined => entries.find((one) => one.kind === kind);
  const reads = entries.filter((one) => one.kind === "access-read").length;
  const opened = has("access-opened") ?? has("break-glass");
  const ended = has("access-ended");
  const facts = { who: who(role) };
  if (has("access-refused")) return t("headline.refused", facts);
  if (!opened) return t(has("access-approved") ? "headline.approved" : "headline.asked", facts);
  const until = Date.parse(factOf(opened.entry).until ?? "");
  if (!ended && until > now) return t("headline.open", { ...facts, until: moment(new Date(until).toISOString()) });
  if (reads === 1) return t("headline.lookedOnce", facts);
  return reads ? tn("headline.looked", reads, facts) : t("headline.nothing", facts);
}
