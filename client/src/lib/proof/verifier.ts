/** Can what this site says about its ledger be believed? Checked here, in the reader's own browser.
 *
 * # The proof module
 *
 * Reelm writes every access to private data into a public log (C2SP tlog-tiles). This folder checks such a log and
 * takes nobody's word for it. It uses WebCrypto (SHA-256, Ed25519, HMAC) and nothing else: no package, no framework,
 * no part of the rest of the client. It reads the log's public files through one function, so it runs in a browser,
 * a worker or under Node.
 *
 * | file | question |
 * |---|---|
 * | `note.ts` | who signed this text? |
 * | `merkle.ts` | what does one hash say about a whole list? |
 * | `tiles.ts` | in which file lies which hash, and which entry? |
 * | `log.ts` | what does the log hold, and if it contradicts itself, in which file? |
 * | `proof.ts` | does this downloaded proof hold on its own? |
 * | `commitment.ts` | is this entry about me? |
 * | `memory.ts` | what has this browser seen of the log? |
 * | `verifier.ts` | all of it, in the order that matters |
 *
 * ## What `look` promises
 * 1. **Signature.** The checkpoint is signed by the key this browser trusted at its first visit, or by one that key
 *    handed over to. At the first visit it has nothing to compare with: compare the key with one you got elsewhere.
 * 2. **Root.** The tiles at the right edge lead to the signed root.
 * 3. **Consistency.** What was in the log at the last visit is still there, unchanged and in the same place: the old
 *    root is worked out again from the tiles of today. If not, the checkpoint is refused, both notes are kept as
 *    evidence, and every later visit refuses too.
 * 4. **Cosignatures.** Which of the given witnesses have signed this log, when, and how long it was then: the newest
 *    checkpoint they signed must be the beginning of the one in front of us.
 * Then `checkEntry` shows that an entry is in this log at its index, word for word, and that it is about its reader.
 *
 * ## What it refuses
 * It throws `LogFault` with the kind of fault and the file it is in; whatever else it throws means that nobody
 * answered. A browser without Ed25519 gets everything but the signature, and `isSigned` is then false.
 *
 * ## What it can't show
 * That everything was logged, and that others see the same log; for the second there are witnesses.
 */
import { same, textOf, utf8, type Bytes } from "./bytes.ts";
import { partOf, type OwnKey, type Part } from "./commitment.ts";
import { Log, LogFault, type ReadFile } from "./log.ts";
import type { Evidence, Memory, Remembered } from "./memory.ts";
import {
  COSIGNATURE, ED25519, knowsEd25519, parseCheckpoint, parseKey, parseNote, saysTheSame, SignatureWrong, signersOf,
  type Checkpoint, type Note, type Signer, type VerifierKey,
} from "./note.ts";

export { LogFault, type ReadFile, type What } from "./log.ts";
export { browserMemory, type Evidence, type Memory, type Remembered } from "./memory.ts";
export type { OwnKey, Part } from "./commitment.ts";

export interface Sources {
  /** Reads `checkpoint`, `vkey` and `tile/…`. */
  read: ReadFile;
  /** The notes in which an old key names its successor, oldest first; asked for only when they are needed. */
  handOvers: () => Promise<string[]>;
  memory: Memory;
  /** Verifier keys of witnesses whose cosignatures count. */
  witnesses?: readonly string[];
}

/** The log as it is now, found to be what it says it is. */
export interface Sighting {
  log: Log;
  checkpoint: Checkpoint;
  /** The signed note, word for word. */
  note: string;
  key: VerifierKey;
  /** Every key trusted by now, the newest first; earlier ones sign what was published earlier. */
  keys: VerifierKey[];
  /** False where the browser does not know Ed25519: then only the hashes were checked. */
  isSigned: boolean;
  /** What was seen last, and is still there; null at the first visit. */
  since: { size: number; at: string } | null;
  /** The newest checkpoint that any of the given witnesses signed; null where there is none. */
  witnessed: { size: number; signers: Signer[] } | null;
}

const CHECKPOINT = "checkpoint";
const WITNESSED = "checkpoint.witnessed";
/** The statement in which a key names its successor: header, origin, old key, new key, size of the log by then. */
const HAND_OVER = /^reelm\.ledger\/key-handover\/v1\n(\S+)\nold (\S+)\nnew (\S+)\nsize \d+\n$/u;

