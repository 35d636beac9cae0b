/** contracts/vectors/ledger: the browser's verifier gives the answers that every verifier of the log must give. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromBase64, toBase64, utf8, type Bytes } from "../../src/lib/proof/bytes.ts";
import { isExtension, isIncluded, leafHash, treeRoot } from "../../src/lib/proof/merkle.ts";
import { parseCheckpoint, parseKey, parseNote, signersOf, SignatureWrong, type VerifierKey } from "../../src/lib/proof/note.ts";
import { checkProof } from "../../src/lib/proof/proof.ts";
import { edgeOf, entriesIn, holderOf, pathOf } from "../../src/lib/proof/tiles.ts";

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../contracts/vectors/ledger/${name}.json`, import.meta.url), "utf8")) as T;
/** Base64 that may hold anything, as the vectors write it. */
const raw = (text: string): Bytes => fromBase64(text) as Bytes;

interface Case {
  case: string;
  refused: string | null;
}

test("leaf hashes, roots and proofs of merkle.json", async () => {
  interface Proof extends Record<"old" | "new" | "index" | "size", number>, Record<"leaf" | "root" | "old_root" | "new_root", string> {
    case: string;
    proof: string[];
    holds: boolean;
  }
  const vectors = read<Record<"entries" | "leaf_hashes" | "roots", string[]> & Record<"inclusion" | "consistency", Proof[]>>("merkle");
  const leaves = await Promise.all(vectors.entries.map((entry) => leafHash(raw(entry))));
  assert.deepEqual(leaves.map(toBase64), vectors.leaf_hashes);
  for (const [size, root] of vectors.roots.entries()) assert.equal(toBase64(await treeRoot(leaves.slice(0, size))), root);
  for (const one of vectors.inclusion) {
    assert.equal(await isIncluded(raw(one.leaf), one.index, one.size, one.proof.map(raw), raw(one.root)), one.holds, one.case);
  }
  for (const one of vectors.consistency) {
    const held = await isExtension(one.old, raw(one.old_root), one.new, raw(one.new_root), one.proof.map(raw));
    assert.equal(held, one.holds, one.case);
  }
});

test("paths, layouts, holders and bundles of tiles.json", () => {
  interface Vectors {
    paths: { path: string; level: number | "entries" | null; index: number; width: number }[];
    layouts: { size: number; partial: string[] }[];
    holders: { size: number; level: number; index: number; path: string; first: number; count: number }[];
    bundles: (Case & { data: string; width: number; entries?: string[] })[];
  }
  const vectors = read<Vectors>("tiles");
  for (const { path, level, index, width } of vectors.paths) assert.equal(pathOf({ level: level ?? "entries", index, width }), path);
  for (const { size, partial } of vectors.layouts) {
    assert.deepEqual(edgeOf(size).map(pathOf), partial.filter((path) => !path.startsWith("tile/entries")));
  }
  for (const { size, level, index, path, first, count } of vectors.holders) {
    const held = holderOf(size, level, index);
    assert.deepEqual([pathOf(held.tile), held.first, held.count], [path, first, count]);
  }
  for (const one of vectors.bundles) {
    assert.deepEqual(entriesIn(raw(one.data), one.width)?.map(toBase64) ?? null, one.refused ? null : one.entries, one.case);
  }
});

test("keys, notes and cosignatures of notes.json", async () => {
  interface Vectors {
    vkeys: (Case & { vkey: string; name?: string; key_id?: string })[];
    notes: (Case & { note: string; vkeys: string[]; signed?: { vkey: string; at: number | null }[] })[];
    cosignatures: { case: string; vkey: string; at: number; body: string; line: string }[];
  }
  const vectors = read<Vectors>("notes");
  for (const one of vectors.vkeys) {
    const key = await parseKey(one.vkey);
    if (one.refused) assert.equal(key, null, one.case);
    else assert.deepEqual([key?.name, key?.id], [one.name, one.key_id], one.case);
  }
  for (const one of vectors.notes) {
    const signed = await outcome(raw(one.note), one.vkeys);
    if (one.refused) assert.equal(typeof signed, "string", `${one.case}: ${one.refused}`);
    else assert.deepEqual(signed, one.signed, one.case);
  }
  for (const one of vectors.cosignatures) {
    const note = utf8(`${new TextDecoder().decode(raw(one.body))}\n${one.line}`);
    assert.deepEqual(await outcome(note, [one.vkey]), [{ vkey: one.vkey, at: one.at }], one.case);
  }
});

/** Who signed, or why that can't be said. */
async function outcome(data: Bytes, vkeys: string[]): Promise<string | { vkey: string; at: number | null }[]> {
  const note = parseNote(data);
  if (!note) return "malformed";
  try {
    return (await signersOf(note, await keysOf(vkeys))).map(({ key, at }) => ({ vkey: key.text, at }));
  } catch (failure) {
    if (failure instanceof SignatureWrong) return "signature";
    throw failure;
  }
}
const keysOf = async (vkeys: string[]): Promise<VerifierKey[]> => (await Promise.all(vkeys.map(parseKey))).filter((key) => key !== null);

test("checkpoints of checkpoints.json", async () => {
  interface Vectors {
    texts: (Case & { text: string; checkpoint?: { origin: string; size: number; root: string } })[];
    signed: (Case & { note: string; vkeys: string[] })[];
  }
  const vectors = read<Vectors>("checkpoints");
  for (const one of vectors.texts) {
    const found = parseCheckpoint(new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw(one.text)));
    const written = found && { ...found, root: toBase64(found.root) };
    assert.deepEqual(written, one.refused ? null : one.checkpoint, one.case);
  }
  for (const one of vectors.signed) {
    const signed = await outcome(raw(one.note), one.vkeys);
    const checkpoint = parseCheckpoint(parseNote(raw(one.note))?.text ?? "");
    const isGood = typeof signed !== "string" && checkpoint !== null && signed.some(({ vkey }) => vkey.startsWith(`${checkpoint.origin}+`));
    assert.equal(isGood, one.refused === null, one.case);
  }
});

test("proofs of proofs.json", async () => {
  const { vkey, proofs } = read<{ vkey: string; proofs: (Case & { proof: string; entry: string })[] }>("proofs");
  const keys = await keysOf([vkey]);
  for (const one of proofs) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw(one.proof));
    const verdict = await checkProof(text, keys, raw(one.entry));
    assert.equal(verdict.ok, one.refused === null, one.case);
  }
});

