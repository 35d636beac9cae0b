import { api } from "../api/api";
import type { Realm } from "../api/types";
import { i18n } from "../i18n/i18n.svelte";

/** The realms that run, named in the person's language. */
class Realms {
  items = $state<Realm[]>([]);
  /** The code of the one that answers; empty until it has. */
  here = $state("");
  /** Whether it speaks with other realms at all. */
  hasGateway = $state(false);
  #asked = "";

  /** Ask for them, once a language. Without an answer realms go by their codes, and the server decides. */
  async load(): Promise<void> {
    const { locale } = i18n;
    if (this.#asked === locale) return;
    this.#asked = locale;
    try {
      const { realm, public_key, items } = await api.realms();
      if (this.#asked !== locale) return;
      this.here = realm;
      this.hasGateway = public_key !== null;
      this.items = items;
    } catch {
      if (this.#asked === locale) this.#asked = "";
    }
  }

  /** They may have changed: the server said so. */
  forget(): void {
    this.#asked = "";
    void this.load();
  }

  nameOf(code: string): string {
    return this.items.find((one) => one.code === code)?.name ?? code.toUpperCase();
  }
}

export const realms = new Realms();
