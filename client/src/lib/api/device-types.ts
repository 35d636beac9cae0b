/** The shapes of managed devices: organisations, their decisions to suspend an app, and the devices they bind. */

/** The same words in several languages, by their tags. */
export type InWords = Record<string, string>;

export type DecisionState = "draft" | "heard" | "published" | "in-force" | "under-review" | "lifted" | "lapsed";
export type Compliance = "compliant" | "not-compliant" | "exempt" | "cannot-be-verified" | "stale" | "unmanaged";
export type Duty = "decider" | "device-admin" | "approver" | "auditor";
export type Measure = "remove" | "block-installing" | "block-traffic" | "not-compliant" | "refuse-service" | "recommend";

export interface DecisionLine {
  id: string;
  version: number;
  organisation: string;
  /** Of the organisation here, where its keys are. */
  code: string;
  app: string;
  state: DecisionState;
  notice_at: string;
  deadline_at: string;
  /** When it lapses unless it is reviewed. */
  review_by: string;
  sha256: string;
  about_us: boolean;
}

/** What was signed (`contracts/devices/decision-1.json`). */
export interface DecisionDocument {
  kind: "app-suspension";
  v: 1;
  id: string;
  version: number;
  replaces_sha256?: string | null;
  authority: { organisation: string; domain: string; body: string; signatory: string };
  legal_basis: { kind: "statute" | "directive" | "internal-rule"; title: string; citation: string; url?: string | null }[];
  reason: { public: InWords; evidence: InWords; restricted_annex_sha256?: string | null };
  app: {
    name: string;
    apple?: string[];
    android?: string[];
    domains?: string[];
    covers: { app: boolean; site: boolean; embeds: boolean; successors: boolean };
    successor_clause?: InWords | null;
  };
  scope: { ownership: ("corporate" | "enrolled-personal")[]; groups: string[]; networks?: string[]; contractors?: boolean };
  measures: Measure[];
  stages: { issued_at: string; notice_at: string; deadline_at: string; review_at: string };
  exceptions: { purposes?: { code: string; words: InWords }[]; granted_by: string; mitigations?: InWords[]; longest_days: number };
  contact: { email: string; url?: string | null };
  reply: { url: string; until: string };
  signature?: string;
}

export interface Reply {
  id: string;
  by: "service" | "staff";
  /** Of the service; somebody who is bound is not named. */
  domain: string | null;
  words: string;
  at: string;
  entry: string | null;
}

export interface Review {
  at: string;
  until: string;
  reason: InWords;
  /** By the id of the reply. */
  answers: Record<string, InWords>;
  entry: string | null;
}

export interface DecisionEvent {
  what: "asked" | "published" | "replied" | "in-force" | "reviewed" | "lifted" | "replaced" | "lapsed";
  at: string;
  version: number;
  entry: string | null;
  index: number | null;
}

export interface Decision {
  line: DecisionLine;
  document: DecisionDocument;
  lifted_because: InWords | null;
  replies: Reply[];
  reviews: Review[];
  history: DecisionEvent[];
  versions: number[];
  /** `null` for what is not told because it is so few. */
  figures: { states: Record<Compliance, number | null>; about: number } | null;
}

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

export interface Organisation {
  code: string;
  name: string;
  domain: string;
  /** Domains and networks that were shown to be its own. */
  proven: string[];
  registered_at: string;
}

export interface Seat {
  handle: string;
  duties: Duty[];
  since: string;
}

/** `passkeys_only`: nobody acts for the organisation in a session that a password opened. */
export interface SignInRule {
  passkeys_only: boolean;
}

export interface OrganisationKey {
  /** RFC 7638. */
  thumbprint: string;
  jwk: Record<string, string>;
  added_at: string;
  revoked_at: string | null;
}

export interface Proof {
  id: string;
  of: "domain" | "network";
  value: string;
  /** What has to stand in a TXT record of each of `names`, or of a domain at `well_known`. */
  word: string;
  names: string[];
  well_known: string | null;
  asked_at: string;
  looked_at: string | null;
  proven_at: string | null;
  missed_at: string | null;
  lost_at: string | null;
}

export interface Exception {
  id: string;
  decision: string;
  device: string | null;
  person: string | null;
  purpose: string;
  /** Numbers of those that the decision lists, from 0. */
  mitigations: number[];
  until: string;
  asked_at: string;
  decided_at: string | null;
  granted: boolean | null;
  revoked_at: string | null;
  holds: boolean;
}

export interface NewException {
  device?: string;
  person?: string;
  purpose: string;
  mitigations: number[];
  until: string;
}

export interface Reached {
  people: number;
  told: number;
  acknowledged: number;
  not_told: string[];
}

export interface Standing {
  device: string;
  /** What the organisation calls it; null for who does not manage its devices. */
  code: string | null;
  platform: string;
  enrolment: string;
  /** Null before anybody has judged it. */
  state: Compliance | null;
  since: string | null;
  reported_at: string | null;
  source: string | null;
  entry: string | null;
}

/** A device, or somebody, as the organisation's directory has them. */
export interface DirectoryDevice {
  id: string;
  code: string;
  platform: string;
  enrolment: string;
  ownership: "corporate" | "enrolled-personal";
  person: string | null;
  active: boolean;
}

export interface DirectoryPerson {
  id: string;
  user_name: string;
  active: boolean;
}

export interface Token {
  id: string;
  purpose: string;
  made_at: string;
  expires_at: string;
  revoked_at: string | null;
}

export interface Imported {
  made: number;
  changed: number;
  unchanged: number;
  stand_otherwise: number;
}

export interface Device {
  id: string;
  code: string;
  organisation: string;
  organisation_name: string;
  platform: string;
  enrolment: string;
  ownership: "corporate" | "enrolled-personal";
  enrolled_at: string | null;
  consented_at: string | null;
  may_leave: boolean;
  visible: { seen: string[]; done: string[]; not_seen: string[] };
}

/** A decision as somebody reads it whom it binds. */
export interface Told {
  id: string;
  organisation: string;
  app: string;
  state: DecisionState;
  /** Of `reason`. */
  language: string;
  reason: string;
  notice_at: string;
  deadline_at: string;
  review_by: string;
  contact: string;
  acknowledged_at: string | null;
}
