// What a person is told of a move follows from what its realm says of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Move, MoveStep } from "../../src/lib/api/types.ts";
import { hasWayBack, isHandedOver, isUnderWay, STAGES, stageOf } from "../../src/lib/moving/steps.ts";

const STEPS: MoveStep[] = ["asked", "copying", "copied", "verified", "switched", "erased", "done"];
const receipt = { move: "m", left_realm: "eu", left_index: 1, arrived_realm: "ca-qc", arrived_index: 2, digest: "d" };
const at = (step: MoveStep): Move => ({ step, receipt: null }) as Move;

test("the stages go on in their order and never back", () => {
  const stages = [...STEPS.slice(0, 5).map((step) => stageOf({ step, receipt: null })), stageOf({ step: "switched", receipt }), stageOf({ step: "erased", receipt })];
  const places = stages.map((stage) => STAGES.findIndex((one) => one === stage));
  assert.deepEqual(places, places.toSorted((one, other) => one - other));
  assert.deepEqual(new Set(stages), new Set(STAGES));
  assert.equal(stageOf(at("done")), null);
});

test("what can be called off is under way, and what is handed over can't be", () => {
  for (const step of STEPS) {
    if (hasWayBack(at(step))) assert.ok(isUnderWay(at(step)), step);
    assert.notEqual(hasWayBack(at(step)), isHandedOver(at(step)), step);
  }
});

test("nothing goes on once it is over, refused or called off", () => {
  for (const step of ["done", "refused", "cancelled"] as const) {
    assert.ok(!isUnderWay(at(step)), step);
    assert.equal(stageOf(at(step)), null);
  }
});
