// What says so much that the rest of the feed is asked for again, and how often that is.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { AtMost, isQuickSkip, isReplay } from "../../src/lib/feed/signals.ts";

test("a clip left within two seconds or before a fifth of it is skipped quickly", () => {
  const cases: [number, number | null, boolean][] = [
    [0, 8000, true],
    [1999, 8000, true],
    [2000, 8000, false],
    [2000, 60_000, true],
    [11_999, 60_000, true],
    [12_000, 60_000, false],
    [1500, 1500, false],
    [1400, 1500, true],
    [1000, null, true],
    [3000, null, false],
  ];
  for (const [watched, length, skipped] of cases) assert.equal(isQuickSkip(watched, length), skipped, `${watched} of ${length}`);
});

test("watching one and a half times its length is watching it again", () => {
  assert.equal(isReplay(11_999, 8000), false);
  assert.equal(isReplay(12_000, 8000), true);
  assert.equal(isReplay(12_000, null), false);
  assert.equal(isReplay(12_000, 0), false);
});

test("a run of signals acts at once and then at most once a second", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const acted: number[] = [];
  const renewal = new AtMost(1000, async () => void acted.push(Date.now()), () => Date.now());
  const pass = async (ms: number): Promise<void> => {
    for (let n = 0; n < ms / 100; n += 1) {
      mock.timers.tick(100);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const began = Date.now();
  for (let n = 0; n < 25; n += 1) {
    renewal.signal();
    renewal.signal();
    await pass(100);
  }
  await pass(2000);
  assert.deepEqual(acted.map((at) => Math.round((at - began) / 1000)), [0, 1, 2, 3]);
  renewal.signal();
  renewal.stop();
  await pass(3000);
  assert.equal(acted.length, 4);
  mock.timers.reset();
});

test("a signal while it acts is not lost, and nothing acts twice at the same time", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let running = 0;
  let most = 0;
  let times = 0;
  let done: () => void = () => undefined;
  const renewal = new AtMost(
    1000,
    async () => {
      times += 1;
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => (done = resolve));
      running -= 1;
    },
    () => Date.now(),
  );
  renewal.signal();
  mock.timers.tick(0);
  renewal.signal();
  mock.timers.tick(5000);
  assert.equal(times, 1);
  done();
  await new Promise((resolve) => setImmediate(resolve));
  mock.timers.tick(1000);
  assert.deepEqual([times, most], [2, 1]);
  mock.timers.reset();
});
