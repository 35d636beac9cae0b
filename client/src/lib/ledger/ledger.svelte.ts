import { api } from "../api/api";
import { Refused, Unreachable } from "../api/request";
import { textOf, utf8, type Bytes } from "../proof/bytes";
import { checkProof, parseProof } from "../proof/proof";
import { browserMemory, canCheck, checkEntry, look, LogFault, type Evidence, type OwnKey, type Part, type Sighting } from "../proof/verifier";

/** One entry as this browser can check it; `text` is null where only its id is known yet. */
export interface Checkable {
  id: string;
  index: number | null;
  text: string | null;
  /** Of an entry that anybody may check: whether it says what a page says of it. */
  tells?: (entry: string) => Promise<boolean>;
}

export type Check =
  | { state: "waiting" | "checking" | "unreachable" }
  | { state: "holds"; part: Part | null; size: number }
  | { state: "fails"; fault: LogFault };

export type State = "idle" | "checking" | "holds" | "fails" | "unreachable" | "unable";

const LEDGER = "/ledger/";

/** What this browser has found out about the log, shared by every page that shows proofs. */
class Ledger {
  state = $state<State>("idle");
  sighting = $state.raw<Sighting | null>(null);
  /** The first thing that did not hold; stays until everything has been checked again. */
  fault = $state.raw<LogFault | null>(null);
  checks = $state<Record<string, Check>>({});
  evidence = $state.raw<Evidence[]>([]);
  /** Null until asked for, and where the person's key was destroyed. */
  own = $state.raw<OwnKey | null>(null);
  #memory = browserMemory();
  #running: Promise<void> = Promise.resolve();
  #turn = 0;

  /** Somebody else is at the keyboard: what was about the last person is forgotten. */
  leave(): void {
    this.#turn += 1;
    this.own = null;
    this.checks = {};
  }

  /** Look at the log as it is now. With `anew` nothing comes from the browser's cache and nothing stays believed. */
  look({ anew = false, witnesses = [] }: { anew?: boolean; witnesses?: string[] } = {}): Promise<void> {
    return this.#inTurn(async () => {
      if (!canCheck()) {
        this.state = "unable";
        return;
      }
      if (anew) this.#forgetFindings();
      if (this.state !== "holds") this.state = "checking";
      try {
        this.sighting = await look({
          read: reader(anew ? "reload" : "no-cache"),
          handOvers: async () => (await api.trust()).hand_overs,
          memory: this.#memory,
          witnesses,
        });
        this.state = this.fault ? "fails" : "holds";
      } catch (failure) {
        this.#fail(failure);
      }
      this.evidence = this.#memory.evidence();
    });
  }

  /** Check entries against the log as it was last looked at; those that hold already stay so. */
  check(entries: readonly Checkable[]): Promise<void> {
    return this.#inTurn(async () => {
      const turn = this.#turn;
      for (const one of entries) {
        const before = this.checks[one.id]?.state;
        if (before === "holds" || before === "fails") continue;
        const found = await this.#checked(one);
        if (turn === this.#turn) this.checks[one.id] = found;
      }
    });
  }

  /** Check every file of the log that was last looked at. Returns how many entries that were. */
  checkAll(onstep: (done: number, of: number) => void): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.sighting || this.state !== "holds") return;
      try {
        await this.sighting.log.checkAll(onstep);
      } catch (failure) {
        this.#fail(failure);
      }
    });
  }

  /** The file a person takes away, if it holds: null where it does not, or is for something else. */
  async proofOf(one: Checkable): Promise<string | null> {
    const text = await api.proof(one.id);
    if (!canCheck() || !this.sighting?.isSigned) return text;
    const verdict = await checkProof(text, this.sighting.keys, one.text === null ? undefined : utf8(one.text));
    return verdict.ok && (one.index === null || verdict.index === one.index) ? text : null;
  }

  /** The entry's own words out of its proof, for those who only know its id. */
  async textOf(id: string): Promise<string | null> {
    const extra = parseProof(await api.proof(id))?.extra;
    return extra ? new TextDecoder().decode(extra) : null;
  }

  /** What the log that was last looked at has at a place. */
  async textAt(index: number): Promise<string | null> {
    return this.sighting && textOf(await this.sighting.log.entry(index));
  }

  /** Trust this log as if it were seen for the first time; the evidence stays. */
  async startAfresh(): Promise<void> {
    this.#memory.forget();
    await this.look({ anew: true });
  }

  async #checked(one: Checkable): Promise<Check> {
    if (one.index === null || (one.text === null && !one.tells)) return { state: "waiting" };
    if (!this.sighting || this.state === "unreachable") return this.fault ? { state: "fails", fault: this.fault } : { state: "unreachable" };
    if (this.fault && isOfWholeLog(this.fault)) return { state: "fails", fault: this.fault };
    if (one.index >= this.sighting.checkpoint.size) return { state: "waiting" };
    try {
      const part = one.tells ? await this.#heard(one.index, one.tells) : await this.#named(one.index, one.text ?? "");
      return { state: "holds", part, size: this.sighting.checkpoint.size };
    } catch (failure) {
      this.#fail(failure);
      return failure instanceof LogFault ? { state: "fails", fault: failure } : { state: "unreachable" };
    }
  }

  async #named(index: number, text: string): Promise<Part | null> {
    await this.#findKey();
    return this.sighting && checkEntry(this.sighting.log, index, text, this.own ?? undefined);
  }

  async #heard(index: number, tells: (entry: string) => Promise<boolean>): Promise<null> {
    const text = await this.textAt(index);
    if (text === null || !(await tells(text))) throw new LogFault("entry", this.sighting?.log.bundlePath(index) ?? "checkpoint");
    return null;
  }

  async #findKey(): Promise<void> {
    if (this.own) return;
    try {
      this.own = await api.ownKey();
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
    }
  }

  #fail(failure: unknown): void {
    if (failure instanceof LogFault) {
      this.fault ??= failure;
      this.state = "fails";
    } else if (!this.fault) this.state = "unreachable";
  }

  #forgetFindings(): void {
    this.fault = null;
    this.sighting = null;
    this.checks = {};
    this.state = "checking";
  }

  /** One thing after the other, in the order asked for. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#running = this.#running.then(work, work);
    return this.#running;
  }
}

/** Faults that leave nothing of the log to believe; the others spoil one file. */
export const isOfWholeLog = ({ what }: LogFault): boolean =>
  what === "checkpoint" || what === "key" || what === "origin" || what === "fork" || what === "rollback" || what === "root";

function reader(cache: RequestCache): (path: string) => Promise<Bytes | null> {
  return async (path) => {
    let answer: Response;
    try {
      answer = await fetch(LEDGER + path, { cache, credentials: "omit" });
    } catch {
      throw new Unreachable();
    }
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Unreachable();
    return new Uint8Array(await answer.arrayBuffer());
  };
}

export const ledger = new Ledger();
