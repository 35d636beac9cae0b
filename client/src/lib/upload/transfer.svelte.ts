import { DetailedError, Upload, type PreviousUpload } from "tus-js-client";
import { API } from "../api/request";
import type { ProblemDetail } from "../api/types";
import { suspended } from "../suspended/suspended.svelte";
import { i18n, t } from "../i18n/i18n.svelte";

const SMALLEST_CHUNK_BYTES = 512 * 1024;
const LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;
const CHUNKS = 8;
/** Patient on purpose: a train tunnel or a restarted server costs waiting, not the upload. */
const RETRY_DELAYS_MS = [500, 1000, 2000, 3000, ...Array.from({ length: 120 }, () => 5000)];
const WORTH_RETRYING = new Set([0, 408, 409, 423, 425, 429]);

/** One file on its way to the server by tus 1.0.0, resumed on its own after anything short of a refusal. */
export class Transfer {
  state = $state<"sending" | "waiting" | "paused" | "sent" | "refused" | "cancelled">("sending");
  sentBytes = $state(0);
  problem = $state("");
  /** True when an earlier, unfinished upload of the same file goes on. */
  resumed = $state(false);
  readonly totalBytes: number;
  #upload: Upload;
  #previous: PreviousUpload | null = null;
  #backOnline = (): void => {
    if (this.state === "waiting") void this.#upload.abort().then(() => this.#go());
  };

  constructor(file: File) {
    this.totalBytes = file.size;
    this.#upload = new Upload(file, {
      endpoint: `${API}/uploads`,
      chunkSize: chunkBytes(file.size),
      retryDelays: RETRY_DELAYS_MS,
      headers: { "Accept-Language": i18n.locale },
      // The file's name stays here: it often says who, where and when.
      metadata: { filetype: file.type || "application/octet-stream" },
      onShouldRetry: (error) => {
        const status = error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0;
        const again = status >= 500 || WORTH_RETRYING.has(status);
        if (again && this.state === "sending") this.state = "waiting";
        return again;
      },
      onProgress: (sent) => {
        this.sentBytes = sent;
        if (this.state === "waiting") this.state = "sending";
      },
      onError: (error) => {
        this.problem = reasonIn(error);
        this.state = "refused";
        void suspended.knock();
        this.#deaf();
      },
      onSuccess: () => {
        this.sentBytes = this.totalBytes;
        this.state = "sent";
        this.#deaf();
      },
    });
    addEventListener("online", this.#backOnline);
  }

  /** The last part of the upload's address: what the post is made from. */
  get id(): string {
    return this.#upload.url?.split("/").pop() ?? "";
  }

  async start(): Promise<void> {
    const [previous] = await this.#upload.findPreviousUploads();
    if (previous) {
      this.#previous = previous;
      this.#upload.resumeFromPreviousUpload(previous);
      this.resumed = true;
    }
    this.#go();
  }

  async pause(): Promise<void> {
    this.state = "paused";
    await this.#upload.abort();
  }

  resume(): void {
    this.#go();
  }

  /** Stop and have the server forget what it got. */
  async cancel(): Promise<void> {
    this.state = "cancelled";
    this.#deaf();
    await this.#upload.abort(true).catch(() => undefined);
    await this.forget();
  }

  /** Forget the way back to this upload: it was posted, cancelled or refused. */
  async forget(): Promise<void> {
    const stored = this.#previous ? [this.#previous] : await this.#upload.findPreviousUploads();
    for (const { urlStorageKey } of stored) localStorage.removeItem(urlStorageKey);
  }

  #go(): void {
    this.problem = "";
    this.state = "sending";
    this.#upload.start();
  }

  #deaf(): void {
    removeEventListener("online", this.#backOnline);
  }
}

/** About eight requests for a small file, 4 MiB each for a large one: a dropped connection costs one of them at most. */
function chunkBytes(fileBytes: number): number {
  return Math.min(LARGEST_CHUNK_BYTES, Math.max(SMALLEST_CHUNK_BYTES, Math.ceil(fileBytes / CHUNKS)));
}

function reasonIn(error: Error | DetailedError): string {
  try {
    const body = error instanceof DetailedError ? error.originalResponse?.getBody() : null;
    const problem = JSON.parse(body ?? "") as Partial<ProblemDetail>;
    if (problem.detail) return problem.detail;
  } catch {
    // Not a problem document: our own words below.
  }
  return t("upload.broken");
}
