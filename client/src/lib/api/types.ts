/** The shapes the server answers with, as the contract names them. Times are ISO 8601 in UTC. */

export interface Person {
  handle: string;
  display_name: string;
  avatar: string | null;
  realm: string;
}

export interface Me extends Person {
  id: string;
  bio: string;
  country: string;
  region: string | null;
  locale: string;
  created_at: string;
  role: Role;
}

export type Role = "viewer" | "moderator" | "operator" | "auditor" | "device-admin";

export interface Profile extends Person {
  bio: string;
  counts: { followers: number; following: number; videos: number; likes: number };
  you: { follows: boolean; is_you: boolean; muted: boolean };
}

export interface Followed {
  following: boolean;
  followers: number;
}

export interface ProblemDetail {
  type: string;
  title: string;
  status: number;
  detail: string;
}

export interface Rendition {
  url: string;
  width: number;
  height: number;
  codec: string;
  bitrate: number;
  bytes: number;
}

export interface You {
  liked: boolean;
  follows_author: boolean;
  is_author: boolean;
}

export interface Video {
  id: string;
  state: "processing" | "published" | "failed" | "removed";
  stage: "received" | "probing" | "transcoding" | "published" | "failed";
  problem?: ProblemDetail | null;
  caption: string;
  visibility: "public" | "private";
  allow_comments: boolean;
  /** From which age on it may be watched; null: by everybody. */
  age_limit: number | null;
  author: Person;
  created_at: string;
  published_at: string | null;
  duration_ms: number | null;
  width: number | null;
  height: number | null;
  poster: string | null;
  /** base64 ThumbHash */
  placeholder: string | null;
  /** smallest first */
  renditions: Rendition[];
  counts: { views: number; likes: number; comments: number; shares: number };
  /** Where the clip is at home. */
  realm: string;
}

export type VideoAndYou = Video & { you: You };

export interface Comment {
  id: string;
  author: Person;
  text: string;
  created_at: string;
  you: { is_author: boolean; may_delete: boolean };
}

export interface Notification {
  id: string;
  kind: "like" | "comment" | "follow" | "move";
  actor: Person;
  video_id?: string | null;
  poster?: string | null;
  text?: string | null;
  at: string;
  read: boolean;
  /** Where somebody moves and from when on, with word of that; null once the decision has been taken back. */
  due?: Due | null;
}