/** Whether the browser lets a page compute at all: WebCrypto is there on https and on the machine itself only. */
export const canCheck = (): boolean => typeof globalThis.crypto?.subtle === "object";

/** Look at the log, and believe it or throw `LogFault`. Remembers what it believed. */
export async function look({ read, handOvers, memory, witnesses = [] }: Sources): Promise<Sighting> {
  // Read before the checkpoint is asked for, so that another tab that is ahead does not look like a rollback.
  const before = memory.load();
  const [note, checkpoint] = parsed(await read(CHECKPOINT));
  const { keys, key, isSigned } = before
    ? await keyOfBefore(before, note, checkpoint, handOvers, memory)
    : await firstKey(note, checkpoint, read);
  const log = new Log(checkpoint, read);
  let since: Sighting["since"] = null;
  try {
    since = before && (await extended(before, note, checkpoint, log, memory));
    if (!since) await log.checkEdge();
  } catch (failure) {
    if (failure instanceof LogFault) failure.isSigned = isSigned;
    throw failure;
  }
  const witnessed = isSigned && witnesses.length ? await findWitnessed(log, note, keys, read, witnesses) : null;
  remember(memory, { vkeys: keys.map(({ text }) => text), note: note.whole, seenAt: new Date().toISOString() });
  return { log, checkpoint, note: note.whole, key, keys, isSigned, since, witnessed };
}

function parsed(data: Bytes | null, path = CHECKPOINT): [Note, Checkpoint] {
  const note = data && parseNote(data);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!note || !checkpoint) throw new LogFault("checkpoint", path);
  return [note, checkpoint];
}

interface Trusted {
  keys: VerifierKey[];
  key: VerifierKey;
  isSigned: boolean;
}

/** The first visit: the log's own list of keys is believed, and held on to. */
async function firstKey(note: Note, checkpoint: Checkpoint, read: ReadFile): Promise<Trusted> {
  const list = await read("vkey");
  const lines = (list && textOf(list))?.split("\n").filter(Boolean) ?? [];
  const keys = (await Promise.all(lines.map(parseKey))).filter((one) => one !== null);
  const own = keys.filter((one) => one.algorithm === ED25519 && one.name === checkpoint.origin);
  if (own.length === 0) throw new LogFault("key", "vkey");
  return signedBy(own, note, checkpoint);
}

async function keyOfBefore(
  before: Remembered, note: Note, checkpoint: Checkpoint, handOvers: Sources["handOvers"], memory: Memory,
): Promise<Trusted> {
  let keys = (await Promise.all(before.vkeys.map(parseKey))).filter((one) => one !== null);
  const known = (): boolean => note.signatures.some((one) => keys.some((key) => key.name === one.name && key.id === one.id));
  const seen = parseNote(before.note);
  const origin = seen && parseCheckpoint(seen.text)?.origin;
  if (origin && origin !== checkpoint.origin) {
    keep(memory, "origin", before.note, note.whole);
    throw new LogFault("origin", CHECKPOINT);
  }
  if (!known()) keys = await follow(keys, checkpoint.origin, await handOvers());
  if (!known()) {
    keep(memory, "key", before.note, note.whole);
    throw new LogFault("key", "vkey");
  }
  return signedBy(keys, note, checkpoint);
}

/** Add the keys that trusted ones handed over to. A hand-over counts when the old and the new key signed it. */
async function follow(trusted: readonly VerifierKey[], origin: string, handOvers: readonly string[]): Promise<VerifierKey[]> {
  const keys = [...trusted];
  if (!(await knowsEd25519())) return keys;
  for (const whole of handOvers) {
    const note = parseNote(whole);
    const [, named, old, next] = HAND_OVER.exec(note?.text ?? "") ?? [];
    const from = keys.find(({ text }) => text === old);
    const to = await parseKey(next ?? "");
    if (!note || named !== origin || !from || to?.name !== origin || to.algorithm !== ED25519) continue;
    try {
      if ((await signersOf(note, [from, to])).length === 2) keys.unshift(to);
    } catch (failure) {
      if (!(failure instanceof SignatureWrong)) throw failure;
    }
  }
  return keys;
}

