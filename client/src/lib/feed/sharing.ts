import { clipLink } from "../abroad/links";
import type { FeedItem } from "../api/types";
import { t } from "../i18n/i18n.svelte";
import { toasts } from "../ui/toasts.svelte";

/** Offer the system's share sheet. `by-hand`: there is none, show ours. `dropped`: the person thought better of it. */
export async function shareClip(item: FeedItem): Promise<"shared" | "dropped" | "by-hand"> {
  if (typeof navigator.share !== "function") return "by-hand";
  try {
    await navigator.share({ title: t("share.title", { name: item.video.author.display_name }), url: clipLink(item.video) });
    return "shared";
  } catch (refusal) {
    return refusal instanceof DOMException && refusal.name === "AbortError" ? "dropped" : "by-hand";
  }
}

/** Copy a clip's link; false where the browser refuses, so that it can be copied by hand. */
export async function copyLink(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    toasts.say(t("share.copied"));
    return true;
  } catch {
    toasts.say(t("share.notCopied"), "problem");
    return false;
  }
}
