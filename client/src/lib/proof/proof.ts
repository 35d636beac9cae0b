/** Does this downloaded proof hold on its own? C2SP tlog-proof: an entry's way to a signed root, in one text file. */
import { fromBase64, type Bytes } from "./bytes.ts";
import { isIncluded, leafHash } from "./merkle.ts";
import { parseCheckpoint, parseNote, signersOf, SignatureWrong, type Checkpoint, type VerifierKey } from "./note.ts";

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;

export interface TlogProof {
  index: number;
  hashes: Bytes[];
  /** The signed note, word for word. */
  checkpoint: string;
  /** Reelm puts the entry itself here. */
  extra: Bytes | null;
}

export function parseProof(text: string): TlogProof | null {
  const cut = text.indexOf("\n\n");
  if (cut < 0) return null;
  const lines = text.slice(0, cut).split("\n");
  if (lines.shift() !== FIRST_LINE) return null;
  let extra: Bytes | null = null;
  if (lines[0]?.startsWith("extra ")) {
    extra = fromBase64((lines.shift() as string).slice(6));
    if (!extra) return null;
  }
  const digits = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "")?.[1];
  const hashes = lines.map(fromBase64);
  if (digits === undefined || hashes.length > MOST_HASHES || hashes.some((one) => one?.length !== 32)) return null;
  return { index: Number(digits), hashes: hashes as Bytes[], checkpoint: text.slice(cut + 2), extra };
}

export type ProofVerdict =
  | { ok: true; checkpoint: Checkpoint; index: number; entry: Bytes }
  | { ok: false; what: "malformed" | "signature" | "inclusion" };

/** Check a proof for `entry` (or for the entry it carries) against keys the caller trusts. */
export async function checkProof(text: string, keys: readonly VerifierKey[], entry?: Bytes): Promise<ProofVerdict> {
  const proof = parseProof(text);
  const note = proof && parseNote(proof.checkpoint);
  const checkpoint = note && parseCheckpoint(note.text);
  const subject = entry ?? proof?.extra;
  if (!proof || !note || !checkpoint || !subject) return { ok: false, what: "malformed" };
  try {
    const signers = await signersOf(note, keys);
    if (!signers.some(({ key }) => key.name === checkpoint.origin)) return { ok: false, what: "signature" };
  } catch (failure) {
    if (failure instanceof SignatureWrong) return { ok: false, what: "signature" };
    throw failure;
  }
  const holds = await isIncluded(await leafHash(subject), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return holds ? { ok: true, checkpoint, index: proof.index, entry: subject } : { ok: false, what: "inclusion" };
}
