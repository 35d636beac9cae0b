import assert from "node:assert/strict";
import { test } from "node:test";
import { Showing } from "../../src/lib/player/showing.ts";

/** Plays a clip of so many seconds for so long, four looks a second as browsers do. */
function play(showing: Showing, from_ms: number, to_ms: number, duration: number): void {
  showing.plays(true, from_ms);
  for (let at = from_ms; at <= to_ms; at += 250) showing.reaches(((at - from_ms) / 1000) % duration, duration);
  showing.plays(false, to_ms);
}

test("what was watched is told once, and again only when it grew", () => {
  const showing = new Showing();
  assert.equal(showing.take(0), null);
  play(showing, 1000, 3000, 10);
  assert.deepEqual(showing.take(3500), { watched_ms: 2000, replays: 0 });
  assert.equal(showing.take(9000), null);
  showing.plays(true, 10_000);
  assert.deepEqual(showing.take(10_500), { watched_ms: 2500, replays: 0 });
  assert.deepEqual(showing.take(11_000), { watched_ms: 3000, replays: 0 });
});

test("a clip left early was skipped, one played to its end finished", () => {
  for (const [seconds, ended] of [[2, "skipped"], [9.5, "skipped"], [9.75, "finished"], [12, "finished"]] as const) {
    const showing = new Showing();
    play(showing, 0, seconds * 1000, 10);
    assert.equal(showing.take(20_000, "clip")?.ended, ended, String(seconds));
  }
});

test("each time it begins again is a replay", () => {
  for (const [seconds, replays] of [[9, 0], [10.5, 1], [19.75, 1], [20.25, 2], [35, 3]] as const) {
    const showing = new Showing();
    play(showing, 0, seconds * 1000, 10);
    assert.equal(showing.take(60_000)?.replays, replays, String(seconds));
  }
});

test("a page that is left and come back to is told of by how it ended at last", () => {
  const showing = new Showing();
  play(showing, 0, 2000, 10);
  assert.deepEqual(showing.take(2000, "page"), { watched_ms: 2000, replays: 0, ended: "left" });
  assert.equal(showing.take(3000, "page"), null);
  assert.deepEqual(showing.take(3000, "clip"), { watched_ms: 2000, replays: 0, ended: "skipped" });
});

test("a clip that comes on screen once more goes on counting and has not begun again by that", () => {
  const showing = new Showing();
  play(showing, 0, 4000, 10);
  showing.take(4000, "clip");
  showing.reopen();
  play(showing, 10_000, 12_000, 10);
  assert.deepEqual(showing.take(12_000, "clip"), { watched_ms: 6000, replays: 0, ended: "skipped" });
});

test("nothing is told of what never played, and a clip of unknown length is never finished", () => {
  const showing = new Showing();
  assert.equal(showing.take(5000, "clip"), null);
  play(showing, 0, 3000, Number.NaN);
  assert.equal(showing.take(3000, "clip")?.ended, "skipped");
});
