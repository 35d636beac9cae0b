import type { FeedMode } from "../api/types";
import { Clips } from "./clips.svelte";

const KEPT = new Map<FeedMode, { turn: number; clips: Clips }>();

/** What was chosen for the feeds has changed: each begins anew when it is opened. */
export function dropKept(): void {
  KEPT.clear();
}

/** The feed as the person left it; a fresh one when somebody else looks (`turn` changed). */
export function keptClips(mode: FeedMode, turn: number): Clips {
  const kept = KEPT.get(mode);
  if (kept?.turn === turn) return kept.clips;
  const clips = new Clips(mode);
  KEPT.set(mode, { turn, clips });
  return clips;
}
