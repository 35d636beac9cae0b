/** A decision's signature in the browser: the vector of `contracts`, made and checked by other programs, and what is changed in it. */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical } from "../../src/lib/register/canonical.ts";
import { isPrivate, thumbprintOf, verifyDecision, type PublicKey } from "../../src/lib/register/signature.ts";

const VECTORS = new URL("../../../contracts/vectors/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, VECTORS), "utf8");
const DECISION = JSON.parse(read("decision-example.json")) as Record<string, unknown>;
const KEYS: PublicKey[] = (JSON.parse(read("decision-example.keys.json")) as { keys: Record<string, string>[] }).keys.map((jwk) => ({ thumbprint: "", jwk }));

test("the canonical form is that of the file, which another program wrote", () => {
  assert.equal(canonical(DECISION), read("decision-example.json").trim());
});

test("the canonical form sorts by UTF-16 and writes numbers and signs as RFC 8785 does", () => {
  const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
  const order = [...canonical(value).matchAll(/:(\d)/g)].map(([, digit]) => digit).join("");
  assert.equal(order, "2467153");
  assert.equal(canonical([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0]), "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]");
  assert.equal(canonical("€$\u000f\nA'B\"\\/"), '"€$\\u000f\\nA\'B\\"\\\\/"');
});

test("what no document holds has no canonical form", () => {
  for (const one of [undefined, Number.NaN, Infinity, () => 1, "\ud800", { a: undefined }]) assert.throws(() => canonical(one), TypeError);
});

test("the vector's signature holds, and its digest is that of what was signed", async () => {
  const { signature, ...signed } = DECISION;
  const digest = createHash("sha256").update(canonical(signed)).digest("hex");
  const kid = await thumbprintOf(KEYS[0]!.jwk);
  assert.deepEqual(await verifyDecision(DECISION, KEYS), { state: "holds", kid, digest });
  assert.equal(typeof signature, "string");
});

test("whatever is changed in it, the signature does not hold", async () => {
  const changed: Record<string, unknown>[] = [
    { ...DECISION, version: 2 },
    { ...DECISION, extra: null },
    { ...DECISION, measures: [...(DECISION["measures"] as string[])].reverse() },
    { ...DECISION, contact: { email: "somebody-else@institution.example" } },
  ];
  for (const one of changed) assert.equal((await verifyDecision(one, KEYS)).state, "wrong");
});

test("a stranger's signature is told as that, and none as none", async () => {
  assert.equal((await verifyDecision(DECISION, [])).state, "stranger");
  const { signature, ...bare } = DECISION;
  assert.equal((await verifyDecision(bare, KEYS)).state, "unsigned");
  for (const broken of ["", "a", "a..b", `${signature}.`, "..", (signature as string).replace("..", ".e30.")]) {
    assert.equal((await verifyDecision({ ...bare, signature: broken }, KEYS)).state, "unsigned", broken);
  }
});

test("a list that gives a key another's name is not believed", async () => {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = own.publicKey.export({ format: "jwk" }) as Record<string, string>;
  const lying = [{ thumbprint: (await thumbprintOf(KEYS[0]!.jwk))!, jwk }];
  assert.equal((await verifyDecision(DECISION, lying)).state, "stranger");
});

test("a header that names another algorithm or type is refused, also by the right key", async () => {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = own.publicKey.export({ format: "jwk" }) as Record<string, string>;
  const kid = (await thumbprintOf(jwk))!;
  const { signature, ...bare } = DECISION;
  assert.ok(signature);
  const made = (header: object): string => {
    const head = Buffer.from(JSON.stringify(header)).toString("base64url");
    const input = `${head}.${Buffer.from(canonical(bare)).toString("base64url")}`;
    return `${head}..${sign("sha256", Buffer.from(input), { key: own.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const state = async (header: object): Promise<string> => (await verifyDecision({ ...bare, signature: made(header) }, [{ thumbprint: kid, jwk }])).state;
  assert.equal(await state({ alg: "ES256", kid, typ: "decision+jws" }), "holds");
  assert.equal(await state({ alg: "ES384", kid, typ: "decision+jws" }), "wrong");
  assert.equal(await state({ alg: "ES256", kid, typ: "JWT" }), "wrong");
  assert.equal(await state({ alg: "ES256", kid, typ: "decision+jws", crit: ["b64"], b64: false }), "wrong");
});

test("a private key is known as one", () => {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  assert.equal(isPrivate(own.privateKey.export({ format: "jwk" }) as Record<string, unknown>), true);
  assert.equal(isPrivate(own.publicKey.export({ format: "jwk" }) as Record<string, unknown>), false);
});
