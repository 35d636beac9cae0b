// How far has this person read the entries about them? Kept in this browser, one number an account.
import type { OwnEntry } from "../api/types";

const key = (account: string): string => `reelm.ledger.read.${account}`;

function lastRead(account: string): number {
  try {
    return Number(localStorage.getItem(key(account)) ?? -1);
  } catch {
    return -1;
  }
}

/** The entries about the person that came after those read last. */
export function unreadOf(account: string, entries: readonly OwnEntry[]): OwnEntry[] {
  const read = lastRead(account);
  return entries.filter((one) => one.role === "subject" && (one.index === null || one.index > read));
}

/** Everything up to here has been on the screen. */
export function markRead(account: string, entries: readonly OwnEntry[]): void {
  const newest = Math.max(lastRead(account), ...entries.map((one) => one.index ?? -1));
  try {
    localStorage.setItem(key(account), String(newest));
  } catch {
    // Kept for this visit only: the card will count them again.
  }
}
