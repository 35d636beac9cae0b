/** The trees and files of the log, against numbers published by others and against the definitions. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { toHex } from "../../src/lib/proof/bytes.ts";
import { isExtension, isIncluded, leafHash, nodeHash, peaksOf, rootOf, treeRoot } from "../../src/lib/proof/merkle.ts";
import { edgeOf, entriesIn, hashesIn, holderOf, pathOf, widthOf } from "../../src/lib/proof/tiles.ts";
import type { Bytes } from "../../src/lib/proof/bytes.ts";
import { bytes, numbered, pack } from "./make-log.ts";

/** The eight entries and roots of Certificate Transparency's own reference tests. */
const ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("the roots are those of Certificate Transparency's reference tests", async () => {
  const leaves = await Promise.all(ENTRIES.map((hex) => leafHash(bytes(Buffer.from(hex, "hex")))));
  for (const [size, root] of ROOTS.entries()) assert.equal(toHex(await treeRoot(leaves.slice(0, size))), root);
});

/** RFC 6962 §2.1.1 and §2.1.2, by their definitions. */
async function path(at: number, leaves: Bytes[]): Promise<Bytes[]> {
  if (leaves.length <= 1) return [];
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return at < half ? [...(await path(at, left)), await treeRoot(right)] : [...(await path(at - half, right)), await treeRoot(left)];
}
async function extension(older: number, leaves: Bytes[], whole: boolean): Promise<Bytes[]> {
  if (older === leaves.length) return whole ? [] : [await treeRoot(leaves)];
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return older <= half
    ? [...(await extension(older, left, whole)), await treeRoot(right)]
    : [...(await extension(older - half, right, false)), await treeRoot(left)];
}

test("every proof of every tree up to 33 entries holds, and none with a hash changed, added or left out", async () => {
  const all = await Promise.all(numbered(33).map((entry) => leafHash(bytes(entry))));
  for (let size = 1; size <= 33; size += 1) {
    const leaves = all.slice(0, size);
    const root = await treeRoot(leaves);
    for (let at = 0; at < size; at += 1) {
      const proof = await path(at, leaves);
      const leaf = leaves[at] as Bytes;
      assert.ok(await isIncluded(leaf, at, size, proof, root));
      for (const wrong of spoilt(proof)) assert.ok(!(await isIncluded(leaf, at, size, wrong, root)));
      assert.ok(!(await isIncluded(leaf, size, size, proof, root)));
    }
    for (let older = 1; older < size; older += 1) {
      const proof = await extension(older, leaves, true);
      const olderRoot = await treeRoot(leaves.slice(0, older));
      assert.ok(await isExtension(older, olderRoot, size, root, proof));
      for (const wrong of spoilt(proof)) assert.ok(!(await isExtension(older, olderRoot, size, root, wrong)));
      assert.ok(!(await isExtension(older, root, size, root, proof)));
    }
  }
});

function spoilt(proof: Bytes[]): Bytes[][] {
  const other = proof.map((one, at) => (at === 0 ? bytes(one.map((byte, place) => (place === 0 ? byte ^ 1 : byte))) : one));
  return [[...proof, new Uint8Array(32)], ...(proof.length ? [other, proof.slice(1), proof.slice(0, -1)] : [])];
}

test("a root from perfect subtrees is the root by definition", async () => {
  const leaves = await Promise.all(numbered(70).map((entry) => leafHash(bytes(entry))));
  const node = async (level: number, index: number): Promise<Bytes> =>
    level === 0 ? (leaves[index] as Bytes) : nodeHash(await node(level - 1, index * 2), await node(level - 1, index * 2 + 1));
  for (let size = 0; size <= 70; size += 1) assert.deepEqual(await rootOf(size, node), await treeRoot(leaves.slice(0, size)));
  assert.deepEqual(peaksOf(2 ** 40 + 1), [{ level: 40, index: 0 }, { level: 0, index: 2 ** 40 }]);
});

test("paths are written as tlog-tiles writes them", () => {
  const cases: [Parameters<typeof pathOf>[0], string][] = [
    [{ level: 0, index: 1234067, width: 256 }, "tile/0/x001/x234/067"],
    [{ level: 0, index: 273, width: 112 }, "tile/0/273.p/112"],
    [{ level: 2, index: 0, width: 1 }, "tile/2/000.p/1"],
    [{ level: "entries", index: 1000, width: 256 }, "tile/entries/x001/000"],
  ];
  for (const [tile, path] of cases) assert.equal(pathOf(tile), path);
});

test("a log of 70,000 entries has three partial tiles at its edge", () => {
  assert.deepEqual(edgeOf(70_000).map(pathOf), ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
  assert.deepEqual(edgeOf(256).map(pathOf), ["tile/1/000.p/1"]);
  assert.deepEqual(edgeOf(0), []);
  assert.equal(widthOf(70_000, 1, 0), 256);
  assert.deepEqual(holderOf(70_000, 8, 272), { tile: { level: 1, index: 1, width: 17 }, first: 16, count: 1 });
});

test("a bundle that is cut, too long or of another count is refused", () => {
  const whole = pack(["one", "", "three"].map((one) => Buffer.from(one)));
  assert.deepEqual(entriesIn(whole, 3)?.map((one) => Buffer.from(one).toString()), ["one", "", "three"]);
  for (let end = 0; end < whole.length; end += 1) assert.equal(entriesIn(whole.slice(0, end), 3), null);
  assert.equal(entriesIn(bytes(Buffer.concat([whole, Buffer.from([0])])), 3), null);
  assert.equal(entriesIn(whole, 2), null);
  assert.equal(entriesIn(whole, 4), null);
  assert.equal(hashesIn(bytes(createHash("sha256").digest()), 2), null);
});
