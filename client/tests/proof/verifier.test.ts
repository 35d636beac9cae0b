/** What the verifier believes, what it refuses, and which file it names. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { checkEntry, look, LogFault, type Memory, type Sighting, type What } from "../../src/lib/proof/verifier.ts";
import { makeKey, MadeLog, numbered, plainMemory, type Signing } from "./make-log.ts";

const open = (log: MadeLog, memory: Memory = plainMemory(), witnesses: string[] = []): Promise<Sighting> =>
  look({ read: log.read, handOvers: () => Promise.resolve(log.handOvers), memory, witnesses });
const made = (count: number, key: Signing = makeKey("log.example")): MadeLog => new MadeLog(key).grow(numbered(count));
const fault = (what: What, path: string) => (failure: unknown) => {
  assert.ok(failure instanceof LogFault, String(failure));
  assert.deepEqual({ what: failure.what, path: failure.path }, { what, path });
  return true;
};

test("every entry of an honest log is found, whatever its size", async () => {
  for (const size of [1, 2, 7, 255, 256, 257, 511, 700]) {
    const log = made(size);
    const seen = await open(log);
    assert.equal(seen.isSigned, true);
    assert.equal(seen.since, null);
    for (const at of [0, size >> 1, size - 1]) assert.equal(await checkEntry(seen.log, at, `entry ${at}`), null);
    await assert.rejects(checkEntry(seen.log, size, `entry ${size}`), LogFault);
    await seen.log.checkAll();
  }
});

test("an empty log holds", async () => {
  const seen = await open(made(0));
  await seen.log.checkAll();
});

test("one bit changed in any file of the log is found, and the file is named", async () => {
  for (const size of [3, 256, 700]) {
    const log = made(size);
    for (const path of log.paths()) {
      for (const byte of [0, 1, 40, 8191]) {
        log.flip(path, byte);
        const what = path.startsWith("tile/entries") ? "bundle" : "tile";
        await assert.rejects(async () => (await open(log)).log.checkAll(), fault(what, path));
        log.flip(path, byte);
      }
    }
    await (await open(log)).log.checkAll();
  }
});

test("a fault says whether the signature had held before it", async () => {
  for (const [path, isSigned] of [["tile/0/000.p/3", true], ["checkpoint", false]] as const) {
    const log = made(3);
    log.flip(path, 40);
    await assert.rejects(open(log), (failure: unknown) => {
      assert.ok(failure instanceof LogFault, String(failure));
      assert.equal(failure.isSigned, isSigned);
      return true;
    });
  }
});

test("one bit changed high up in a log of 70,000 entries is named without reading the whole log", async () => {
  const log = made(70_000);
  for (const path of ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]) {
    log.flip(path, 3);
    await assert.rejects(open(log), fault("tile", path));
    log.flip(path, 3);
  }
  log.asked.length = 0;
  const seen = await open(log);
  await checkEntry(seen.log, 12_345, "entry 12345");
  assert.ok(log.asked.length <= 10, log.asked.join(" "));
});

test("a file that is missing, cut or too long is named", async () => {
  for (const spoil of [() => null, (file: Uint8Array) => file.slice(0, -1), (file: Uint8Array) => Buffer.concat([file, file])]) {
    const log = made(300);
    for (const path of log.paths()) {
      const whole = log.files.get(path)!;
      const other = spoil(whole);
      if (other) log.files.set(path, new Uint8Array(other));
      else log.files.delete(path);
      const what = path.startsWith("tile/entries") ? "bundle" : "tile";
      await assert.rejects(async () => (await open(log)).log.checkAll(), fault(what, path));
      log.files.set(path, whole);
    }
  }
});

test("a partial file that was tidied away is read from the full one", async () => {
  const log = made(200);
  const checkpoint = log.files.get("checkpoint")!;
  log.grow(numbered(200, 200));
  log.files.set("checkpoint", checkpoint);
  log.files.delete("tile/0/000.p/200");
  log.files.delete("tile/entries/000.p/200");
  const seen = await open(log);
  await checkEntry(seen.log, 199, "entry 199");
});

test("one bit changed in the checkpoint is refused", async () => {
  const log = made(5);
  const whole = log.files.get("checkpoint")!;
  for (let byte = 0; byte < whole.length; byte += 1) {
    log.flip("checkpoint", byte);
    await assert.rejects(open(log), LogFault, `byte ${byte}`);
    log.flip("checkpoint", byte);
  }
  log.files.delete("checkpoint");
  await assert.rejects(open(log), fault("checkpoint", "checkpoint"));
});

test("another text at the same place is refused", async () => {
  const seen = await open(made(5));
  await assert.rejects(checkEntry(seen.log, 3, "entry 4"), fault("entry", "tile/entries/000.p/5"));
});

test("a log that grew holds, and says since when it was watched", async () => {
  const [log, memory] = [made(3), plainMemory()];
  await open(log, memory);
  for (const more of [1, 252, 1, 300]) {
    const before = log.entries.length;
    log.grow(numbered(more, before));
    assert.equal((await open(log, memory)).since?.size, before);
  }
});

test("a fork is refused for good, and both notes are kept", async () => {
  const [key, memory] = [makeKey("log.example"), plainMemory()];
  const honest = made(300, key);
  await open(honest, memory);
  const forked = new MadeLog(key).grow(["another first", ...numbered(400, 1)]);
  await assert.rejects(open(forked, memory), fault("fork", "checkpoint"));
  await assert.rejects(open(forked.grow(["more"]), memory), fault("fork", "checkpoint"));
  const [found] = memory.evidence();
  assert.equal(found?.what, "fork");
  assert.equal(found?.older, Buffer.from(honest.files.get("checkpoint")!).toString());
  assert.ok(found?.newer.startsWith("log.example\n401\n"));
  await open(honest.grow(["the honest one goes on"]), memory);
});

test("another tree of the same size is a fork", async () => {
  const [key, memory] = [makeKey("log.example"), plainMemory()];
  await open(made(9, key), memory);
  await assert.rejects(open(new MadeLog(key).grow(numbered(9, 1)), memory), fault("fork", "checkpoint"));
});

test("a log that got shorter is refused", async () => {
  const [key, memory] = [makeKey("log.example"), plainMemory()];
  await open(made(9, key), memory);
  await assert.rejects(open(made(8, key), memory), fault("rollback", "checkpoint"));
  assert.equal(memory.evidence()[0]?.what, "rollback");
});

test("a tab that is behind does not make another one see a rollback", async () => {
  const [log, memory] = [made(9), plainMemory()];
  const ahead = made(9, log.key).grow(["ahead"]);
  const slow = look({
    read: async (path) => {
      if (path === "checkpoint") await open(ahead, memory);
      return log.read(path);
    },
    handOvers: () => Promise.resolve([]),
    memory,
  });
  await slow;
  assert.equal((await open(ahead, memory)).since?.size, 10);
});

test("a key nobody handed over to is refused, even by the same name", async () => {
  const memory = plainMemory();
  await open(made(4), memory);
  await assert.rejects(open(made(5), memory), fault("key", "vkey"));
  assert.equal(memory.evidence()[0]?.what, "key");
});

test("a key is followed to the one it handed over to, and only with both signatures", async () => {
  const [older, newer, memory] = [makeKey("log.example"), makeKey("log.example"), plainMemory()];
  const log = made(4, older);
  await open(log, memory);
  log.key = newer;
  log.grow(["signed by the new key"]);
  const text = `reelm.ledger/key-handover/v1\nlog.example\nold ${older.vkey}\nnew ${newer.vkey}\nsize 4\n`;
  log.handOvers = [`${text}\n${newer.line(text)}`];
  await assert.rejects(open(log, memory), fault("key", "vkey"));
  log.handOvers = [`${text}\n${older.line(text)}`];
  await assert.rejects(open(log, memory), fault("key", "vkey"));
  log.handOvers = [`${text}\n${older.line(text)}${newer.line(text)}`];
  assert.equal((await open(log, memory)).key.text, newer.vkey);
  log.handOvers = [];
  assert.equal((await open(log.grow(["again"]), memory)).since?.size, 5);
});

test("another log in the same place is refused", async () => {
  const memory = plainMemory();
  await open(made(4), memory);
  await assert.rejects(open(made(4, makeKey("other.example")), memory), fault("origin", "checkpoint"));
});

test("witnesses that signed are named, and a wrong cosignature is none", async () => {
  const [w1, w2] = [makeKey("w1.example", 4), makeKey("w2.example", 4)];
  const log = new MadeLog(makeKey("log.example"));
  log.grow(numbered(3), [[w1, 1_790_000_000]]);
  const impostor = makeKey("w2.example", 4);
  const { witnessed } = await open(log, plainMemory(), [w1.vkey, w2.vkey, impostor.vkey]);
  assert.deepEqual(witnessed?.signers.map(({ key, at }) => [key.name, at]), [["w1.example", 1_790_000_000]]);
  assert.equal(witnessed?.size, 3);
});

test("a checkpoint that witnesses signed earlier counts when it is the beginning of this log, and is a fork when not", async () => {
  const witness = makeKey("w1.example", 4);
  const log = new MadeLog(makeKey("log.example")).grow(numbered(3), [[witness, 5]]);
  const signed = log.files.get("checkpoint")!;
  log.files.set("checkpoint.witnessed", signed);
  log.grow(["one more"]);
  const { witnessed } = await open(log, plainMemory(), [witness.vkey]);
  assert.deepEqual([witnessed?.size, witnessed?.signers.length], [3, 1]);
  const other = new MadeLog(log.key).grow(numbered(4, 1));
  other.files.set("checkpoint.witnessed", signed);
  await assert.rejects(open(other, plainMemory(), [witness.vkey]), fault("fork", "checkpoint.witnessed"));
});

test("an entry about me is told from one about somebody else", async () => {
  const me = { key: Buffer.alloc(32, 7).toString("base64url"), account_id: "018f3c1e-0000-7000-8000-000000000001" };
  const id = "AAAAAAAAAAAAAAAAAAAAAA";
  const subject = createHmac("sha256", Buffer.alloc(32, 7)).update(`reelm/subject/v1\n${id}\n${me.account_id}`).digest("base64url");
  const mine = JSON.stringify({ id, subject });
  const log = new MadeLog(makeKey("log.example")).grow([mine, JSON.stringify({ id, actor: subject }), "{"]);
  const seen = await open(log);
  assert.equal(await checkEntry(seen.log, 0, mine, me), "subject");
  for (const at of [1, 2]) {
    await assert.rejects(checkEntry(seen.log, at, log.entries[at]!.toString(), me), fault("stranger", "tile/entries/000.p/3"));
  }
});
