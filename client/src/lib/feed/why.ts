import type { Why, WhyPart } from "../api/types";

/** A part as it is shown: how much it weighs among those that are, in whole percent. */
export interface Cause extends WhyPart {
  percent: number;
}

const MOST_SHOWN = 4;
const LEAST_SHARE = 0.01;

/** The causes that weigh most, heaviest first; what has no share worth a bar is left out. */
export function causesOf(why: Why): Cause[] {
  const parts = why.parts.filter((part) => Number.isFinite(part.share) && part.share >= LEAST_SHARE);
  const heaviest = [...parts].sort((one, other) => other.share - one.share).slice(0, MOST_SHOWN);
  return heaviest.map((part) => ({ ...part, percent: Math.min(100, Math.max(1, Math.round(part.share * 100))) }));
}