async function signedBy(keys: VerifierKey[], note: Note, checkpoint: Checkpoint, path = CHECKPOINT): Promise<Trusted> {
  const of = (one: VerifierKey): boolean => note.signatures.some(({ name, id }) => name === one.name && id === one.id);
  const claimed = keys.find((one) => one.name === checkpoint.origin && of(one));
  if (!claimed) throw new LogFault("key", "vkey");
  if (!(await knowsEd25519())) return { keys, key: claimed, isSigned: false };
  try {
    const signers = await signersOf(note, keys);
    const key = signers.find((one) => one.key.name === checkpoint.origin)?.key;
    if (!key) throw new LogFault("key", "vkey");
    return { keys, key, isSigned: true };
  } catch (failure) {
    if (failure instanceof SignatureWrong) throw new LogFault("checkpoint", path);
    throw failure;
  }
}

/** That the log seen before is the beginning of this one. Null where what was kept is not a note. */
async function extended(
  before: Remembered, note: Note, checkpoint: Checkpoint, log: Log, memory: Memory,
): Promise<{ size: number; at: string } | null> {
  const seen = parseNote(before.note);
  const older = seen && parseCheckpoint(seen.text);
  if (!older) return null;
  if (older.size > checkpoint.size) {
    keep(memory, "rollback", before.note, note.whole);
    throw new LogFault("rollback", CHECKPOINT);
  }
  if (older.size === checkpoint.size && !saysTheSame(older, checkpoint)) {
    keep(memory, "fork", before.note, note.whole);
    throw new LogFault("fork", CHECKPOINT);
  }
  await log.checkEdge();
  if (!same(await log.rootAt(older.size), older.root)) {
    keep(memory, "fork", before.note, note.whole);
    throw new LogFault("fork", CHECKPOINT);
  }
  return { size: older.size, at: before.seenAt };
}

/** The checkpoint itself where witnesses have signed it already; otherwise the one the log keeps for that. */
async function findWitnessed(
  log: Log, note: Note, keys: readonly VerifierKey[], read: ReadFile, witnesses: readonly string[],
): Promise<Sighting["witnessed"]> {
  const now = await cosignersOf(note, witnesses);
  if (now.length) return { size: log.checkpoint.size, signers: now };
  const data = await read(WITNESSED);
  if (!data) return null;
  const [older, checkpoint] = parsed(data, WITNESSED);
  await signedBy([...keys], older, checkpoint, WITNESSED);
  if (checkpoint.size > log.checkpoint.size) return null; // Published since we looked; the next look will have it.
  if (!same(await log.rootAt(checkpoint.size), checkpoint.root)) throw new LogFault("fork", WITNESSED);
  const signers = await cosignersOf(older, witnesses);
  return signers.length ? { size: checkpoint.size, signers } : null;
}

async function cosignersOf(note: Note, witnesses: readonly string[]): Promise<Signer[]> {
  const keys = (await Promise.all(witnesses.map(parseKey))).filter((one) => one?.algorithm === COSIGNATURE);
  const found: Signer[] = [];
  for (const key of keys as VerifierKey[]) {
    try {
      found.push(...(await signersOf(note, [key])));
    } catch (failure) {
      if (!(failure instanceof SignatureWrong)) throw failure; // A wrong cosignature is none.
    }
  }
  return found;
}

function keep(memory: Memory, what: Evidence["what"], older: string, newer: string): void {
  memory.keep({ what, older, newer, foundAt: new Date().toISOString() });
}

/** Another tab may be ahead by now: what is remembered never gets smaller. */
function remember(memory: Memory, seen: Remembered): void {
  const kept = parseNote(memory.load()?.note ?? "");
  const ahead = kept && parseCheckpoint(kept.text);
  const ours = parseCheckpoint(parseNote(seen.note)?.text ?? "");
  if (!ahead || !ours || ahead.size <= ours.size) memory.save(seen);
}

/** Check that `text` is entry `index` of the log and that it is about the owner of `own`; as what, is returned.
 *  Without `own` only the first is checked. Throws `LogFault`. */
export async function checkEntry(log: Log, index: number, text: string, own?: OwnKey): Promise<Part | null> {
  if (index >= log.checkpoint.size) throw new LogFault("entry", CHECKPOINT);
  const logged = await log.entry(index);
  if (!same(logged, utf8(text))) throw new LogFault("entry", log.bundlePath(index));
  if (!own) return null;
  const part = await partOf(text, own);
  if (!part) throw new LogFault("stranger", log.bundlePath(index));
  return part;
}
