/** A downloaded proof on its own, and what the browser keeps between visits. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { browserMemory } from "../../src/lib/proof/memory.ts";
import { parseKey, type VerifierKey } from "../../src/lib/proof/note.ts";
import { checkProof, parseProof } from "../../src/lib/proof/proof.ts";
import { makeKey, MadeLog, numbered } from "./make-log.ts";

const leaf = (text: string): string => createHash("sha256").update(Buffer.from([0])).update(text).digest("base64");

/** Entry 1 of a log of two entries has one hash on its way: the other entry's. */
function madeProof(): { text: string; key: Promise<VerifierKey> } {
  const key = makeKey("log.example");
  const log = new MadeLog(key).grow(numbered(2));
  const extra = Buffer.from("entry 1").toString("base64");
  const checkpoint = Buffer.from(log.files.get("checkpoint")!).toString();
  const text = `c2sp.org/tlog-proof@v1\nextra ${extra}\nindex 1\n${leaf("entry 0")}\n\n${checkpoint}`;
  return { text, key: parseKey(key.vkey) as Promise<VerifierKey> };
}

test("a proof holds with what it carries, and against the key alone", async () => {
  const { text, key } = madeProof();
  const verdict = await checkProof(text, [await key]);
  assert.ok(verdict.ok);
  assert.deepEqual([verdict.index, verdict.checkpoint.size, Buffer.from(verdict.entry).toString()], [1, 2, "entry 1"]);
});

test("a proof changed in any one letter does not hold", async () => {
  const { text, key } = madeProof();
  const keys = [await key];
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === "B" ? "C" : "B";
    const verdict = await checkProof(text.slice(0, at) + other + text.slice(at + 1), keys);
    assert.equal(verdict.ok, false, `letter ${at}`);
  }
});

test("a proof for another entry, by another key or without its entry is refused with the cause", async () => {
  const { text, key } = madeProof();
  const keys = [await key];
  const cause = async (...given: Parameters<typeof checkProof>): Promise<string> => {
    const verdict = await checkProof(...given);
    return verdict.ok ? "holds" : verdict.what;
  };
  assert.equal(await cause(text, keys, new Uint8Array([1])), "inclusion");
  assert.equal(await cause(text, [(await parseKey(makeKey("log.example").vkey)) as VerifierKey]), "signature");
  assert.equal(await cause(text.replace(/extra .*\n/, ""), keys), "malformed");
  for (const wrong of ["", "c2sp.org/tlog-proof@v2\nindex 0\n\n", text.replace("index 1", "index 01"), text.replace("index 1\n", "")]) {
    assert.equal(parseProof(wrong), null);
  }
});

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

test("forgetting what was seen keeps the evidence, each pair of notes once", () => {
  const shelf = storage();
  const memory = browserMemory(() => shelf);
  memory.save({ vkeys: ["k"], note: "n", seenAt: "t" });
  for (const newer of ["b", "b", "c"]) memory.keep({ what: "fork", older: "a", newer, foundAt: "t" });
  memory.forget();
  assert.equal(memory.load(), null);
  assert.deepEqual(memory.evidence().map(({ newer }) => newer), ["b", "c"]);
});

test("a memory that is switched off or holds nonsense is an empty one", () => {
  const broken = browserMemory(() => {
    throw new DOMException("denied", "SecurityError");
  });
  broken.save({ vkeys: [], note: "n", seenAt: "t" });
  broken.forget();
  assert.deepEqual([broken.load(), broken.evidence()], [null, []]);
  const shelf = storage();
  for (const nonsense of ["{", "1", "[]", '{"note":1}', "null"]) {
    shelf.setItem("reelm.ledger.seen", nonsense);
    shelf.setItem("reelm.ledger.evidence", nonsense);
    assert.deepEqual([browserMemory(() => shelf).load(), browserMemory(() => shelf).evidence()], [null, []]);
  }
});
