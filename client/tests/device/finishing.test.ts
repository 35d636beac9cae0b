/** A code is shown again as it was given, however it was typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asShown, enrolCommands } from "../../src/lib/device/finishing.ts";

test("letters, spaces and hyphens do not matter", () => {
  for (const typed of ["0110-ABCD-EFGH-7XYZ", " oiL0 abcd-efgh7XYZ", "0110abcdefgh7xyz"]) assert.equal(asShown(typed), "0110-ABCD-EFGH-7XYZ");
  assert.equal(asShown(""), "");
});

test("nothing that is typed becomes a command", () => {
  const quotes = (code: string): number => enrolCommands("https://reelm.example", code).split("'").length;
  assert.equal(quotes("'; rm -rf x; '"), quotes("0110-ABCD-EFGH-7XYZ")); // it stays inside of them
});
