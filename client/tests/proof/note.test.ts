/** Keys, signed notes and cosignatures: what is accepted and what is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromBase64Url } from "../../src/lib/proof/bytes.ts";
import { parseCheckpoint, parseKey, parseNote, SignatureWrong, signersOf, type Note, type VerifierKey } from "../../src/lib/proof/note.ts";
import { makeKey } from "./make-log.ts";

const SAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const BODY = "log.example\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const keyOf = async (text: string): Promise<VerifierKey> => (await parseKey(text)) as VerifierKey;

test("the sample key of the specification is read, and no key whose id is not its hash", async () => {
  assert.equal((await parseKey(SAMPLE))?.name, "example.com/foo");
  for (const wrong of [SAMPLE.replace("530d903a", "530d903b"), SAMPLE.replace("foo", "fop"), SAMPLE.slice(0, -4), ""]) {
    assert.equal(await parseKey(wrong), null);
  }
});

test("a note tells who of the known keys signed it, each once", async () => {
  const [log, other, witness] = [makeKey("log.example"), makeKey("other.example"), makeKey("witness.example", 4)];
  const note = parseNote(`${BODY}\n${other.line(BODY)}${log.line(BODY)}${log.line(BODY)}${witness.line(BODY, 1_790_000_000)}`) as Note;
  const keys = await Promise.all([log.vkey, witness.vkey].map(keyOf));
  const signers = await signersOf(note, keys);
  assert.deepEqual(signers.map(({ key, at }) => [key.name, at]), [["log.example", null], ["witness.example", 1_790_000_000]]);
  assert.deepEqual(await signersOf(note, []), []);
});

test("a known key with a wrong signature makes the whole note refused", async () => {
  const log = makeKey("log.example");
  const keys = [await keyOf(log.vkey)];
  const note = parseNote(`${BODY.replace("7", "8")}\n${log.line(BODY)}`) as Note;
  await assert.rejects(signersOf(note, keys), SignatureWrong);
  const witness = makeKey("w.example", 4);
  const late = parseNote(`${BODY}\n${log.line(BODY)}${witness.line(BODY, 5).replace(/(\S+)\n$/, (line) => moved(line))}`) as Note;
  await assert.rejects(signersOf(late, [await keyOf(witness.vkey)]), SignatureWrong);
});

/** The same cosignature under another time. */
function moved(line: string): string {
  const bytes = Buffer.from(line.trim(), "base64");
  bytes[11] = 6;
  return `${bytes.toString("base64")}\n`;
}

test("what is not a signed note is refused", () => {
  const line = makeKey("log.example").line(BODY);
  const wrong = [
    BODY, `${BODY}\n`, `${BODY}\n${line}`.slice(0, -1), `${BODY}\n${line.replace("\u2014", "-")}`, `${BODY}\n${line}\n`,
    `${BODY}\n${line.replace(" log", "  log")}`, `${BODY}\r\n\n${line}`, `${BODY}\n${line.replace(/\S+\n$/, "AAAA\n")}`,
    `${BODY}\n${line}and more\n`, `${BODY}\n${line.repeat(101)}`,
  ];
  for (const text of wrong) assert.equal(parseNote(text), null, JSON.stringify(text));
  assert.equal(parseNote(new Uint8Array([0xff, 0x0a, 0x0a])), null);
});

test("what is not a checkpoint is refused", () => {
  assert.equal(parseCheckpoint(BODY)?.size, 7);
  const wrong = [BODY.replace("7", "07"), BODY.replace("7", "-7"), BODY.replace("7", "1e3"), BODY.replace("AAAA", "AAA"), "\n7\n\n", ""];
  for (const text of wrong) assert.equal(parseCheckpoint(text), null, text);
});

test("bytes have one spelling only", () => {
  assert.equal(fromBase64("AB=="), null);
  assert.equal(fromBase64("AA="), null);
  assert.deepEqual(fromBase64Url("-_8"), new Uint8Array([0xfb, 0xff]));
  assert.equal(fromBase64Url("+/8"), null);
});
