import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { OwnEntry } from "../api/types";
import { ledger, type Checkable } from "./ledger.svelte";

export const LOOK_EVERY_MS = 2000;
/** A log that nothing new about this person came into is looked at this often, for forks and rollbacks. */
const LOOK_ANYWAY_MS = 30_000;

export const checkable = (one: OwnEntry): Checkable => ({ id: one.id, index: one.index, text: one.entry });

/** The entries that name this person, newest first, kept fresh while the page is open. */
export class AboutMe {
  entries = $state<OwnEntry[]>([]);
  cursor = $state<string | null>(null);
  loaded = $state(false);
  problem = $state("");
  #lookedAt = 0;
  #busy = false;

  async load(): Promise<void> {
    this.problem = "";
    try {
      const page = await api.ownEntries(this.cursor);
      this.entries.push(...page.items.filter((one) => !this.entries.some(({ id }) => id === one.id)));
      this.cursor = page.next_cursor;
      this.loaded = true;
      await this.#verify(page.size);
    } catch (failure) {
      this.problem = wordsFor(failure);
    }
  }

  /** Whether something new is there; nothing is said where nobody answers, the next look will tell. */
  async refresh(): Promise<void> {
    if (this.#busy || !this.loaded) return;
    this.#busy = true;
    try {
      const page = await api.ownEntries();
      const known = new Map(this.entries.map((one) => [one.id, one]));
      const fresh = page.items.filter((one) => !known.has(one.id));
      const published = page.items.filter((one) => one.index !== null && known.get(one.id)?.index === null);
      if (published.length) {
        const now = new Map(published.map((one) => [one.id, one]));
        this.entries = this.entries.map((one) => now.get(one.id) ?? one);
      }
      if (fresh.length) this.entries.unshift(...fresh);
      await this.#verify(page.size);
    } catch {
      // The page says what it said before.
    } finally {
      this.#busy = false;
    }
  }

  /** Check everything on the page from the beginning, past the browser's cache. */
  async again(): Promise<void> {
    await ledger.look({ anew: true });
    this.#lookedAt = Date.now();
    await ledger.check(this.entries.map(checkable));
  }

  async #verify(size: number): Promise<void> {
    const behind = size > (ledger.sighting?.checkpoint.size ?? -1);
    if (ledger.state === "idle" || ledger.state === "unreachable" || (behind && !ledger.fault) || Date.now() - this.#lookedAt > LOOK_ANYWAY_MS) {
      this.#lookedAt = Date.now();
      await ledger.look();
    }
    await ledger.check(this.entries.map(checkable));
  }
}
