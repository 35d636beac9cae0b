import { API } from "../api/request";
import type { WatchEvent } from "../api/types";

const FLUSH_MS = 5000;
const MOST_AT_ONCE = 50;

/** Tells the server how long each clip was watched.
 *
 * One clip on screen is one `view` event, sent when the person leaves it; a page that is hidden sends what it has
 * with `sendBeacon`, and if the person comes back, the rest follows as its own event. Events that did not arrive
 * are sent again with the next ones.
 */
export class WatchLog {
  #waiting: WatchEvent[] = [];
  #open: { impression: string | null; video: string; ms: number; since: number | null } | null = null;
  #timer: number;
  #hide = (): void => {
    if (document.visibilityState === "hidden") this.#sendLast();
  };

  constructor() {
    this.#timer = window.setInterval(() => void this.flush(), FLUSH_MS);
    document.addEventListener("visibilitychange", this.#hide);
    addEventListener("pagehide", this.#hide);
  }

  /** A clip came on screen; the one before it is finished. */
  open(video: string, impression: string | null): void {
    if (this.#open?.video === video && this.#open.impression === impression) return;
    this.close();
    this.#open = { impression, video, ms: 0, since: null };
  }

  /** The clip on screen plays or stands still. */
  plays(yes: boolean): void {
    const open = this.#open;
    if (!open) return;
    if (yes) open.since ??= performance.now();
    else if (open.since !== null) {
      open.ms += performance.now() - open.since;
      open.since = null;
    }
  }

  close(): void {
    this.#take();
    this.#open = null;
    void this.flush();
  }

  share(video: string, impression: string | null): void {
    this.#waiting.push(event("share", video, impression, 0));
    void this.flush();
  }

  async flush(): Promise<void> {
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
    this.close();
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#hide);
    removeEventListener("pagehide", this.#hide);
  }

  #take(): void {
    const open = this.#open;
    if (!open) return;
    this.plays(false);
    const ms = Math.round(open.ms);
    if (ms > 0) this.#waiting.push(event("view", open.video, open.impression, ms));
    open.ms = 0;
  }

  #sendLast(): void {
    const playing = this.#open !== null && this.#open.since !== null;
    this.#take();
    if (playing) this.plays(true);
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
