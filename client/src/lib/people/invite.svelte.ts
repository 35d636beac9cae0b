import type { Key } from "../i18n/i18n.svelte";
import { session } from "./session.svelte";

/** The sheet that asks a signed-out person to join, and where to bring them back to. */
class Invite {
  reason = $state<Key | null>(null);
  next = $state("/");

  /** True when somebody is signed in; otherwise asks them to join and gives false. */
  admits(reason: Key, next: string): boolean {
    if (session.me) return true;
    this.reason = reason;
    this.next = next;
    return false;
  }
}

export const invite = new Invite();
