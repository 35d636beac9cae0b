// The hashtags of a caption, in any script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tagsIn } from "../../src/lib/feed/tags.ts";

test("hashtags are found once each, folded, in any script", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["no tags", []],
    ["#Cats and #cats #CATS", ["cats"]],
    ["#été, #Noël!", ["été", "noël"]],
    ["＃猫 #हिन्दी #กิน", ["猫", "हिन्दी", "กิน"]],
    ["#1 of #2024 #24h", ["24h"]],
    ["a#b &#39; ##x", ["x"]],
    ["#snake_case#joined", ["snake_case"]],
    ["(#round) #end.", ["round", "end"]],
  ];
  for (const [caption, tags] of cases) assert.deepEqual(tagsIn(caption), tags, caption);
});
