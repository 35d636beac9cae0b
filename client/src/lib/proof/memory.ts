/** What has this browser seen of the log? The last checkpoint, the keys it trusts, and notes that contradict each other. */

export interface Remembered {
  /** Verifier keys trusted since the first visit, with those they handed over to. */
  vkeys: string[];
  /** The signed note last seen, word for word. */
  note: string;
  seenAt: string;
}

/** Two notes of one log that cannot both be true. Whoever has both can show it to anybody. */
export interface Evidence {
  what: "fork" | "rollback" | "key" | "origin";
  older: string;
  newer: string;
  foundAt: string;
}

export interface Memory {
  load(): Remembered | null;
  save(seen: Remembered): void;
  evidence(): Evidence[];
  keep(found: Evidence): void;
  /** Begin anew: what was seen is forgotten, the evidence stays. */
  forget(): void;
}

const MOST_EVIDENCE = 20;

/** Memory in this browser's localStorage, which no other site can read. Where it is switched off nothing is kept. */
export function browserMemory(storage: () => Storage = () => localStorage): Memory {
  const SEEN = "reelm.ledger.seen";
  const FOUND = "reelm.ledger.evidence";
  const read = <T>(key: string): T | null => {
    try {
      return JSON.parse(storage().getItem(key) ?? "null") as T | null;
    } catch {
      return null;
    }
  };
  const write = (key: string, value: unknown): void => {
    try {
      storage().setItem(key, JSON.stringify(value));
    } catch {
      // Private windows and full disks: this visit is checked, the next one starts anew.
    }
  };
  const isSeen = (one: Remembered | null): one is Remembered =>
    typeof one?.note === "string" && Array.isArray(one.vkeys) && one.vkeys.every((key) => typeof key === "string");
  const found = (): Evidence[] => {
    const list = read<Evidence[]>(FOUND);
    return Array.isArray(list) ? list.filter((one) => typeof one?.older === "string" && typeof one.newer === "string") : [];
  };
  return {
    load: () => {
      const seen = read<Remembered>(SEEN);
      return isSeen(seen) ? seen : null;
    },
    save: (seen) => write(SEEN, seen),
    evidence: found,
    keep: (one) => {
      const before = found();
      if (before.some((other) => other.older === one.older && other.newer === one.newer)) return;
      write(FOUND, [...before, one].slice(0, MOST_EVIDENCE));
    },
    forget: () => {
      try {
        storage().removeItem(SEEN);
      } catch {
        // Nothing was kept.
      }
    },
  };
}
