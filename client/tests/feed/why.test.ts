// Which causes are shown, and how much each weighs.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Why, WhyPart } from "../../src/lib/api/types.ts";
import { causesOf } from "../../src/lib/feed/why.ts";

const why = (...parts: WhyPart[]): Why => ({ source: "neighbours", explored: false, parts });

test("the heaviest causes come first, at most four, in whole percent", () => {
  const shares = [0.1, 0.4, 0.05, 0.25, 0.2];
  const causes = causesOf(why(...shares.map((share): WhyPart => ({ kind: "tag", tag: String(share), share }))));
  assert.deepEqual(causes.map((cause) => cause.percent), [40, 25, 20, 10]);
});

test("what weighs nothing, or is no number, is left out; nothing is above a hundred", () => {
  const causes = causesOf(why({ kind: "fresh", share: 0 }, { kind: "liked", share: Number.NaN }, { kind: "popular", share: 1.2 }, { kind: "tag", share: 0.012 }));
  assert.deepEqual(causes.map(({ kind, percent }) => [kind, percent]), [["popular", 100], ["tag", 1]]);
  assert.deepEqual(causesOf(why()), []);
});
