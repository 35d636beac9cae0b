/** What is pasted as a key is one public key of the curve P-256, and a private one is sent nowhere. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { readKey } from "../../src/lib/organisations/keys.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const open = pair.publicKey.export({ format: "jwk" });
const secret = pair.privateKey.export({ format: "jwk" });

test("one public key is taken, by itself or as a set of one", () => {
  for (const one of [open, { keys: [open] }]) assert.deepEqual(readKey(JSON.stringify(one)), { jwk: open, fault: null });
});

test("a private key is known in whatever form it is pasted", () => {
  const pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const ssh = pem.replaceAll("PRIVATE KEY", "OPENSSH PRIVATE KEY");
  const cut = JSON.stringify(secret).slice(0, -1);
  for (const one of [JSON.stringify(secret), JSON.stringify({ keys: [secret] }), JSON.stringify({ keys: [open, secret] }), pem, ssh, cut]) {
    assert.deepEqual(readKey(one), { jwk: null, fault: "private" });
  }
});

test("anything else is refused with its reason", () => {
  const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ format: "jwk" });
  const cases: [string, string][] = [
    [" ", "empty"],
    ["a key", "json"],
    ["[]", "json"],
    ["{\"keys\":[1]}", "json"],
    ["{\"keys\":[]}", "many"],
    [JSON.stringify({ keys: [open, open] }), "many"],
    [JSON.stringify(other), "kind"],
    ["{}", "kind"],
  ];
  for (const [text, fault] of cases) assert.deepEqual(readKey(text), { jwk: null, fault }, text);
});
