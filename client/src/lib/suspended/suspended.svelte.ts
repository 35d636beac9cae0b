// Has an organisation suspended Reelm on this device or network, or will it? Every answer of the API may say so.

const HEADER = "Reelm-Suspension";
const KINDS = new Set(["organisation-suspension", "suspension-by-law"]);
const KNOCK_AT = "/api/v1/limits";
const DISMISSED = "reelm.suspension-read";
const TURNED = "reelm.suspension-turned";
/** A page that is refused again so soon after it was loaded anew is not loaded anew once more. */
const TURN_EVERY_MS = 20_000;

/** What the answer says that was refused (RFC 9457). */
export interface Refusal {
  title: string;
  organisation: string;
  reason: string;
  since: string;
  /** It ends then unless it is reviewed. */
  review_by: string;
  /** The address of the decision. */
  decision: string;
}

class Suspended {
  /** The decision that will bind this device or network from its deadline on. */
  coming = $state<string | null>(null);
  /** Set once an answer was refused: nothing but the notice is shown from then on. */
  refusal = $state.raw<Refusal | null>(null);
  dismissed = $state(kept(DISMISSED));
  #knocking = false;

  /** Look at an answer of the API; called for each. */
  heed(answer: Response): void {
    const decision = answer.headers.get(HEADER);
    if (decision) this.coming = decision;
    if (answer.status === 403 || answer.status === 451) void this.#read(answer.clone());
  }

  /** Ask whether we are still served, where something failed that says no more than that it did: a clip, say. */
  async knock(): Promise<void> {
    if (this.#knocking || this.refusal) return;
    this.#knocking = true;
    try {
      this.heed(await fetch(KNOCK_AT, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" }));
    } catch {
      // Nobody answers: that is no refusal.
    } finally {
      this.#knocking = false;
    }
  }

  /** Not again before the next visit. */
  dismiss(): void {
    this.dismissed = this.coming;
    keep(DISMISSED, this.coming ?? "");
  }

  /** Load the page anew, so that the server's own notice stands in its place. */
  turn(): void {
    const last = Number(kept(TURNED) ?? 0);
    if (Date.now() - last < TURN_EVERY_MS) return;
    keep(TURNED, String(Date.now()));
    location.reload();
  }

  /** A page that stays open is shown: whoever leaves it for another one gets the server's notice anew. */
  rest(): void {
    keep(TURNED, "");
  }

  async #read(answer: Response): Promise<void> {
    try {
      const problem = (await answer.json()) as Partial<Record<string, unknown>>;
      if (!KINDS.has(String(problem["type"]).split("/").pop() ?? "")) return;
      const fact = (name: string): string => String(problem[name] ?? "");
      this.refusal = { title: fact("title"), organisation: fact("organisation"), reason: fact("reason"), since: fact("since"), review_by: fact("review_by"), decision: fact("decision") };
    } catch {
      // Not ours: a proxy spoke instead of the server.
    }
  }
}

function kept(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // Kept for this page only.
  }
}

export const suspended = new Suspended();
