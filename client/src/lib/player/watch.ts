import { API } from "../api/request";
import type { WatchEvent } from "../api/types";
import { suspended } from "../suspended/suspended.svelte";
import { Showing, type Told } from "./showing";

const FLUSH_MS = 5000;
const MOST_AT_ONCE = 50;
const NOTHING_WATCHED: Told = { watched_ms: 0, replays: 0 };

/** Tells the server how long each clip was watched.
 *
 * A `view` event carries all of its showing so far, so that one may be sent again or late without counting twice:
 * every five seconds, when the person leaves the clip, and with `sendBeacon` when the page is hidden. The last two say
 * how it ended.
 * Events that did not arrive are sent again with the next ones.
 */
export class WatchLog {
  #waiting: WatchEvent[] = [];
  #open: { impression: string | null; video: string; showing: Showing } | null = null;
  #showings = new Map<string, Showing>();
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
    const key = impression ?? video;
    const showing = this.#showings.get(key) ?? new Showing();
    this.#showings.set(key, showing);
    showing.reopen();
    this.#open = { impression, video, showing };
  }

  /** The clip on screen plays or stands still. */
  plays(yes: boolean): void {
    this.#open?.showing.plays(yes, performance.now());
  }

  /** It is at `position` of `duration`, in seconds. */
  reaches(position: number, duration: number): void {
    this.#open?.showing.reaches(position, duration);
  }

  close(): void {
    this.#take("clip");
    this.#open?.showing.plays(false, performance.now());
    this.#open = null;
    void this.flush();
  }

  /** How long a showing was watched so far, in milliseconds. */
  watched(video: string, impression: string | null): number {
    return this.#showings.get(impression ?? video)?.watched(performance.now()) ?? 0;
  }

  /** Tell at once of something the person did with the clip. */
  act(kind: "like" | "comment" | "share" | "follow", video: string, impression: string | null): Promise<void> {
    this.#waiting.push(event(kind, video, impression, NOTHING_WATCHED));
    return this.flush();
  }

  /** Tell after a while, or when the page is hidden before; what is returned takes it back until then. */
  notInterestedIn(ms: number, video: string, impression: string | null, told: () => void): () => void {
    const tell = (): void => {
      this.#held.delete(tell);
      clearTimeout(timer);
      this.#waiting.push(event("not_interested", video, impression, NOTHING_WATCHED));
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
      suspended.heed(answer);
      if (answer.status >= 500) this.#waiting.unshift(...events);
    } catch {
      this.#waiting.unshift(...events);
    }
  }

  stop(): void {
    this.#tellHeld();
    this.#take("page");
    this.#open = null;
    void this.flush();
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#hide);
    removeEventListener("pagehide", this.#hide);
  }

  /** Put what is new of the clip on screen among the waiting events; a clip that plays goes on playing. */
  #take(away?: "clip" | "page"): void {
    const told = this.#open?.showing.take(performance.now(), away);
    if (this.#open && told) this.#waiting.push(event("view", this.#open.video, this.#open.impression, told));
  }

  #tellHeld(): void {
    for (const tell of [...this.#held]) tell();
  }

  #sendLast(): void {
    this.#tellHeld();
    this.#take("page");
    const events = this.#waiting.splice(0, MOST_AT_ONCE);
    if (events.length === 0) return;
    const body = new Blob([JSON.stringify({ events })], { type: "application/json" });
    if (!navigator.sendBeacon(`${API}/events`, body)) this.#waiting.unshift(...events);
  }
}

function event(kind: WatchEvent["kind"], video: string, impression: string | null, told: Told): WatchEvent {
  const made: WatchEvent = { video_id: video, kind, ...told, at: new Date().toISOString() };
  return impression ? { ...made, impression_id: impression } : made;
}
