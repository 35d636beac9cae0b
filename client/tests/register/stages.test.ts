/** The dates of a decision in the order of time, up to its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listStages, type Dated } from "../../src/lib/register/stages.ts";

const at = (day: number): string => new Date(Date.UTC(2027, 0, day)).toISOString();
const dated = (changes: Partial<Dated> = {}): Dated => ({
  stages: { issued_at: at(1), notice_at: at(2), deadline_at: at(10) },
  replyUntil: at(8),
  reviews: [],
  reviewBy: at(90),
  ended: null,
  ...changes,
});
const names = (one: Dated, now = 5): string => listStages(one, Date.parse(at(now))).map(({ name, isPast }) => (isPast ? name.toUpperCase() : name)).join(" ");

test("what has passed is told from what comes", () => {
  assert.equal(names(dated()), "ISSUED NOTICE reply deadline lapses");
  assert.equal(names(dated(), 10), "ISSUED NOTICE REPLY DEADLINE lapses");
});

test("reviews stand where they happened, and the new end at the end", () => {
  const kept = dated({ reviews: [{ at: at(60), until: at(150) }], reviewBy: at(150) });
  assert.equal(names(kept, 61), "ISSUED NOTICE REPLY DEADLINE REVIEWED lapses");
  assert.equal(listStages(kept, 0).at(-1)?.at, at(150));
});

test("what would have come after the end does not come", () => {
  assert.equal(names(dated({ ended: { name: "lifted", at: at(5) } }), 20), "ISSUED NOTICE LIFTED");
  assert.equal(names(dated({ ended: { name: "lapsed", at: at(90) } }), 100), "ISSUED NOTICE REPLY DEADLINE LAPSED");
});