/** A decision moves whoever is told of it to `realm`, from `at` on. */
export interface Due {
  realm: string;
  at: string;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Limits {
  upload: { max_bytes: number; max_duration_s: number };
  caption: { max_chars: number };
  comment: { max_chars: number };
}

/** The realm that serves a place; `address` is empty where it is not known. */
export interface Home {
  realm: string;
  address: string;
}

export interface Country extends Home {
  code: string;
  minimum_age: number;
  regions: (Home & { code: string; minimum_age: number })[];
}

export interface Realm {
  code: string;
  /** In the language that was asked for. */
  name: string;
  address: string;
  is_this: boolean;
  frame: string;
  minimum_age: number;
  countries: string[];
  regions: string[];
}

/** An entry of the public log that names the person who asks. */
export interface OwnEntry {
  id: string;
  kind: string;
  at: string;
  /** Its place in the log; null until it is published. */
  index: number | null;
  state: "waiting" | "published";
  role: "subject" | "actor";
  /** Canonical JSON, word for word as it is logged. */
  entry: string;
}

export interface Witness {
  name: string;
  vkey: string;
  state: "fresh" | "stale" | "silent" | "faulty";
  cosigned_at: string | null;
  size: number | null;
  fault: string | null;
}

/** A day's look at a made-up account: entries expected in a realm's log and found there. */
export interface Probe {
  realm: string;
  day: string;
  expected: number;
  found: number;
  missing: string[];
}

export interface Trust {
  realm: string;
  origin: string;
  url: string;
  vkey: string;
  vkeys: string[];
  size: number;
  root: string;
  checkpoint: string;
  published_at: string | null;
  waiting: number;
  entries_by_kind: { kind: string; count: number }[];
  /** The last thirty days. */
  entries_by_day: { day: string; kind: string; count: number }[];
  witnesses: Witness[];
  quorum: { needed: number; have: number; met: boolean; policy: string | null };
  break_glass: { open: number; overdue: number };
  probes: { newest: Probe[]; failed: Probe[]; late: boolean };
  running: { version: string; code: string | null };
  hand_overs: string[];
  witness_vkey: string | null;
}

/** Where one's account is at home. `due`: the realm that it moves to, and when, once that has been decided. */
export interface Residence {
  due?: Due | null;
}

export interface Passkey {
  id: string;
  name: string;
  made_at: string;
  used_at: string | null;
}

export interface SignIn {
  id: string;
  device: string;
  since: string;
  expires_at: string;
  by_passkey: boolean;
  is_this: boolean;
}

export type RightsState = "asked" | "waiting" | "working" | "ready" | "done" | "called-off";

export interface RightsRequest {
  id: string;
  right: "access" | "erasure";
  state: RightsState;
  law: string;
  names: Record<string, string>;
  source: string;
  asked_at: string;
  starts_at: string;
  due_at: string;
  by_law: string;
  last_day: string;
  standing: "running" | "due" | "overdue" | null;
  done: number;
  total: number;
  ends_at: string | null;
  problem: string | null;
  sha256: string | null;
  bytes: number | null;
}

export type MoveStep = "asked" | "copying" | "copied" | "verified" | "switched" | "erased" | "done" | "refused" | "cancelled";

/** Where the two logs tell of a move. */
export interface MoveReceipt {
  move: string;
  left_realm: string;
  left_index: number;
  arrived_realm: string;
  arrived_index: number;
  digest: string;
}

/** One's last move, as the realm that is asked sees it. */
export interface Move {
  id: string;
  from_realm: string;
  to_realm: string;
  step: MoveStep;
  /** The one they have there. */
  handle: string;
  parts: number;
  parts_done: number;
  digest: string;
  /** Why the other realm did not take them. */
  problem: string | null;
  asked_at: string;
  step_at: string;
  /** Of the realm that they move to, where it is known. */
  address: string | null;
  receipt: MoveReceipt | null;
}

export type RealmRule = "stays-home" | "aggregate-only" | "pseudonym-may-cross" | "public-copy-may-cross" | "not-personal";

export interface MappedTable {
  name: string;
  what: string;
  purpose: string;
  legal_basis: string;
  keep: { until: "time" | "removed" | "account" | "log" | "realm"; hours: number | null; words: string };
  receivers: string[];
  subjects: string[];
  places: string[];
  columns: { name: string; data_class: string; realm_rule: RealmRule; receivers: string[]; points_to: string | null }[];
}

export interface DataMap {
  taxonomy: string;
  classes: { key: string; own: boolean; personal: boolean; private: boolean; realm_rule: RealmRule }[];
  tables: MappedTable[];
}

/** Messages that went out, came in and were refused; bytes that went or came. */
export interface Traffic {
  out: number;
  in: number;
  refused: number;
  bytes: number;
}

export interface NamedTraffic extends Traffic {
  name: string;
}

/** Totals over some days; `from` and `to` are codes of realms or, for what was given to others, of countries. */
export interface Crossings {
  realm: string;
  first: string;
  last: string;
  days: (Traffic & { day: string })[];
  routes: (Traffic & { from: string; to: string })[];
  messages: NamedTraffic[];
  purposes: NamedTraffic[];
  classes: NamedTraffic[];
  refused: { rule: string; to: string; count: number }[];
  spent: { to: string; spent_micro: number; most_in_a_day_micro: number }[];
  cap_micro_per_day: number;
}

export interface Transfer {
  day: string;
  direction: "out" | "in" | "refused";
  from: string;
  to: string;
  message: string;
  purpose: string;
  legal_basis: string;
  classes: string;
  assessment: string;
  agreement: string;
  policy: string;
  rule: string;
  messages: number;
  fields: number;
  bytes: number;
  epsilon_micro: number;
}

export interface Transfers {
  origin: string;
  day: string;
  size: number;
  rows: Transfer[];
}

export interface Policies {
  digest: string | null;
  policies: { id: string; effect: "permit" | "forbid"; text: string }[];
  assessments: {
    from: string;
    to: string;
    assessment: string;
    made: string;
    valid_until: string;
    in_force: boolean;
    law: string;
    agreement: string;
    agreement_file: string;
    purposes: string[];
  }[];
  files: { name: string; text: string }[];
  fault: { file: string; fault: string } | null;
  history: { index: number; at: string; digest: string; routes: number }[];
}

export type * from "./access-types";
export type * from "./feed-types";
