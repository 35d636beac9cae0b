import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { FeedEdit, FeedSettings, LessOf } from "../api/types";
import { dropKept } from "../feed/kept";
import { feedMode } from "../feed/mode.svelte";
import { t } from "../i18n/i18n.svelte";
import { toasts } from "../ui/toasts.svelte";

/** How one's own feed is set, as the server keeps it. */
export class OwnFeed {
  settings = $state.raw<FeedSettings | null>(null);
  problem = $state("");
  #changing: Promise<unknown> = Promise.resolve();

  async load(): Promise<void> {
    this.problem = "";
    try {
      this.#has(await api.ownFeed());
    } catch (failure) {
      this.problem = wordsFor(failure);
    }
  }

  /**
   * Change something, after what was changed before has been kept: lists are replaced whole, and the next edit is of
   * the newest. Gives why it was refused, or nothing.
   */
  change(edit: (settings: FeedSettings) => FeedEdit): Promise<string> {
    const done = this.#changing.then(() => this.#change(edit));
    this.#changing = done;
    return done;
  }

  async #change(edit: (settings: FeedSettings) => FeedEdit): Promise<string> {
    if (!this.settings) return "";
    try {
      this.#has(await api.changeFeed(edit(this.settings)));
      dropKept();
      return "";
    } catch (failure) {
      return wordsFor(failure);
    }
  }

  async seeAsBefore({ kind, value }: LessOf): Promise<void> {
    try {
      await api.seeLess(kind, value, false);
      dropKept();
      await this.load();
    } catch (failure) {
      toasts.say(wordsFor(failure), "problem");
    }
  }

  /** Forget what was learned; whether it was done. */
  async reset(choices: boolean): Promise<boolean> {
    try {
      await api.resetFeed({ choices });
      dropKept();
      await this.load();
      toasts.say(t("reset.done"));
      return true;
    } catch (failure) {
      toasts.say(wordsFor(failure), "problem");
      return false;
    }
  }

  #has(settings: FeedSettings): void {
    this.settings = settings;
    feedMode.is(settings.mode);
  }
}
