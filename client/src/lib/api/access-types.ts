/** The shapes of staff access: who asks to look at whose private data, and what they see. */
import type { Person } from "./types";

export interface AccessTerms {
  reasons: string[];
  collections: { name: string; classes: string[] }[];
  classes: string[];
  min_minutes: number;
  max_minutes: number;
  break_glass_max_minutes: number;
  review_hours: number;
}

export interface AccessAsked {
  handle: string;
  reason: string;
  classes: string[];
  minutes: number;
}

export type AccessState = "asked" | "approved" | "refused" | "open" | "ended";
export type Finding = "justified" | "not-justified";

export interface AccessRequest {
  id: string;
  state: AccessState;
  /** Whoever was forgotten since is null. */
  subject: Person | null;
  asked_by: Person | null;
  decided_by: Person | null;
  reason: string;
  classes: string[];
  minutes: number;
  break_glass: boolean;
  asked_at: string;
  decided_at: string | null;
  opened_at: string | null;
  ends_at: string | null;
  ended_at: string | null;
  end_cause: "expired" | "closed" | "revoked" | null;
  reads: number;
  review: {
    due_at: string;
    reviewed_at: string | null;
    reviewed_by: Person | null;
    finding: Finding | null;
    overdue: boolean;
  } | null;
  may: { approve: boolean; refuse: boolean; open: boolean; end: boolean; review: boolean; read: boolean };
}

export interface DataField {
  name: string;
  class: string;
  value: unknown;
}

export interface AccessData {
  collection: string;
  person: Person;
  fields?: DataField[] | null;
  rows?: DataField[][] | null;
  entry_id: string | null;
  index: number | null;
}
