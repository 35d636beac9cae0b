/** A browser without Ed25519: it says so, and still checks the hashes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEntry, look, LogFault } from "../../src/lib/proof/verifier.ts";
import { makeKey, MadeLog, numbered, plainMemory } from "./make-log.ts";

const importKey = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = ((...given: unknown[]) => {
  const algorithm = given[2] as { name?: string };
  if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("unknown", "NotSupportedError"));
  return (importKey as (...all: unknown[]) => Promise<CryptoKey>)(...given);
}) as typeof crypto.subtle.importKey;

test("without Ed25519 the hashes are checked and the signature is said not to be", async () => {
  const log = new MadeLog(makeKey("log.example")).grow(numbered(5));
  const sources = { read: log.read, handOvers: () => Promise.resolve([]), memory: plainMemory() };
  const seen = await look(sources);
  assert.equal(seen.isSigned, false);
  await checkEntry(seen.log, 2, "entry 2");
  log.flip("tile/0/000.p/5");
  await assert.rejects(look(sources), LogFault);
});
