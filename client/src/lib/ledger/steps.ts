// Which parts of a check held, which did not, and which were not reached?
import type { LogFault, Sighting, What } from "../proof/verifier";
import type { Check } from "./ledger.svelte";

export type StepName = "signature" | "consistency" | "tiles" | "inclusion" | "mine" | "witnesses";
export type Held = "yes" | "no" | "unknown" | "first";
export interface Step {
  name: StepName;
  held: Held;
}

const BROKEN: Record<What, StepName> = {
  checkpoint: "signature",
  key: "signature",
  origin: "signature",
  root: "inclusion",
  fork: "consistency",
  rollback: "consistency",
  tile: "inclusion",
  bundle: "inclusion",
  entry: "inclusion",
  proof: "inclusion",
  stranger: "mine",
};

/** The steps of checking one entry (or, without `check`, the log alone) in the order they are shown. `isMine`: it names its reader. */
export function stepsOf(sighting: Sighting | null, fault: LogFault | null, check?: Check, isMine = true): Step[] {
  const broken = check?.state === "fails" ? BROKEN[check.fault.what] : !check && fault ? BROKEN[fault.what] : null;
  const seen = sighting !== null;
  const signature: Held = (sighting ?? fault)?.isSigned ? "yes" : "unknown";
  const steps: Step[] = [
    { name: "signature", held: signature },
    { name: "consistency", held: seen ? (sighting.since ? "yes" : "first") : "unknown" },
  ];
  if (check) {
    steps.push({ name: "inclusion", held: check.state === "holds" || broken === "mine" ? "yes" : "unknown" });
    if (isMine) steps.push({ name: "mine", held: check.state === "holds" && check.part !== null ? "yes" : "unknown" });
  } else {
    steps.push({ name: "tiles", held: seen ? "yes" : "unknown" });
    steps.push({ name: "witnesses", held: seen && sighting.witnessed ? "yes" : "unknown" });
  }
  const isBroken = (name: StepName): boolean => name === broken || (name === "tiles" && broken === "inclusion");
  return steps.map((step) => (isBroken(step.name) ? { ...step, held: "no" } : step));
}
