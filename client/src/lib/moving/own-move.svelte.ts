import { home } from "../abroad/home.svelte";
import { api, type NewMove } from "../api/api";
import { Refused, wordsFor } from "../api/request";
import type { Me, Move } from "../api/types";
import { t } from "../i18n/i18n.svelte";
import { session } from "../people/session.svelte";
import { isHandedOver, isUnderWay } from "./steps";
import { forget, keep, recall, type Whereabouts } from "./whereabouts";

const LOOK_EVERY_MS = 1500;
/** How often once nothing has changed for a while: the other realm may be away. */
const LOOK_SELDOM_MS = 10_000;
const PATIENCE = 40;

/** One's own last move: what the realm says of it, and where one has gone once it lets one in no more. */
class OwnMove {
  move = $state.raw<Move | null>(null);
  /** Whether the move is from this realm to another one; otherwise it led here. */
  isLeaving = $state(false);
  /** False until the realm has answered. */
  known = $state(false);
  /** Where somebody has gone whom this realm has erased. */
  gone = $state.raw<Whereabouts | null>(null);
  problem = $state("");
  /** Where they said that they live, so that it need not be said twice. */
  place: { country: string; region: string } | null = null;
  isUnderWay = $derived(this.move !== null && isUnderWay(this.move));
  #latest: Whereabouts | null = null;
  #turn = -1;

  /** Ask how far it is. What is known of somebody else is dropped. */
  async look(): Promise<void> {
    const { me, turn } = session;
    if (!me) return this.#follow();
    if (this.#turn !== turn) this.#begin(turn);
    try {
      const move = await api.move();
      if (session.turn === turn) this.#take(move, me);
    } catch (failure) {
      if (session.turn === turn) await this.#miss(failure);
    } finally {
      if (session.turn === turn) this.known = true;
    }
  }

  /** Begin to move. Throws what the realm refuses. */
  async ask(wish: NewMove): Promise<void> {
    const { me } = session;
    const move = await api.askToMove(wish);
    if (me) this.#take(move, me);
  }

  /** Call the move off. Gives what went wrong, in words; empty where nothing did. */
  async callOff(): Promise<string> {
    const { me } = session;
    try {
      const move = await api.callOffMove();
      if (me) this.#take(move, me);
      return "";
    } catch (failure) {
      await this.look();
      return wordsFor(failure);
    }
  }

  /** Look again and again while the page can be seen, until it is over or the returned function is called. */
  watch(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unchanged = 0;
    let stopped = false;
    const plan = (): void => {
      clearTimeout(timer);
      if (stopped || document.hidden || !this.isUnderWay) return;
      timer = setTimeout(() => void look(), unchanged < PATIENCE ? LOOK_EVERY_MS : LOOK_SELDOM_MS);
    };
    const look = async (): Promise<void> => {
      const before = JSON.stringify(this.move);
      await this.look();
      unchanged = JSON.stringify(this.move) === before ? unchanged + 1 : 0;
      plan();
    };
    const seen = (): void => {
      unchanged = 0;
      if (document.hidden) clearTimeout(timer);
      else void look();
    };
    document.addEventListener("visibilitychange", seen);
    plan();
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }

  #begin(turn: number): void {
    this.#turn = turn;
    this.move = null;
    this.gone = null;
    this.known = false;
    this.problem = "";
    this.place = null;
  }

  #take(move: Move, me: Me): void {
    this.#turn = session.turn;
    this.move = move;
    this.problem = "";
    this.known = true;
    this.isLeaving = move.from_realm === me.realm;
    if (!this.isLeaving || !(isUnderWay(move) || isHandedOver(move))) {
      this.#latest = null;
      forget();
      return;
    }
    this.#latest = { realm: move.to_realm, address: move.address, handle: move.handle || me.handle, before: me.handle, sure: isHandedOver(move) };
    keep(this.#latest);
  }

  async #miss(failure: unknown): Promise<void> {
    if (failure instanceof Refused && failure.status === 401) {
      session.leave();
      await this.#follow();
    } else if (failure instanceof Refused && failure.slug === "move-not-found") {
      this.move = null;
      forget();
    } else this.problem = this.isUnderWay ? t("move.silent") : wordsFor(failure);
  }

  /** The realm knows nobody here any more: either their session has ended, or they have moved, as anybody can see. */
  async #follow(): Promise<void> {
    const { turn } = session;
    if (this.#turn === turn) return;
    this.#begin(turn);
    const where = this.#latest ?? recall();
    const left = where !== null && (where.sure || (await hasLeft(where.before)));
    if (session.turn !== turn) return;
    this.known = true;
    if (!left) return;
    this.gone = where;
    home.choose(where.realm);
  }
}

/** Whether this realm answers for the handle that its owner has moved. */
async function hasLeft(handle: string): Promise<boolean> {
  try {
    await api.profile(handle);
    return false;
  } catch (failure) {
    return failure instanceof Refused && failure.slug === "moved-to-realm";
  }
}

export const ownMove = new OwnMove();
