// The map has every country that is large enough to see, Québec apart, and is small to load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { drawWorld } from "../../scripts/world-map.ts";

const world = drawWorld();

test("large countries and Québec are drawn, Antarctica is not", () => {
  for (const code of ["FR", "DE", "CA", "CA-QC", "US", "BR", "IN", "CN", "AU", "ZA", "RU", "GL"]) assert.ok(world.shapes[code], code);
  assert.equal(world.shapes["AQ"], undefined);
  assert.ok(Object.keys(world.shapes).length > 170);
});

test("every shape lies on the map and closes", () => {
  for (const [code, path] of Object.entries(world.shapes)) {
    assert.match(path, /^(M\d+ \d+l-?\d+[\d -]*z)+$/, code);
    for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g)) assert.ok(Number(x) <= world.width && Number(y) <= world.height, code);
  }
});

test("no shape spans the whole map: what crosses the 180th meridian is cut there", () => {
  for (const [code, path] of Object.entries(world.shapes)) {
    for (const ring of path.split("z").filter(Boolean)) {
      const [, ...steps] = [...ring.matchAll(/(-?\d+) ?(-?\d+)/g)].map(([, x]) => Number(x));
      assert.ok(steps.every((step) => Math.abs(step) < world.width / 4), code);
    }
  }
});

test("it is loaded in less than 60 kB", () => {
  assert.ok(gzipSync(JSON.stringify(world)).length < 60_000);
});
