import { isOfMove } from "../moving/refusal";

export interface Toast {
  id: number;
  words: string;
  tone: "plain" | "problem";
  act: ToastAct | null;
}

/** A button in a toast, such as one that takes back what was done. */
export interface ToastAct {
  words: string;
  run: () => void;
}

const SHOWN_MS = 5000;
/** What has a link in it stays long enough to get there with the keyboard. */
const SHOWN_WITH_LINK_MS = 20_000;
export const SHOWN_WITH_ACT_MS = 7000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  /** Say one thing for a while; what is said next takes its place. */
  say(words: string, tone: Toast["tone"] = "plain", act: ToastAct | null = null): void {
    const id = this.#next++;
    this.list = [{ id, words, tone, act }];
    setTimeout(() => this.drop(id), act ? SHOWN_WITH_ACT_MS : isOfMove(words) ? SHOWN_WITH_LINK_MS : SHOWN_MS);
  }

  /** Say what was done, with the way to take it back. */
  offer(words: string, act: ToastAct): void {
    this.say(words, "plain", act);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
