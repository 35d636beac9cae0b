/** What does one hash say about a whole list? The Merkle tree of RFC 6962 §2.1 and its proofs, RFC 9162 §2.1.3–2.1.4. */
import { concat, same, utf8, type Bytes } from "./bytes.ts";

/** The hash of the perfect subtree `index` at `level` (level 0 is a leaf). */
export type Read = (level: number, index: number) => Promise<Bytes>;

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** RFC 6962 §2.1: the tree without entries. */
export const emptyRoot = (): Promise<Bytes> => sha256(utf8(""));
export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(concat(LEAF, entry));
export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(concat(NODE, left, right));

/** The root over a list of leaf (or subtree) hashes.
 *
 * RFC 6962 splits at the largest power of two below the size; pairing neighbours from below, with the odd last
 * one carried up unchanged, gives the same tree.
 */
export async function treeRoot(hashes: readonly Bytes[]): Promise<Bytes> {
  if (hashes.length === 0) return emptyRoot();
  let row = [...hashes];
  while (row.length > 1) {
    const above: Promise<Bytes>[] = [];
    for (let at = 0; at < row.length; at += 2) {
      const left = row[at] as Bytes;
      const right = row[at + 1];
      above.push(right ? nodeHash(left, right) : Promise.resolve(left));
    }
    row = await Promise.all(above);
  }
  return row[0] as Bytes;
}

/** The perfect subtrees a tree of `size` is made of, largest first. */
export function peaksOf(size: number): { level: number; index: number }[] {
  const peaks = [];
  let start = 0;
  for (let level = 52; level >= 0; level -= 1) {
    const width = 2 ** level;
    if (Math.floor(size / width) % 2 === 0) continue;
    peaks.push({ level, index: start / width });
    start += width;
  }
  return peaks;
}

/** The root of the first `size` entries, from perfect subtrees. */
export async function rootOf(size: number, read: Read): Promise<Bytes> {
  const peaks = await Promise.all(peaksOf(size).map(({ level, index }) => read(level, index)));
  let root = peaks.pop();
  if (!root) return emptyRoot();
  while (peaks.length) root = await nodeHash(peaks.pop() as Bytes, root);
  return root;
}

/** RFC 9162 §2.1.3.2: does `proof` lead from `leaf` at `index` to `root` of a tree of `size`? */
export async function isIncluded(leaf: Bytes, index: number, size: number, proof: readonly Bytes[], root: Bytes): Promise<boolean> {
  if (index < 0 || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const step of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = await nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else hash = await nodeHash(hash, step);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(hash, root);
}

/** RFC 9162 §2.1.4.2: is the tree of `older` entries the beginning of the tree of `newer`? */
export async function isExtension(
  older: number, olderRoot: Bytes, newer: number, newerRoot: Bytes, proof: readonly Bytes[],
): Promise<boolean> {
  if (older > newer) return false;
  if (older === newer) return proof.length === 0 && same(olderRoot, newerRoot);
  if (older === 0) return proof.length === 0 && same(olderRoot, await emptyRoot());
  const isPeak = Number.isInteger(Math.log2(older));
  const path = isPeak ? [olderRoot, ...proof] : proof;
  let [fn, sn] = [older - 1, newer - 1];
  while (fn % 2 === 1) [fn, sn] = [(fn - 1) / 2, Math.floor(sn / 2)];
  const first = path[0];
  if (!first) return false;
  let [left, right] = [first, first];
  for (const step of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [left, right] = [await nodeHash(step, left), await nodeHash(step, right)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else right = await nodeHash(right, step);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(left, olderRoot) && same(right, newerRoot);
}
