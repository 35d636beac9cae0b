import { api, type NewVideo } from "../api/api";
import { Refused, wordsFor } from "../api/request";
import type { VideoAndYou } from "../api/types";
import { megabytes, t } from "../i18n/i18n.svelte";
import { inspect } from "./inspect";
import { limits } from "./limits.svelte";
import { Transfer } from "./transfer.svelte";

const LOOK_EVERY_MS = 1500;

/** The clip being made. It outlives the upload page, so that browsing on does not stop the transfer. */
class Draft {
  file = $state<File | null>(null);
  preview = $state("");
  durationMs = $state<number | null>(null);
  transfer = $state<Transfer | null>(null);
  caption = $state("");
  visibility = $state<"public" | "private">("public");
  allowComments = $state(true);
  adultsOnly = $state(false);
  /** Null: the server chooses. */
  coverAtMs = $state<number | null>(null);
  problem = $state("");
  /** The person pressed Post; it happens once all bytes are there. */
  posting = $state(false);
  video = $state<VideoAndYou | null>(null);
  #timer = 0;
  #asked = false;

  /** Check a file against the realm's limits and start sending it; a file that is too much stays here. */
  async choose(file: File): Promise<void> {
    this.problem = "";
    const most = (await limits.ask())?.upload;
    if (file.size === 0) return this.#refuse(t("upload.emptyFile"));
    if (most && file.size > most.max_bytes) {
      return this.#refuse(t("upload.tooBig", { size: megabytes(file.size), limit: megabytes(most.max_bytes) }));
    }
    if (file.type && !/^(video\/|application\/octet-stream|application\/mp4)/.test(file.type)) return this.#refuse(t("upload.notVideo"));
    const preview = URL.createObjectURL(file);
    const { durationMs } = await inspect(preview);
    if (most && durationMs !== null && durationMs > (most.max_duration_s + 0.5) * 1000) {
      URL.revokeObjectURL(preview);
      return this.#refuse(t("upload.tooLong", { was: Math.round(durationMs / 1000), limit: most.max_duration_s }));
    }
    this.file = file;
    this.preview = preview;
    this.durationMs = durationMs;
    this.transfer = new Transfer(file);
    void this.transfer.start();
  }

  /** Post as soon as the bytes are there; asked again meanwhile, it still happens once. */
  async post(): Promise<void> {
    this.posting = true;
    const transfer = this.transfer;
    if (transfer?.state !== "sent" || this.#asked) return;
    this.#asked = true;
    this.problem = "";
    const wish: NewVideo = {
      upload_id: transfer.id,
      caption: this.caption.trim(),
      visibility: this.visibility,
      allow_comments: this.allowComments,
      age_limit: this.adultsOnly ? 18 : 0,
    };
    if (this.coverAtMs !== null) wish.cover_at_ms = this.coverAtMs;
    try {
      const { id } = await api.post(wish);
      await transfer.forget();
      await this.#look(id);
    } catch (failure) {
      this.problem = wordsFor(failure);
      this.posting = false;
      this.#asked = false;
    }
  }

  async cancel(): Promise<void> {
    const transfer = this.transfer;
    this.clear();
    await transfer?.cancel();
  }

  clear(): void {
    clearTimeout(this.#timer);
    if (this.preview) URL.revokeObjectURL(this.preview);
    this.file = this.transfer = this.video = this.durationMs = this.coverAtMs = null;
    this.preview = this.caption = this.problem = "";
    this.visibility = "public";
    this.allowComments = true;
    this.adultsOnly = false;
    this.posting = false;
    this.#asked = false;
  }

  /** Look at the clip until it is published or failed; a lost connection only makes the next look later. */
  async #look(id: string): Promise<void> {
    try {
      this.video = await api.video(id);
    } catch (failure) {
      if (failure instanceof Refused && failure.status < 500) throw failure;
    }
    if (!this.video || this.video.state === "processing") this.#lookLater(id);
  }

  #lookLater(id: string): void {
    this.#timer = window.setTimeout(() => {
      this.#look(id).catch((failure: unknown) => (this.problem = wordsFor(failure)));
    }, LOOK_EVERY_MS);
  }

  #refuse(words: string): void {
    this.problem = words;
  }
}

export const draft = new Draft();
