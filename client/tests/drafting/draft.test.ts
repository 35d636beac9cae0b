/** A form becomes a decision that can be signed, or says what is wrong with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { asInstant, asLocal, emptyDraft, findFaults, inWords, lines, makeDocument, nextVersion, noWords, type Draft } from "../../src/lib/drafting/draft.ts";
import type { DecisionDocument } from "../../src/lib/api/device-types.ts";

const EXAMPLE = JSON.parse(readFileSync(new URL("../../../contracts/vectors/decision-example.json", import.meta.url), "utf8")) as DecisionDocument;
const NOW = new Date(2027, 0, 10, 12);
const filled = (changes: Partial<Draft> = {}): Draft => ({ ...nextVersion(EXAMPLE, "ab".repeat(32), NOW), ...changes });

test("the next version of a decision can be signed as it is, and says what the one before it said", () => {
  const draft = filled();
  assert.deepEqual(findFaults(draft, NOW), []);
  const made = makeDocument(draft, NOW);
  const { signature, ...before } = EXAMPLE;
  assert.ok(signature);
  assert.deepEqual({ ...made, version: 1, replaces_sha256: undefined, stages: null, reply: null }, { ...before, replaces_sha256: undefined, stages: null, reply: null });
  assert.equal(made.version, 2);
  assert.equal(made.replaces_sha256, "ab".repeat(32));
});

test("an empty form lacks what nobody can guess", () => {
  const faults = findFaults(emptyDraft({ name: "Example Institution", domain: "institution.example" }, NOW, "x"), NOW);
  assert.deepEqual(faults, ["authority", "basis", "reason", "evidence", "app", "ids", "domains", "measures", "grantedBy", "email"]);
});

test("each rule is told by its name", () => {
  const day = (days: number): string => asLocal(new Date(NOW.getTime() + days * 86_400_000));
  const cases: [Partial<Draft>, string][] = [
    [{ covers: { app: false, site: false, embeds: true, successors: false } }, "nothing"],
    [{ apple: "", android: "" }, "ids"],
    [{ android: "notapackage" }, "ids"],
    [{ domains: "https://shortvideo.example/" }, "domains"],
    [{ successor: noWords() }, "successor"],
    [{ ownership: [] }, "ownership"],
    [{ groups: "Press Office" }, "groups"],
    [{ measures: ["recommend", "remove"] }, "recommend"],
    [{ noticeAt: "" }, "dates"],
    [{ noticeAt: day(-1) }, "notice"],
    [{ deadlineAt: day(0.5), replyUntil: day(0.4) }, "deadline"],
    [{ reviewAt: day(10) }, "review"],
    [{ reviewAt: day(367) }, "tooLong"],
    [{ replyUntil: day(20) }, "replyUntil"],
    [{ purposes: [{ code: "two words", words: { en: "a", "fr-CA": "" } }] }, "purposes"],
    [{ longestDays: 0 }, "longestDays"],
    [{ email: "nobody" }, "email"],
    [{ replyUrl: "http://institution.example/reply" }, "replyUrl"],
    [{ url: "institution.example" }, "urls"],
  ];
  for (const [changes, name] of cases) assert.deepEqual(findFaults(filled(changes), NOW), [name], name);
});

test("words that are not there are left out, and lists are one a line", () => {
  assert.deepEqual(inWords({ en: " a ", "fr-CA": "" }), { en: "a" });
  assert.equal(inWords(noWords()), null);
  assert.deepEqual(lines(" a.example\n\nb.example, a.example;c.example"), ["a.example", "b.example", "c.example"]);
});

test("a time of a field is an instant in UTC, to the second", () => {
  const at = new Date(2027, 5, 1, 9, 30);
  assert.equal(Date.parse(asInstant(asLocal(at)) ?? ""), at.getTime());
  assert.match(asInstant(asLocal(at)) ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
  assert.equal(asInstant("yesterday"), null);
});
