import { api } from "../api/api";
import { wordsFor } from "../api/request";
import type { FeedItem } from "../api/types";
import { t } from "../i18n/i18n.svelte";
import { invite } from "../people/invite.svelte";
import { clipPath } from "../../router.svelte";
import { toasts } from "../ui/toasts.svelte";
import type { Clips } from "./clips.svelte";

/** Like or take the like back: shown at once, undone with a word if the server refuses. */
export async function setLike(item: FeedItem, liked: boolean): Promise<void> {
  if (!invite.admits("invite.like", clipPath(item.video.id)) || item.you.liked === liked) return;
  const { counts } = item.video;
  item.you.liked = liked;
  counts.likes += liked ? 1 : -1;
  try {
    const now = await api.like(item.video.id, liked);
    if (item.you.liked === liked) counts.likes = now.likes;
  } catch (failure) {
    item.you.liked = !liked;
    counts.likes -= liked ? 1 : -1;
    toasts.say(t(liked ? "like.undone" : "like.kept", { why: wordsFor(failure) }), "problem");
  }
}

/** Follow or unfollow the author: shown at once on all their clips, undone with a word if the server refuses. */
export async function setFollow(clips: Clips, item: FeedItem, follows: boolean): Promise<void> {
  const { handle } = item.video.author;
  if (!invite.admits("invite.follow", clipPath(item.video.id))) return;
  clips.markFollowed(handle, follows);
  try {
    await api.follow(handle, follows);
  } catch (failure) {
    clips.markFollowed(handle, !follows);
    toasts.say(t("follow.undone", { handle, why: wordsFor(failure) }), "problem");
  }
}
