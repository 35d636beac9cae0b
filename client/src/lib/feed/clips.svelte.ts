import { api } from "../api/api";
import { Refused, wordsFor } from "../api/request";
import type { FeedItem, FeedMode, Page, Person } from "../api/types";

/** Load more once this many clips are left. */
const AHEAD = 4;
/** What stays when the rest is asked for again: the clip on screen and the one after it. */
const KEPT = 2;
/** Refusals that say that a clip's realm can't be asked now. */
const SILENT: ReadonlySet<string> = new Set(["realm-not-answering", "gateway-not-running"]);

/** Refusals that say that a clip is for adults only. */
const FOR_ADULTS: Readonly<Record<string, "age-unknown" | "too-young">> = { "age-not-known": "age-unknown", "not-old-enough": "too-young" };

/** One feed as the person sees it: the clips so far, where they are in it, and what comes at its end. */
export class Clips {
  items = $state<FeedItem[]>([]);
  /** The clip on screen; `items.length` is the card at the end. */
  index = $state(0);
  tail = $state<"loading" | "more" | "end" | "failed">("more");
  problem = $state("");
  /**
   * The clip this feed was opened for: `gone` is one that does not exist, or not for this person; `silent` one whose
   * realm does not answer; `age-unknown` and `too-young` are those for adults only.
   */
  lost = $state<"gone" | "silent" | "age-unknown" | "too-young" | null>(null);
  /** Clips from here on stand where others stood; another object each time. */
  rearranged = $state.raw<{ from: number }>({ from: Infinity });
  #cursor: string | null = null;
  #generation = 0;
  /** With which cursor each page was asked for, and the place of its first clip. */
  #pages: { cursor: string | null; from: number }[] = [];

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
      this.#pages.push({ cursor: this.#cursor, from: this.items.length });
      this.#take(page);
    } catch (failure) {
      if (generation !== this.#generation) return;
      this.problem = wordsFor(failure);
      this.tail = "failed";
    }
  }

  /**
   * Ask again for what has not been shown, now that the server has learned something. The clip on screen stays, and
   * so does the next one, which is loading; what comes after them is replaced in one go, or stays if nothing came.
   */
  async renew(): Promise<void> {
    if (this.mode !== "for-you" || this.tail === "loading" || this.tail === "failed") return;
    const generation = this.#generation;
    const before = this.#pages.findLast((page) => page.from <= this.index + KEPT);
    let page: Page<FeedItem>;
    try {
      page = await api.feed(this.mode, before?.cursor ?? null);
    } catch {
      return; // what is there goes on being good
    }
    if (generation !== this.#generation || this.#isLoading() || page.items.length === 0) return;
    const from = this.index + KEPT;
    if (this.items.length > from) {
      this.items = this.items.slice(0, from);
      this.rearranged = { from };
    }
    this.#pages = this.#pages.filter((one) => one.from < this.items.length && one !== before);
    this.#pages.push({ cursor: before?.cursor ?? null, from: this.items.length });
    this.#take(page);
    if (this.index >= this.items.length - AHEAD) void this.load();
  }

  #isLoading(): boolean {
    return this.tail === "loading";
  }

  #take(page: Page<FeedItem>): void {
    const known = new Set(this.items.map((item) => item.video.id));
    this.items.push(...page.items.filter((item) => !known.has(item.video.id)));
    this.#cursor = page.next_cursor;
    this.tail = page.next_cursor === null || page.items.length === 0 ? "end" : "more";
  }

  startAgain(): void {
    this.#generation += 1;
    this.#cursor = null;
    this.#pages = [];
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
    this.#dropAll((item) => item.video.id === id);
  }

  /** Leave out what is by somebody who is muted or blocked from now on. */
  dropBy({ handle, realm }: Person): void {
    this.#dropAll(({ video }) => video.author.handle === handle && video.author.realm === realm);
  }

  /** Leave out some of what is still to come; the clip on screen stays. */
  leaveOut(goes: (item: FeedItem) => boolean): void {
    this.#dropAll((item, place) => place > this.index && goes(item));
  }

  /** Without these clips, the one on screen is the same, or the next that is left. */
  #dropAll(goes: (item: FeedItem, place: number) => boolean): void {
    const from = this.items.findIndex(goes);
    if (from === -1) return;
    const before = this.items.slice(0, this.index).filter(goes).length;
    this.items = this.items.filter((item, place) => !goes(item, place));
    this.index = Math.min(this.index - before, this.items.length);
    this.rearranged = { from };
    if (this.index >= this.items.length - AHEAD) void this.load();
  }

  async #loadFirst(id: string): Promise<void> {
    try {
      const { you, ...video } = await api.video(id, this.home);
      if (video.renditions.length > 0) this.items.push({ impression_id: newImpression(), video, reason: null, you });
      else this.lost = "gone";
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      if (SILENT.has(failure.slug)) this.lost = "silent";
      else if (failure.status < 500) this.lost = FOR_ADULTS[failure.slug] ?? "gone";
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
