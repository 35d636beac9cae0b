/** How a showing ended: swiped away, left after it had been played to its end, or left with the page. */
export type Ended = "skipped" | "finished" | "left";

/** What is told of a showing: all of it so far, so that one that is told again or late counts once. */
export interface Told {
  watched_ms: number;
  replays: number;
  ended?: Ended;
}

/** So near to its end a clip counts as played through: `timeupdate` comes a few times a second only. */
const NEAR_END_S = 0.35;

/** One showing of one clip: how long it was watched, how often it began again, and what of it was told. */
export class Showing {
  #since: number | null = null;
  #watched = 0;
  #replays = 0;
  #position = 0;
  #finished = false;
  #told: Told = { watched_ms: 0, replays: 0 };

  /** It plays, or stands still, from `now` on, in ms of any clock. */
  plays(yes: boolean, now: number): void {
    if (this.#since !== null) this.#watched += now - this.#since;
    this.#since = yes ? now : null;
  }

  /** It plays at `position` of `duration`, in seconds. Going back is beginning again: there is no other way back. */
  reaches(position: number, duration: number): void {
    if (!(duration > 0)) return;
    if (position < this.#position) {
      this.#replays += 1;
      this.#finished = true;
    }
    this.#position = position;
    if (position >= duration - NEAR_END_S && duration > 2 * NEAR_END_S) this.#finished = true;
  }

  /** How long it was watched so far, in ms. */
  watched(now: number): number {
    return this.#watched + (this.#since === null ? 0 : now - this.#since);
  }

  /** It comes on screen once more, from its beginning. */
  reopen(): void {
    this.#position = 0;
  }

  /** What there is to tell since the last time; null when nothing is. `away` says that the clip or the page is left. */
  take(now: number, away?: "clip" | "page"): Told | null {
    this.plays(this.#since !== null, now);
    const told: Told = { watched_ms: Math.round(this.#watched), replays: this.#replays };
    if (away === "page") told.ended = "left";
    else if (away) told.ended = this.#finished ? "finished" : "skipped";
    const grew = told.watched_ms > this.#told.watched_ms || told.replays > this.#told.replays;
    if (!grew && (!told.ended || told.ended === this.#told.ended || told.watched_ms === 0)) return null;
    this.#told = told;
    return told;
  }
}
