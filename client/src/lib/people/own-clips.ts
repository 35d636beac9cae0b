import { api } from "../api/api";
import { wordsFor } from "../api/request";
import { t } from "../i18n/i18n.svelte";
import { toasts } from "../ui/toasts.svelte";

/** Delete one's own clip and say so; false, with the reason said, where the server refuses. */
export async function deleteClip(id: string): Promise<boolean> {
  try {
    await api.deleteVideo(id);
    toasts.say(t("delete.done"));
    return true;
  } catch (failure) {
    toasts.say(t("delete.failed", { why: wordsFor(failure) }), "problem");
    return false;
  }
}
