/** Does an entry of the log say what the register says? Of a step, of a reply, and of the very words that were given. */
import { toHex, utf8 } from "../proof/bytes.ts";
import { canonical } from "./canonical.ts";

export interface Step {
  what: string;
  at: string;
  entry: string | null;
}

export interface Told {
  /** Of the decision. */
  sha256: string;
  replies: readonly { words: string; entry: string | null; by: string }[];
  reviews: readonly { entry: string | null; reason: unknown; answers: unknown; until: string }[];
  liftedBecause: unknown;
}

/** Whether `entry`, as it stands in the log, is about this step of this decision and nothing else. */
export async function tellsOf(entry: string, step: Step, told: Told): Promise<boolean> {
  const parsed = parse(entry);
  if (!parsed || parsed.id !== step.entry || parsed.fact.decision !== told.sha256) return false;
  const { kind, fact } = parsed;
  if (step.what === "replied") {
    const reply = told.replies.find((one) => one.entry === step.entry);
    return kind === "suspension-reply" && reply !== undefined && fact.by === reply.by && fact.reply === (await sha256(reply.words));
  }
  if (kind !== "suspension-step" || fact.step !== step.what) return false;
  if (step.what === "reviewed") {
    const review = told.reviews.find((one) => one.entry === step.entry);
    if (!review || Date.parse(String(fact.until)) !== Date.parse(review.until)) return false;
    return fact.record === (await sha256(canonical({ reason: review.reason, answers: review.answers })));
  }
  return step.what !== "lifted" || fact.record === (await sha256(canonical(told.liftedBecause)));
}

interface Parsed {
  id: unknown;
  kind: unknown;
  fact: Record<string, unknown>;
}

function parse(entry: string): Parsed | null {
  try {
    const { id, kind, fact } = JSON.parse(entry) as Partial<Record<string, unknown>>;
    return typeof fact === "object" && fact !== null ? { id, kind, fact: fact as Record<string, unknown> } : null;
  } catch {
    return null;
  }
}

const sha256 = async (text: string): Promise<string> => toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
