import { api } from "../api/api";
import { Refused, wordsFor } from "../api/request";
import type { AccessAsked, AccessData, AccessRequest, AccessTerms, Finding } from "../api/types";

export const LOOK_EVERY_MS = 3000;

/** What the staff console knows: the rules, the requests, and what was read in this visit. */
export class Desk {
  terms = $state.raw<AccessTerms | null>(null);
  requests = $state<AccessRequest[]>([]);
  cursor = $state<string | null>(null);
  overdue = $state(0);
  loaded = $state(false);
  /** The server says that this is not for this person. */
  closed = $state(false);
  problem = $state("");
  /** Data on the screen, by request. It goes when the access ends, and is never kept anywhere. */
  data = $state<Record<string, AccessData[]>>({});
  #busy = false;

  async load(): Promise<void> {
    this.problem = "";
    try {
      const [terms, page] = await Promise.all([api.accessTerms(), api.accessRequests()]);
      this.terms = terms;
      this.requests = page.items;
      this.cursor = page.next_cursor;
      this.overdue = page.overdue;
      this.loaded = true;
    } catch (failure) {
      this.closed = failure instanceof Refused && (failure.status === 403 || failure.status === 401);
      this.problem = wordsFor(failure);
    }
  }

  async more(): Promise<void> {
    try {
      const page = await api.accessRequests(this.cursor);
      for (const one of page.items) this.#put(one);
      this.cursor = page.next_cursor;
    } catch (failure) {
      this.problem = wordsFor(failure);
    }
  }

  async refresh(): Promise<void> {
    if (this.#busy || !this.loaded) return;
    this.#busy = true;
    try {
      const page = await api.accessRequests();
      for (const one of page.items.toReversed()) this.#put(one);
      this.overdue = page.overdue;
    } catch {
      // The next look will tell.
    } finally {
      this.#busy = false;
    }
  }

  async ask(json: AccessAsked): Promise<void> {
    this.#put(await api.askForAccess(json));
  }

  async breakGlass(json: AccessAsked): Promise<void> {
    this.#put(await api.breakGlass(json));
  }

  async move(id: string, move: "approve" | "refuse" | "open" | "end"): Promise<void> {
    this.#put(await api.moveAccess(id, move));
  }

  async review(id: string, finding: Finding): Promise<void> {
    this.#put(await api.reviewAccess(id, finding));
    await this.refresh();
  }

  async read(id: string, collection: string): Promise<AccessData> {
    const data = await api.readAccess(id, collection);
    this.data[id] = [data, ...(this.data[id] ?? []).filter((one) => one.collection !== collection)];
    void this.refresh();
    return data;
  }

  /** What this person has to do something about, and the rest; overdue reviews first, then the newest. */
  sorted(): { now: AccessRequest[]; later: AccessRequest[] } {
    const late = ({ review }: AccessRequest): number => Number(review?.overdue ?? false);
    const all = [...this.requests].sort((one, other) => late(other) - late(one) || other.asked_at.localeCompare(one.asked_at));
    const isNow = ({ may }: AccessRequest): boolean => may.review || may.read || may.open || may.approve;
    return { now: all.filter(isNow), later: all.filter((one) => !isNow(one)) };
  }

  #put(one: AccessRequest): void {
    const at = this.requests.findIndex(({ id }) => id === one.id);
    if (at < 0) this.requests.unshift(one);
    else this.requests[at] = one;
    if (one.state !== "open") delete this.data[one.id];
  }
}
