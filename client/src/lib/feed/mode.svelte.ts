import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { OpenMode } from "../api/types";
import { session } from "../people/session.svelte";
import { toasts } from "../ui/toasts.svelte";

const KEPT = "reelm.feed-mode";
const TOLD = "reelm.plain-told";

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is switched off: it holds for this visit.
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept for this visit only.
  }
}

/** Which feed the first page opens with: remembered on this device, and with the account of whoever has one. */
class FeedMode {
  mode = $state<OpenMode>(kept(KEPT) === "plain" ? "plain" : "for-you");
  /** Whether the person was told what plain means. */
  told = $state(kept(TOLD) !== null);
  #asked = 0;

  /** Somebody signed in: what their account says counts. A new account takes over what the device remembers. */
  async find(): Promise<void> {
    const turn = (this.#asked += 1);
    try {
      const { mode, learns_since } = await api.ownFeed();
      if (turn !== this.#asked) return;
      if (mode === "for-you" && learns_since === null && this.mode === "plain") await api.changeFeed({ mode: "plain" });
      else this.is(mode);
    } catch {
      // What the device remembers holds until the server answers.
    }
  }

  /** Open with this one from now on. What was chosen shows at once; if it can't be kept, it goes back with a word. */
  async choose(mode: OpenMode): Promise<void> {
    const before = this.mode;
    if (before === mode) return;
    this.#asked += 1;
    this.is(mode);
    if (!session.me) return;
    try {
      await api.changeFeed({ mode });
    } catch (failure) {
      this.is(before);
      toasts.say(wordsFor(failure), "problem");
    }
  }

  is(mode: OpenMode): void {
    this.mode = mode;
    keep(KEPT, mode);
  }

  understood(): void {
    this.told = true;
    keep(TOLD, "yes");
  }
}

export const feedMode = new FeedMode();
