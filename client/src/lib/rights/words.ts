import type { RightsRequest } from "../api/types";
import { i18n, t } from "../i18n/i18n.svelte";

/** Whether something is still to be done of it. */
export function isOpen(one: RightsRequest): boolean {
  return one.state === "asked" || one.state === "waiting" || one.state === "working";
}

/** How far it is, from 0 to 1. */
export function progressOf(one: RightsRequest): number {
  return one.total > 0 ? one.done / one.total : 0;
}

const STATES = {
  asked: "rights.state.asked",
  waiting: "rights.state.waiting",
  working: "rights.state.working",
  ready: "rights.state.ready",
  done: "rights.state.done",
  "called-off": "rights.state.called-off",
} as const;

/** How a request stands, in words. */
export function stateWords(one: RightsRequest): string {
  return t(STATES[one.state]);
}

/** A size as people read it. */
export function sizeOf(bytes: number): string {
  const unit = bytes < 1_000_000 ? "kilobyte" : "megabyte";
  const size = bytes / (unit === "kilobyte" ? 1000 : 1_000_000);
  return new Intl.NumberFormat(i18n.locale, { style: "unit", unit, maximumFractionDigits: size < 10 ? 1 : 0 }).format(size);
}
