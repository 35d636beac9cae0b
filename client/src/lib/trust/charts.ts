// What do the charts on /trust draw?
import type { Trust } from "../api/types";

export interface Bar {
  kind: string;
  count: number;
  /** Of the largest bar, 0 to 100. */
  share: number;
}

/** Largest first; a kind that has any entry is never drawn as nothing. */
export function barsOf(counts: Trust["entries_by_kind"]): Bar[] {
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return [...counts]
    .sort((one, other) => other.count - one.count || one.kind.localeCompare(other.kind))
    .map(({ kind, count }) => ({ kind, count, share: count === 0 ? 0 : Math.max(1, (count / most) * 100) }));
}

export interface Day {
  /** ISO date, UTC. */
  day: string;
  count: number;
  /** Of these, the ones that everybody should look at. */
  loud: number;
}

const LOUD = new Set(["break-glass", "break-glass-overdue"]);
const DAYS = 30;

/** The last thirty days, oldest first, also those on which nothing was written. */
export function daysOf(counts: Trust["entries_by_day"], now: number): Day[] {
  return Array.from({ length: DAYS }, (_, ago) => {
    const day = new Date(now - (DAYS - 1 - ago) * 86_400_000).toISOString().slice(0, 10);
    const found = counts.filter((one) => one.day.slice(0, 10) === day);
    const sum = (of: typeof found): number => of.reduce((total, one) => total + one.count, 0);
    return { day, count: sum(found), loud: sum(found.filter(({ kind }) => LOUD.has(kind))) };
  });
}
