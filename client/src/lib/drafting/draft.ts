/** How does a form become a decision that can be signed? Field by field, with what is wrong in words (keys of messages). Pure.
 *
 * The rules are those of `devices/model.py`, so that nobody finds out at the signing desk; the server goes by its own.
 */
import type { DecisionDocument, InWords, Measure } from "../api/device-types.ts";

export const LANGUAGES = ["en", "fr-CA"] as const;
export type Words = Record<(typeof LANGUAGES)[number], string>;
export type BasisKind = DecisionDocument["legal_basis"][number]["kind"];
export const MEASURES: readonly Measure[] = ["remove", "block-installing", "block-traffic", "not-compliant", "refuse-service", "recommend"];

/** What stands in the form. Lists are one a line; times are local, as a browser's field has them. */
export interface Draft {
  id: string;
  version: number;
  replaces: string | null;
  organisation: string;
  domain: string;
  body: string;
  signatory: string;
  bases: { kind: BasisKind; title: string; citation: string; url: string }[];
  reason: Words;
  evidence: Words;
  app: string;
  apple: string;
  android: string;
  domains: string;
  covers: DecisionDocument["app"]["covers"];
  successor: Words;
  ownership: DecisionDocument["scope"]["ownership"];
  groups: string;
  networks: string[];
  contractors: boolean;
  measures: Measure[];
  noticeAt: string;
  deadlineAt: string;
  reviewAt: string;
  purposes: { code: string; words: Words }[];
  grantedBy: string;
  mitigations: Words[];
  longestDays: number;
  email: string;
  url: string;
  replyUrl: string;
  replyUntil: string;
}

export const FAULTS = [
  "authority", "basis", "reason", "evidence", "app", "ids", "domains", "nothing", "successor", "ownership", "groups", "measures",
  "recommend", "dates", "notice", "deadline", "review", "tooLong", "purposes", "grantedBy", "longestDays", "email", "replyUrl", "replyUntil", "urls",
] as const;
export type FaultName = (typeof FAULTS)[number];

