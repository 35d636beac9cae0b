import { isOfMove } from "../moving/refusal";

export interface Toast {
  id: number;
  words: string;
  tone: "plain" | "problem";
}

const SHOWN_MS = 5000;
/** What has a link in it stays long enough to get there with the keyboard. */
const SHOWN_WITH_LINK_MS = 20_000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  /** Say one thing for a while; what is said next takes its place. */
  say(words: string, tone: Toast["tone"] = "plain"): void {
    const id = this.#next++;
    this.list = [{ id, words, tone }];
    setTimeout(() => this.drop(id), isOfMove(words) ? SHOWN_WITH_LINK_MS : SHOWN_MS);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
