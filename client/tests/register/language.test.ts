/** The reader's language is chosen as the server chooses it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage } from "../../src/lib/register/language.ts";

test("the language itself, another of its name, English, or the first", () => {
  const cases: [Record<string, string>, string, string][] = [
    [{ en: "a", "fr-CA": "b" }, "fr-CA", "fr-CA"],
    [{ en: "a", "fr-CA": "b" }, "fr", "fr-CA"],
    [{ en: "a", fr: "b" }, "fr-CA", "fr"],
    [{ de: "a", en: "b" }, "fr-CA", "en"],
    [{ de: "a", fr: "b" }, "nl", "de"],
    [{ "fr-BE": "a", "fr-FR": "b" }, "fr-CA", "fr-BE"],
  ];
  for (const [words, wanted, chosen] of cases) assert.equal(chooseLanguage(words, wanted), chosen, wanted);
});
