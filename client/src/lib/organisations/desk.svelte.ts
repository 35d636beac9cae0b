// One organisation, as the person who looks may act for it.
import type { DecisionLine, Duty, Organisation, Seat } from "../api/device-types";
import { organisations } from "../api/devices";
import { Refused, wordsFor } from "../api/request";

export type Act = "appoint" | "ask-passkeys" | "prove" | "keys" | "decide" | "devices" | "ask-exception" | "decide-exception" | "evidence";
/** The same table as the server's (`organisations/policy.py`), to show only what would be taken. */
const MAY: Record<Act, readonly Duty[]> = {
  appoint: ["device-admin"],
  "ask-passkeys": ["device-admin"],
  prove: ["device-admin"],
  keys: ["decider"],
  decide: ["decider"],
  devices: ["device-admin"],
  "ask-exception": ["device-admin", "decider"],
  "decide-exception": ["approver"],
  evidence: ["auditor", "decider", "device-admin"],
};

export class Desk {
  readonly code: string;
  organisation = $state.raw<Organisation | null>(null);
  seats = $state.raw<Seat[]>([]);
  lines = $state.raw<DecisionLine[]>([]);
  /** Null while it is not known; false for somebody who does not act for it. */
  acts = $state<boolean | null>(null);
  isMissing = $state(false);
  /** Whoever acts for it has signed in with a password, and it asks for a passkey. */
  needsPasskey = $state(false);
  problem = $state("");
  #handle: string;

  constructor(code: string, handle: string) {
    this.code = code;
    this.#handle = handle;
  }

  get duties(): Duty[] {
    return this.seats.find(({ handle }) => handle === this.#handle)?.duties ?? [];
  }

  get handle(): string {
    return this.#handle;
  }

  may(act: Act): boolean {
    return this.duties.some((duty) => MAY[act].includes(duty));
  }

  /** Who may do what somebody here may not. */
  whoMay(act: Act): readonly Duty[] {
    return MAY[act];
  }

  /** Versions of one decision stand in one line: the newest. */
  get newest(): DecisionLine[] {
    const byId = new Map<string, DecisionLine>();
    for (const line of this.lines) {
      const other = byId.get(line.id);
      if (!other || other.version < line.version) byId.set(line.id, line);
    }
    return [...byId.values()].reverse();
  }

  async load(): Promise<void> {
    this.problem = "";
    this.needsPasskey = false;
    try {
      this.organisation = await organisations.one(this.code);
      if (!this.#handle) return void (this.acts = false);
      [this.seats, this.lines] = await Promise.all([organisations.staff(this.code), organisations.decisions(this.code)]);
      this.acts = true;
    } catch (failure) {
      if (failure instanceof Refused && failure.status === 404) this.isMissing = true;
      else if (failure instanceof Refused && failure.slug === "not-of-organisation") this.acts = false;
      else if (failure instanceof Refused && failure.slug === "passkey-needed") this.needsPasskey = true;
      else this.problem = wordsFor(failure);
    }
  }
}
