import { api } from "../api/api";
import { Refused } from "../api/request";
import type { Me, Role } from "../api/types";
import { i18n, nearest } from "../i18n/i18n.svelte";

const STAFF: ReadonlySet<Role> = new Set(["moderator", "operator", "auditor"]);

/** Who is looking: nobody, or the account the cookie belongs to. */
class Session {
  me = $state<Me | null>(null);
  /** False until the server has said who this is. */
  known = $state(false);
  unread = $state(0);
  /** Changes whenever another person looks, so that what was loaded for the last one is dropped. */
  turn = $state(0);
  /** Whether the staff console is for this person; what they may do there the server decides. */
  isStaff = $derived(this.me !== null && STAFF.has(this.me.role));

  async find(): Promise<void> {
    try {
      this.enter(await api.me());
    } catch (failure) {
      if (failure instanceof Refused && failure.status === 401) this.me = null;
    } finally {
      this.known = true;
    }
  }

  enter(me: Me): void {
    this.me = me;
    this.known = true;
    this.turn += 1;
    const spoken = nearest(me.locale);
    if (spoken) i18n.speak(spoken);
    void this.countUnread();
  }

  leave(): void {
    this.me = null;
    this.unread = 0;
    this.turn += 1;
  }

  async countUnread(): Promise<void> {
    if (!this.me || document.hidden) return;
    try {
      this.unread = (await api.notifications()).unread;
    } catch {
      // The dot stays as it was; the next look will tell.
    }
  }
}

export const session = new Session();
