import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { DataMap } from "../../src/lib/api/types.ts";
import { kindsOf, matching, widest } from "../../src/lib/data-map/kinds.ts";

const map = JSON.parse(readFileSync(new URL("../../../contracts/data-map.json", import.meta.url), "utf8")) as DataMap;
const kinds = kindsOf(map);
const search = (query: string): string[] =>
  matching(kinds, query, (kind) => kind.key, (held) => `${held.table.what} ${held.fields.join(" ")}`).map((kind) => kind.key);

test("every field of the map is in exactly one place", () => {
  const shown = kinds.flatMap((kind) => kind.held.flatMap((held) => held.fields.map((field) => `${held.table.name}.${field}`)));
  const all = map.tables.flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`));
  assert.deepEqual(shown.sort(), all.sort());
});

test("fields that others receive stand apart from those beside them", () => {
  const email = kinds.find((kind) => kind.key === "user.contact.email")!.held[0]!;
  assert.equal(email.table.name, "accounts");
  assert.ok(email.table.receivers.includes("everybody"));
  assert.ok(!email.receivers.includes("everybody"));
});

test("what is about people comes first", () => {
  const first = kinds.findIndex((kind) => !kind.personal);
  assert.ok(first > 0);
  assert.ok(kinds.slice(first).every((kind) => !kind.personal));
});

test("a kind is as open as its most open field", () => {
  assert.equal(widest(kinds.find((kind) => kind.key === "user.contact.email")!), "stays-home");
  assert.equal(widest(kinds.find((kind) => kind.key === "user.unique_id")!), "public-copy-may-cross");
});

test("a search asks for every word, whatever its case and accents", () => {
  assert.deepEqual(search("EMAIL"), ["user.contact.email"]);
  assert.ok(search("impressions watched").length === 0);
  assert.deepEqual(search("view_time WATCHED_MS"), ["reelm.user.behavior.view_time"]);
  assert.deepEqual(search("émail"), ["user.contact.email"]);
  assert.deepEqual(search("birth"), ["user.demographic.date_of_birth"]);
  assert.ok(search("old enough").length > 5);
  assert.deepEqual(search("nothing is called this"), []);
  assert.equal(search("  ").length, kinds.length);
});
