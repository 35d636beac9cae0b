/** Which ways of watching say so much that what comes next should be asked for again? */

const QUICK_MS = 2000;
const QUICK_SHARE = 0.2;
/** Watched so much longer than it lasts that it was watched again. */
const AGAIN_SHARE = 1.5;

/** Left almost at once: after less than 2 s, or less than a fifth of it. A clip that was hardly begun has no length. */
export function isQuickSkip(watchedMs: number, durationMs: number | null): boolean {
  if (durationMs !== null && durationMs > 0 && watchedMs >= durationMs) return false; // a clip shorter than 2 s, to its end
  return watchedMs < QUICK_MS || (durationMs !== null && watchedMs < durationMs * QUICK_SHARE);
}

export function isReplay(watchedMs: number, durationMs: number | null): boolean {
  return durationMs !== null && durationMs > 0 && watchedMs >= durationMs * AGAIN_SHARE;
}

/** Runs `act` once after a run of signals, at most once in `everyMs`; while one runs, the next one waits for it. */
export class AtMost {
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = false;
  #again = false;
  readonly #everyMs: number;
  readonly #act: () => Promise<void>;
  readonly #now: () => number;

  constructor(everyMs: number, act: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs;
    this.#act = act;
    this.#now = now;
  }

  signal(): void {
    if (this.#timer !== null) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    const wait = Math.max(0, this.#last + this.#everyMs - this.#now());
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#again = false;
  }

  async #run(): Promise<void> {
    this.#timer = null;
    this.#last = this.#now();
    this.#running = true;
    try {
      await this.#act();
    } finally {
      this.#running = false;
      const again = this.#again;
      this.#again = false;
      if (again) this.signal();
    }
  }
}
