import { videoPath } from "../abroad/links";
import { addressOf, spokenOf } from "../abroad/names";
import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { FeedItem, LessKind, Person } from "../api/types";
import { t } from "../i18n/i18n.svelte";
import { invite } from "../people/invite.svelte";
import type { WatchLog } from "../player/watch";
import { SHOWN_WITH_ACT_MS, toasts } from "../ui/toasts.svelte";
import type { Clips } from "./clips.svelte";
import { tagsIn } from "./tags";

/** What the person's hand on the feed needs of it. */
interface Stage {
  clips(): Clips;
  watch(): WatchLog;
  /** Bring the next clip on screen. */
  next(): void;
  /** Ask again for what has not been shown. */
  renew(): void;
}

/** What a person says about the clip on screen, so that the feed shows them other ones. */
export class Shaping {
  constructor(private readonly stage: Stage) {}

  /** On to the next clip. It is told once it can no longer be taken back. */
  notInterested({ video, impression_id }: FeedItem): void {
    const takeBack = this.stage.watch().notInterestedIn(SHOWN_WITH_ACT_MS, video.id, impression_id, () => this.stage.renew());
    this.stage.next();
    toasts.offer(t("shape.notInterestedDone"), { words: t("undo"), run: takeBack });
  }

  /** For You leaves out a creator (`ana`, `ana@eu`) or a hashtag from now on. */
  async seeLess(item: FeedItem, kind: LessKind, value: string): Promise<void> {
    if (!invite.admits("invite.shape", videoPath(item.video))) return;
    const named = { what: kind === "creator" ? `@${value}` : kind === "tag" ? `#${value}` : value };
    const said = await this.#try(() => api.seeLess(kind, value, true));
    if (!said) return;
    this.stage.clips().leaveOut(({ video }) => (kind === "creator" ? addressOf(video.author) === value : kind === "tag" && tagsIn(video.caption).includes(value)));
    this.stage.renew();
    toasts.offer(t("less.done", named), {
      words: t("undo"),
      run: () => void this.#try(() => api.seeLess(kind, value, false)).then((undone) => undone && this.stage.renew()),
    });
  }

  async mute(item: FeedItem): Promise<void> {
    const { author } = item.video;
    if (!invite.admits("invite.shape", videoPath(item.video))) return;
    if (!(await this.#try(() => api.mute(addressOf(author), true)))) return;
    this.#without(author);
    toasts.offer(t("mute.done", { who: spokenOf(author) }), {
      words: t("undo"),
      run: () => void this.#try(() => api.mute(addressOf(author), false)),
    });
  }

  async block(item: FeedItem): Promise<void> {
    const { author } = item.video;
    if (!(await this.#try(() => api.block(addressOf(author), true)))) return;
    this.#without(author);
    toasts.say(t("block.done", { who: spokenOf(author) }));
  }

  #without(person: Person): void {
    this.stage.clips().dropBy(person);
    this.stage.renew();
  }

  /** Whether the server did it; where it refuses, that is said. */
  async #try(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (failure) {
      toasts.say(wordsFor(failure), "problem");
      return false;
    }
  }
}
