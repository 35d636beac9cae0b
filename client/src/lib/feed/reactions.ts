import { crossing } from "../abroad/crossing.svelte";
import { videoPath } from "../abroad/links";
import { addressOf, isAbroad, spokenOf } from "../abroad/names";
import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { FeedItem, Followed, Person } from "../api/types";
import { t } from "../i18n/i18n.svelte";
import { invite } from "../people/invite.svelte";
import { toasts } from "../ui/toasts.svelte";
import type { Clips } from "./clips.svelte";

/** Like or take the like back: shown at once, undone with a word if the server refuses. Gives whether it changed. */
export async function setLike(item: FeedItem, liked: boolean): Promise<boolean> {
  if (!invite.admits("invite.like", videoPath(item.video)) || item.you.liked === liked) return false;
  const { counts } = item.video;
  item.you.liked = liked;
  counts.likes += liked ? 1 : -1;
  try {
    const now = await api.like(item.video.id, liked);
    if (item.you.liked === liked) counts.likes = now.likes;
    return true;
  } catch (failure) {
    item.you.liked = !liked;
    counts.likes -= liked ? 1 : -1;
    toasts.say(t(liked ? "like.undone" : "like.kept", { why: wordsFor(failure) }), "problem");
    return false;
  }
}

/** Follow or unfollow the author: shown at once on all their clips, undone with a word if the server refuses. Gives whether it changed. */
export async function setFollow(clips: Clips, item: FeedItem, follows: boolean): Promise<boolean> {
  const { author } = item.video;
  if (!invite.admits("invite.follow", videoPath(item.video))) return false;
  return (await follow(author, follows, (shown) => clips.markFollowed(author, shown))) !== null;
}

/** Follow or unfollow somebody. `mark` shows it at once; of somebody of another realm once it may be told there. */
export async function follow(person: Person, follows: boolean, mark: (follows: boolean) => void): Promise<Followed | null> {
  const who = spokenOf(person);
  let outcome: Followed | null = null;
  try {
    outcome = await crossing.carry({ what: "follow", who, values: { account: who } }, person.realm, (told) => {
      if (told || !follows || !isAbroad(person.realm)) mark(follows);
      return api.follow(addressOf(person), follows, told);
    });
  } catch (failure) {
    toasts.say(t("follow.undone", { who, why: wordsFor(failure) }), "problem");
  }
  if (!outcome) mark(!follows);
  return outcome;
}
