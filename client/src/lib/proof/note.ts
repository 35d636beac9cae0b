/** Who signed this text? C2SP signed-note, tlog-checkpoint and tlog-cosignature, with Ed25519 of the browser. */
import { concat, fromBase64, same, textOf, toBase64, toHex, utf8, type Bytes } from "./bytes.ts";
import { sha256 } from "./merkle.ts";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
const MOST_SIGNATURES = 100;
const NAME = /^[^\s+]+$/u;
/** No control character but the line feed. */
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]/;

export interface VerifierKey {
  name: string;
  /** 8 hexadecimal digits. */
  id: string;
  algorithm: number;
  publicKey: Bytes;
  /** As it was written. */
  text: string;
}

export interface Signature {
  name: string;
  id: string;
  signature: Bytes;
}

export interface Note {
  /** What is signed, with its last line feed. */
  text: string;
  signatures: Signature[];
  /** The whole note, as it came. */
  whole: string;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

/** A signature that a known key did not make: the note is to be refused. */
export class SignatureWrong extends Error {
  constructor(key: string) {
    super(`the signature of ${key} is wrong`);
  }
}

/** Read `name+hex+base64`, as C2SP signed-note writes a public key; null when its id is not its hash. */
export async function parseKey(text: string): Promise<VerifierKey | null> {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text.trim());
  const [, name, id, encoded] = parts ?? [];
  const material = encoded ? fromBase64(encoded) : null;
  if (!name || !id || material?.length !== 33) return null;
  const hash = await sha256(concat(utf8(`${name}\n`), material));
  if (toHex(hash.slice(0, 4)) !== id) return null;
  return { name, id, algorithm: material[0] as number, publicKey: material.slice(1), text: text.trim() };
}

/** Read a signed note, or null when it is none. */
export function parseNote(data: Bytes | string): Note | null {
  const whole = typeof data === "string" ? data : textOf(data);
  if (whole === null || FORBIDDEN.test(whole)) return null;
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0 || !whole.endsWith("\n")) return null;
  const lines = whole.slice(cut + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) return null;
  const signatures = lines.map(signatureIn);
  if (signatures.some((one) => one === null)) return null;
  return { text: whole.slice(0, cut + 1), signatures: signatures as Signature[], whole };
}

function signatureIn(line: string): Signature | null {
  const [dash, name, encoded, more] = line.split(" ");
  const bytes = encoded ? fromBase64(encoded) : null;
  if (dash !== "\u2014" || !name || !NAME.test(name) || more !== undefined || !bytes || bytes.length < 5) return null;
  return { name, id: toHex(bytes.slice(0, 4)), signature: bytes.slice(4) };
}

/** Read the three lines of C2SP tlog-checkpoint, or null. Lines behind them are allowed, as the specification does. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin, digits, encoded, ...more] = text.split("\n");
  const root = encoded ? fromBase64(encoded) : null;
  if (!origin || !digits || !/^(?:0|[1-9]\d{0,15})$/.test(digits) || root?.length !== 32) return null;
  if (more.pop() !== "" || more.includes("")) return null; // Each line has its end, and none is empty.
  const size = Number(digits);
  return Number.isSafeInteger(size) ? { origin, size, root } : null;
}

export const formatCheckpoint = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

let able: Promise<boolean> | null = null;
/** Whether this browser knows Ed25519 (RFC 8032); older ones can only check the hashes. */
export function knowsEd25519(): Promise<boolean> {
  able ??= crypto.subtle
    .importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"])
    .then(() => true)
    .catch((failure: unknown) => !(failure instanceof DOMException && failure.name === "NotSupportedError"));
  return able;
}

async function isSignedBy(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    return false;
  }
}

export interface Signer {
  key: VerifierKey;
  /** When a witness says it saw the log, in seconds since 1970; null for a plain signature. */
  at: number | null;
}

/** Which of `keys` signed the note, each once. Unknown keys are passed over; throws `SignatureWrong` for a known
 *  key whose signature is not its own, as C2SP signed-note asks. */
export async function signersOf(note: Note, keys: readonly VerifierKey[]): Promise<Signer[]> {
  const found = new Map<string, Signer>();
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((one) => one.name === name && one.id === id);
    if (!key) continue;
    const at = key.algorithm === COSIGNATURE ? timeIn(signature) : null;
    const message = at === null ? note.text : `cosignature/v1\ntime ${at}\n${note.text}`;
    const bare = key.algorithm === COSIGNATURE ? signature.slice(8) : signature;
    const known = key.algorithm === ED25519 || key.algorithm === COSIGNATURE;
    if (!known || !(await isSignedBy(key.publicKey, bare, utf8(message)))) throw new SignatureWrong(name);
    if (!found.has(key.text)) found.set(key.text, { key, at });
  }
  return [...found.values()];
}

function timeIn(signature: Bytes): number {
  if (signature.length !== 72) return 0;
  return Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
}

/** Whether two notes say the same, whoever signed them. */
export const saysTheSame = (one: Checkpoint, other: Checkpoint): boolean =>
  one.origin === other.origin && one.size === other.size && same(one.root, other.root);
