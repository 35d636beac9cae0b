import { api } from "../api/api";
import { Refused, wordsFor } from "../api/request";
import type { FeedItem, FeedMode, Person } from "../api/types";

/** Load more once this many clips are left. */
const AHEAD = 4;
/** Refusals that say that a clip's realm can't be asked now. */
const SILENT: ReadonlySet<string> = new Set(["realm-not-answering", "gateway-not-running"]);

/** One feed as the person sees it: the clips so far, where they are in it, and what comes at its end. */
export class Clips {
  items = $state<FeedItem[]>([]);
  /** The clip on screen; `items.length` is the card at the end. */
  index = $state(0);
  tail = $state<"loading" | "more" | "end" | "failed">("more");
  problem = $state("");
  /**
   * The clip this feed was opened for: `gone` is one that does not exist, or not for this person; `silent` one whose
   * realm does not answer.
   */
  lost = $state<"gone" | "silent" | null>(null);
  #cursor: string | null = null;
  #generation = 0;

  constructor(
    readonly mode: FeedMode,
    readonly opensWith: string | null = null,
    /** The realm of the clip it opens with, if its link says one. */
    readonly home: string | null = null,
  ) {}

  get current(): FeedItem | null {
    return this.items[this.index] ?? null;
  }

  /** How many slides there are: the clips and the card after the last one. */
  get slides(): number {
    return this.items.length + 1;
  }

  goTo(index: number): void {
    this.index = Math.max(0, Math.min(index, this.slides - 1));
    if (this.index >= this.items.length - AHEAD) void this.load();
  }

  async load(): Promise<void> {
    if (this.tail === "loading" || this.tail === "end") return;
    this.tail = "loading";
    const generation = this.#generation;
    try {
      if (this.opensWith && this.items.length === 0) await this.#loadFirst(this.opensWith);
      const page = await api.feed(this.mode, this.#cursor);
      if (generation !== this.#generation) return;
      const known = new Set(this.items.map((item) => item.video.id));
      this.items.push(...page.items.filter((item) => !known.has(item.video.id)));
      this.#cursor = page.next_cursor;
      this.tail = page.next_cursor === null || page.items.length === 0 ? "end" : "more";
    } catch (failure) {
      if (generation !== this.#generation) return;
      this.problem = wordsFor(failure);
      this.tail = "failed";
    }
  }

  startAgain(): void {
    this.#generation += 1;
    this.#cursor = null;
    this.items = [];
    this.index = 0;
    this.tail = "more";
    void this.load();
  }

  /** Follow or unfollow shows on every clip of the same person. */
  markFollowed({ handle, realm }: Person, follows: boolean): void {
    for (const { video, you } of this.items) if (video.author.handle === handle && video.author.realm === realm) you.follows_author = follows;
  }

  drop(id: string): void {
    this.items = this.items.filter((item) => item.video.id !== id);
    this.index = Math.min(this.index, this.items.length);
  }

  async #loadFirst(id: string): Promise<void> {
    try {
      const { you, ...video } = await api.video(id, this.home);
      if (video.renditions.length > 0) this.items.push({ impression_id: newImpression(), video, reason: null, you });
      else this.lost = "gone";
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      if (SILENT.has(failure.slug)) this.lost = "silent";
      else if (failure.status < 500) this.lost = "gone";
      else throw failure;
    }
  }
}

/** A clip opened by its link was put in no feed, so its impression is named here: a random UUID (RFC 9562, version 4). */
function newImpression(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
