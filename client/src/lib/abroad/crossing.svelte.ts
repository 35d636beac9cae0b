import { Refused, wordsFor } from "../api/request";
import { session } from "../people/session.svelte";

/** What somebody is about to do towards somebody of another realm. `values` are those of the fields they know. */
export interface Act {
  what: "comment" | "follow";
  /** Whom it is about, as they are spoken of. */
  who: string;
  values: Record<string, string>;
}

interface Asked extends Act {
  realm: string;
  fields: string[];
  answer: (goes: boolean) => void;
}

/** What leaves the realm leaves after the person was told on the screen where it goes and what it is. */
class Crossing {
  asked = $state.raw<Asked | null>(null);
  /** Why the rules keep something here; empty while nothing was refused. */
  refusal = $state("");
  #known = new Set<string>();

  /**
   * Do something that may go to another realm. `send` is called without the realm's code at first; where the server
   * answers that the person was not told yet, they are, and only their yes sends it with the code. Null: it stays here,
   * because they or the rules want it so.
   */
  async carry<T>(act: Act, realm: string, send: (told?: string) => Promise<T>): Promise<T | null> {
    let told = this.#known.has(this.#key(act, realm)) ? realm : undefined;
    for (;;) {
      try {
        return await send(told);
      } catch (failure) {
        if (!(failure instanceof Refused)) throw failure;
        if (failure.slug === "crossing-refused") {
          this.refusal = wordsFor(failure);
          return null;
        }
        if (failure.slug !== "crossing-not-told" || told !== undefined) throw failure;
        const fields = String(failure.facts["fields"]).split(", ");
        told = String(failure.facts["realm"]);
        if (!(await this.#ask(act, told, fields))) return null;
      }
    }
  }

  /** Nobody is asked about the same again until the page is loaded anew or somebody else signs in. */
  remember({ realm, ...act }: Asked): void {
    this.#known.add(this.#key(act, realm));
  }

  #key = (act: Act, realm: string): string => `${session.turn} ${act.what} ${realm}`;

  #ask(act: Act, realm: string, fields: string[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.asked = {
        ...act,
        realm,
        fields,
        answer: (goes) => {
          this.asked = null;
          resolve(goes);
        },
      };
    });
  }
}

export const crossing = new Crossing();
