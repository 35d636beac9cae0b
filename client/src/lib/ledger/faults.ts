// What is wrong, where, and what does it mean for the reader?
import { t } from "../i18n/i18n.svelte";
import type { Evidence, LogFault } from "../proof/verifier";

export const faultWords = ({ what, path }: LogFault): string => t(`fault.${what}`, { path });

/** Two notes that contradict each other, in one text that anybody can check. */
export function evidenceFile({ what, older, newer, foundAt }: Evidence): string {
  const parts = [`Reelm ledger, ${what}, found at ${foundAt}`, "--- seen first", older, "--- seen later", newer];
  return parts.join("\n\n");
}
