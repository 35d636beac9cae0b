import { API } from "../api/request";
import type { WatchEvent } from "../api/types";

const FLUSH_MS = 5000;
const MOST_AT_ONCE = 50;

/** Tells the server how long each clip was watched.
 *
 * A `view` event carries the total of its impression so far, so that one may be sent again or late without counting
 * twice: every five seconds, when the person leaves the clip, and with `sendBeacon` when the page is hidden.
 * Events that did not arrive are sent again with the next ones.
 */
export class WatchLog {
  #waiting: WatchEvent[] = [];
  #open: { impression: string | null; video: string; since: number | null; told: number } | null = null;
  #totals = new Map<string, number>();
  #held = new Set<() => void>();
  #sending: Promise<void> = Promise.resolve();
  #timer: number;
  #hide = (): void => {
    if (document.visibilityState === "hidden") this.#sendLast();
  };

  constructor() {
    this.#timer = window.setInterval(() => {
      this.#take();
      void this.flush();
    }, FLUSH_MS);
    document.addEventListener("visibilitychange", this.#hide);
    addEventListener("pagehide", this.#hide);
  }

  /** A clip came on screen; the one before it is finished. */
  open(video: string, impression: string | null): void {
    if (this.#open?.video === video && this.#open.impression === impression) return;
    this.close();
    this.#open = { impression, video, since: null, told: this.#totals.get(impression ?? video) ?? 0 };
  }

  /** The clip on screen plays or stands still. */
  plays(yes: boolean): void {
    const open = this.#open;
    if (!open) return;
    if (open.since !== null) {
      const key = open.impression ?? open.video;
      this.#totals.set(key, (this.#totals.get(key) ?? 0) + performance.now() - open.since);
    }
    open.since = yes ? performance.now() : null;
  }

  close(): void {
    this.#take();
    this.#open = null;
    void this.flush();
  }

  /** How long a showing was watched so far, in milliseconds. */
  watched(video: string, impression: string | null): number {
    const key = impression ?? video;
    const open = this.#open;
    const running = open && open.since !== null && (open.impression ?? open.video) === key ? performance.now() - open.since : 0;
    return (this.#totals.get(key) ?? 0) + running;
  }

  share(video: string, impression: string | null): Promise<void> {
    this.#waiting.push(event("share", video, impression, 0));
    return this.flush();
  }

  /** Tell after a while, or when the page is hidden before; what is returned takes it back until then. */
  notInterestedIn(ms: number, video: string, impression: string | null, told: () => void): () => void {
    const tell = (): void => {
      this.#held.delete(tell);
      clearTimeout(timer);
      this.#waiting.push(event("not_interested", video, impression, 0));
    };
    const timer = setTimeout(() => {
      tell();
      void this.flush().then(told);
    }, ms);
    this.#held.add(tell);
    return () => {
      this.#held.delete(tell);
      clearTimeout(timer);
    };
  }

  /** Send what waits; done once all of it, and what was on its way before, has arrived or will be sent again. */
  flush(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#send());
    return this.#sending;
  }

  async #send(): Promise<void> {
    const events = this.#waiting.splice(0, MOST_AT_ONCE);
    if (events.length === 0) return;
    try {
      const answer = await fetch(`${API}/events`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ events }),
        keepalive: true,
      });
      if (answer.status >= 500) this.#waiting.unshift(...events);
    } catch {
      this.#waiting.unshift(...events);
    }
  }

  stop(): void {
    this.#tellHeld();
    this.close();
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#hide);
    removeEventListener("pagehide", this.#hide);
  }

  /** Put the total so far among the waiting events, if it grew; a clip that plays goes on playing. */
  #take(): void {
    const open = this.#open;
    if (!open) return;
    this.plays(open.since !== null);
    const total = Math.round(this.#totals.get(open.impression ?? open.video) ?? 0);
    if (total <= open.told) return;
    open.told = total;
    this.#waiting.push(event("view", open.video, open.impression, total));
  }

  #tellHeld(): void {
    for (const tell of [...this.#held]) tell();
  }

  #sendLast(): void {
    this.#tellHeld();
    this.#take();
    const events = this.#waiting.splice(0, MOST_AT_ONCE);
    if (events.length === 0) return;
    const body = new Blob([JSON.stringify({ events })], { type: "application/json" });
    if (!navigator.sendBeacon(`${API}/events`, body)) this.#waiting.unshift(...events);
  }
}

function event(kind: WatchEvent["kind"], video: string, impression: string | null, ms: number): WatchEvent {
  const made: WatchEvent = { video_id: video, kind, watched_ms: ms, at: new Date().toISOString() };
  return impression ? { ...made, impression_id: impression } : made;
}
