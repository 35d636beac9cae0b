// Which step of a move is a person told of?
import type { Move, MoveStep } from "../api/types";

/** What happens, in the order in which it does. */
export const STAGES = ["asked", "copied", "compared", "handedOver", "erased"] as const;
export type Stage = (typeof STAGES)[number];

const UNDER_WAY: ReadonlySet<MoveStep> = new Set(["asked", "copying", "copied", "verified", "switched", "erased"]);
const HAS_WAY_BACK: ReadonlySet<MoveStep> = new Set(["asked", "copying", "copied", "verified"]);
const HANDED_OVER: ReadonlySet<MoveStep> = new Set(["switched", "erased", "done"]);

/** Whether something will still happen by itself. */
export const isUnderWay = ({ step }: Move): boolean => UNDER_WAY.has(step);
/** Whether the realm that is left can still call it off. */
export const hasWayBack = ({ step }: Move): boolean => HAS_WAY_BACK.has(step);
/** Whether the person belongs to the other realm from here on. */
export const isHandedOver = ({ step }: Move): boolean => HANDED_OVER.has(step);

/** The stage that goes on now, at the realm that is left; null once all are over. */
export function stageOf({ step, receipt }: Pick<Move, "step" | "receipt">): Stage | null {
  switch (step) {
    case "asked":
      return "asked";
    case "copying":
      return "copied";
    case "copied":
      return "compared";
    case "verified":
      return "handedOver";
    case "switched":
      return receipt ? "erased" : "handedOver";
    case "erased":
      return "erased";
    default:
      return null;
  }
}
