import { api } from "../api/api";
import type { Limits } from "../api/types";

/** What this realm takes, asked once. Null until known: then only the server can say no. */
class RealmLimits {
  now = $state<Limits | null>(null);
  #asked: Promise<Limits | null> | null = null;

  ask(): Promise<Limits | null> {
    this.#asked ??= api.limits().then(
      (limits) => (this.now = limits),
      () => (this.#asked = null),
    );
    return this.#asked;
  }
}

export const limits = new RealmLimits();
