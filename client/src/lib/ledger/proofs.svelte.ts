import type { Checkable } from "./ledger.svelte";

export type Place = "subject" | "actor" | "anybody";

export interface Shown {
  one: Checkable;
  /** The entry in a sentence. */
  says: string;
  /** As what the person stands in it; it is `anybody`’s where they don’t. */
  place: Place;
}

/** Which proof is open; its sheet is at the root of the app, so that a list may change underneath. */
class Proofs {
  shown = $state.raw<Shown | null>(null);

  open(shown: Shown): void {
    this.shown = shown;
  }

  close(): void {
    this.shown = null;
  }
}

export const proofs = new Proofs();