const DAY_MS = 86_400_000;
const LONGEST_MS = 366 * DAY_MS;
const CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/;
const URL = /^https:\/\/[^\s"<>\\]{4,2000}$/;
const EMAIL = /^[^@\s<>"]{1,64}@[A-Za-z0-9.-]{4,253}$/;
const BUNDLE = /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
const PACKAGE = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$/;

export const noWords = (): Words => ({ en: "", "fr-CA": "" });

/** Those languages that have words; null where none has. */
export function inWords(words: Words): InWords | null {
  const kept = LANGUAGES.map((language) => [language, words[language].trim()] as const).filter(([, text]) => text);
  return kept.length ? Object.fromEntries(kept) : null;
}

const wordsOf = (words: InWords | null | undefined): Words => ({ en: words?.["en"] ?? "", "fr-CA": words?.["fr-CA"] ?? words?.["fr"] ?? "" });
export const lines = (text: string): string[] => [...new Set(text.split(/[\n,;]+/).map((one) => one.trim()).filter(Boolean))];

/** A local time of a field as an instant to the second, in UTC; null where it is none. */
export function asInstant(local: string): string | null {
  const at = new Date(local);
  return local && Number.isFinite(at.getTime()) ? `${at.toISOString().slice(0, 19)}Z` : null;
}

/** A moment as a browser's field has it, to the minute. */
export function asLocal(at: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** An empty form: noticed tomorrow morning, in force two weeks later, to be reviewed in half a year. */
export function emptyDraft({ name, domain }: { name: string; domain: string }, now: Date, id: string): Draft {
  const morning = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  const later = (days: number): string => asLocal(new Date(morning.getTime() + days * DAY_MS));
  return {
    id: `urn:uuid:${id}`,
    version: 1,
    replaces: null,
    organisation: name,
    domain,
    body: "",
    signatory: "",
    bases: [{ kind: "internal-rule", title: "", citation: "", url: "" }],
    reason: noWords(),
    evidence: noWords(),
    app: "",
    apple: "",
    android: "",
    domains: "",
    covers: { app: true, site: true, embeds: false, successors: false },
    successor: noWords(),
    ownership: ["corporate"],
    groups: "everybody",
    networks: [],
    contractors: false,
    measures: [],
    noticeAt: later(0),
    deadlineAt: later(14),
    reviewAt: later(180),
    purposes: [],
    grantedBy: "",
    mitigations: [],
    longestDays: 90,
    email: "",
    url: "",
    replyUrl: `https://${domain}/`,
    replyUntil: later(13),
  };
}

/** The next version of a decision, with the dates of an empty form. */
export function nextVersion(document: DecisionDocument, sha256: string, now: Date): Draft {
  const { authority, app, scope, exceptions, contact, reply } = document;
  return {
    ...emptyDraft({ name: authority.organisation, domain: authority.domain }, now, ""),
    id: document.id,
    version: document.version + 1,
    replaces: sha256,
    body: authority.body,
    signatory: authority.signatory,
    bases: document.legal_basis.map((one) => ({ ...one, url: one.url ?? "" })),
    reason: wordsOf(document.reason.public),
    evidence: wordsOf(document.reason.evidence),
    app: app.name,
    apple: (app.apple ?? []).join("\n"),
    android: (app.android ?? []).join("\n"),
    domains: (app.domains ?? []).join("\n"),
    covers: { ...app.covers },
    successor: wordsOf(app.successor_clause),
    ownership: [...scope.ownership],
    groups: scope.groups.join("\n"),
    networks: [...(scope.networks ?? [])],
    contractors: scope.contractors ?? false,
    measures: [...document.measures],
    purposes: (exceptions.purposes ?? []).map(({ code, words }) => ({ code, words: wordsOf(words) })),
    grantedBy: exceptions.granted_by,
    mitigations: (exceptions.mitigations ?? []).map(wordsOf),
    longestDays: exceptions.longest_days,
    email: contact.email,
    url: contact.url ?? "",
    replyUrl: reply.url,
  };
}

/** What is wrong, in the order of the form; nothing where the document can be signed. */
export function findFaults(draft: Draft, now: Date): FaultName[] {
  const faults: FaultName[] = [];
  const need = (name: FaultName, holds: boolean): void => void (holds || faults.push(name));
  const { covers } = draft;
  const [apple, android, domains, groups] = [draft.apple, draft.android, draft.domains, draft.groups].map(lines) as [string[], string[], string[], string[]];
  need("authority", Boolean(draft.organisation.trim() && draft.body.trim() && draft.signatory.trim()) && DOMAIN.test(draft.domain));
  need("basis", draft.bases.length > 0 && draft.bases.every(({ title, citation }) => title.trim() && citation.trim()));
  need("reason", inWords(draft.reason) !== null);
  need("evidence", inWords(draft.evidence) !== null);
  need("app", Boolean(draft.app.trim()));
  need("nothing", covers.app || covers.site);
  need("ids", (!covers.app || apple.length + android.length > 0) && apple.every((one) => BUNDLE.test(one)) && android.every((one) => PACKAGE.test(one)));
  need("domains", (!covers.site || domains.length > 0) && domains.every((one) => DOMAIN.test(one)));
  need("successor", !covers.successors || inWords(draft.successor) !== null);
  need("ownership", draft.ownership.length > 0);
  need("groups", groups.length > 0 && groups.every((one) => CODE.test(one)));
  need("measures", draft.measures.length > 0);
  need("recommend", !draft.measures.includes("recommend") || draft.measures.length === 1);
  checkDates(draft, now, need);
  const codes = draft.purposes.map(({ code }) => code.trim());
  need("purposes", codes.every((one) => CODE.test(one)) && new Set(codes).size === codes.length && draft.purposes.every(({ words }) => inWords(words)));
  need("grantedBy", Boolean(draft.grantedBy.trim()));
  need("longestDays", Number.isInteger(draft.longestDays) && draft.longestDays >= 1 && draft.longestDays <= 366);
  need("email", EMAIL.test(draft.email.trim()));
  need("replyUrl", URL.test(draft.replyUrl.trim()));
  need("urls", [draft.url, ...draft.bases.map(({ url }) => url)].every((one) => !one.trim() || URL.test(one.trim())));
  return faults;
}

function checkDates(draft: Draft, now: Date, need: (name: FaultName, holds: boolean) => void): void {
  const [notice, deadline, review, reply] = [draft.noticeAt, draft.deadlineAt, draft.reviewAt, draft.replyUntil].map((one) => Date.parse(asInstant(one) ?? "")) as [number, number, number, number];
  if (![notice, deadline, review, reply].every(Number.isFinite)) return need("dates", false);
  need("notice", notice >= now.getTime());
  need("deadline", deadline > notice);
  need("review", review > deadline);
  need("tooLong", review - now.getTime() <= LONGEST_MS);
  need("replyUntil", reply <= deadline);
}

/** The document to be signed; `findFaults` has found nothing. */
export function makeDocument(draft: Draft, now: Date): DecisionDocument {
  const words = (one: Words): InWords => inWords(one) ?? {};
  const { covers } = draft;
  return {
    kind: "app-suspension",
    v: 1,
    id: draft.id,
    version: draft.version,
    ...(draft.replaces ? { replaces_sha256: draft.replaces } : {}),
    authority: { organisation: draft.organisation.trim(), domain: draft.domain, body: draft.body.trim(), signatory: draft.signatory.trim() },
    legal_basis: draft.bases.map(({ kind, title, citation, url }) => ({ kind, title: title.trim(), citation: citation.trim(), ...(url.trim() ? { url: url.trim() } : {}) })),
    reason: { public: words(draft.reason), evidence: words(draft.evidence) },
    app: {
      name: draft.app.trim(),
      apple: lines(draft.apple),
      android: lines(draft.android),
      domains: lines(draft.domains),
      covers: { ...covers },
      ...(covers.successors ? { successor_clause: words(draft.successor) } : {}),
    },
    scope: { ownership: [...draft.ownership], groups: lines(draft.groups), networks: [...draft.networks], contractors: draft.contractors },
    measures: MEASURES.filter((one) => draft.measures.includes(one)),
    stages: {
      issued_at: `${now.toISOString().slice(0, 19)}Z`,
      notice_at: asInstant(draft.noticeAt) ?? "",
      deadline_at: asInstant(draft.deadlineAt) ?? "",
      review_at: asInstant(draft.reviewAt) ?? "",
    },
    exceptions: {
      purposes: draft.purposes.map(({ code, words: said }) => ({ code: code.trim(), words: words(said) })),
      granted_by: draft.grantedBy.trim(),
      mitigations: draft.mitigations.filter((one) => inWords(one)).map(words),
      longest_days: draft.longestDays,
    },
    contact: { email: draft.email.trim(), ...(draft.url.trim() ? { url: draft.url.trim() } : {}) },
    reply: { url: draft.replyUrl.trim(), until: asInstant(draft.replyUntil) ?? "" },
  };
}
