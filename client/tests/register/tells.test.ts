/** An entry of the log counts for a step only where it says so, word for word. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { tellsOf, type Told } from "../../src/lib/register/tells.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const SHA = hash("a decision");
const told: Told = {
  sha256: SHA,
  replies: [{ words: "We have moved.", entry: "r1", by: "service" }],
  reviews: [{ entry: "v1", reason: { en: "Still so." }, answers: {}, until: "2027-09-01T00:00:00Z" }],
  liftedBecause: { en: "Seen to." },
};
const step = (what: string, entry: string) => ({ what, at: "2027-01-01T00:00:00Z", entry });
const entry = (id: string, kind: string, fact: object): string => JSON.stringify({ v: 1, id, kind, fact: { decision: SHA, ...fact } });

test("a step, a reply, a review and a lifting are told by their entries", async () => {
  const published = entry("p1", "suspension-step", { step: "published" });
  const replied = entry("r1", "suspension-reply", { by: "service", reply: hash("We have moved.") });
  const record = hash('{"answers":{},"reason":{"en":"Still so."}}');
  const reviewed = entry("v1", "suspension-step", { step: "reviewed", until: "2027-09-01T00:00:00Z", record });
  const lifted = entry("l1", "suspension-step", { step: "lifted", record: hash('{"en":"Seen to."}') });
  assert.ok(await tellsOf(published, step("published", "p1"), told));
  assert.ok(await tellsOf(replied, step("replied", "r1"), told));
  assert.ok(await tellsOf(reviewed, step("reviewed", "v1"), told));
  assert.ok(await tellsOf(lifted, step("lifted", "l1"), told));
});

test("an entry of another decision, step, id or other words tells nothing", async () => {
  const wrong: [string, ReturnType<typeof step>][] = [
    [entry("p1", "suspension-step", { step: "asked" }), step("published", "p1")],
    [entry("p2", "suspension-step", { step: "published" }), step("published", "p1")],
    [entry("p1", "suspension-step", { step: "published", decision: hash("another") }), step("published", "p1")],
    [entry("p1", "suspension-reply", { step: "published" }), step("published", "p1")],
    [entry("r1", "suspension-reply", { by: "service", reply: hash("We have not.") }), step("replied", "r1")],
    [entry("r1", "suspension-reply", { by: "staff", reply: hash("We have moved.") }), step("replied", "r1")],
    [entry("v1", "suspension-step", { step: "reviewed", until: "2028-09-01T00:00:00Z", record: hash("x") }), step("reviewed", "v1")],
    [entry("l1", "suspension-step", { step: "lifted" }), step("lifted", "l1")],
    ["{", step("published", "p1")],
    ["null", step("published", "p1")],
  ];
  for (const [text, one] of wrong) assert.equal(await tellsOf(text, one, told), false, text);
});
