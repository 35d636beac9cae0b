/** What the browser can tell about a chosen file before a byte is sent. */
export interface Inspected {
  /** Null where this browser cannot play the file; the server may still be able to. */
  durationMs: number | null;
}

const PATIENCE_MS = 5000;

/** Read a file's length with the browser's own player. Never fails: what cannot be read is null. */
export function inspect(url: string): Promise<Inspected> {
  return new Promise((resolve) => {
    const video = document.createElement("video");
    const done = (durationMs: number | null): void => {
      clearTimeout(timer);
      video.removeAttribute("src");
      video.load();
      resolve({ durationMs });
    };
    const timer = setTimeout(() => done(null), PATIENCE_MS);
    video.preload = "metadata";
    video.muted = true;
    video.onloadedmetadata = () => done(Number.isFinite(video.duration) && video.videoWidth > 0 ? Math.round(video.duration * 1000) : null);
    video.onerror = () => done(null);
    video.src = url;
  });
}

/** Draw `count` evenly spaced frames of a local file, one after the other; stops when `signal` says so. */
export async function drawFilmstrip(url: string, canvases: readonly HTMLCanvasElement[], signal: AbortSignal): Promise<void> {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  video.src = url;
  const event = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      video.addEventListener(name, () => resolve(), { once: true });
      video.addEventListener("error", () => reject(new Error("unreadable")), { once: true });
      signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
    });
  try {
    await event("loadeddata");
    for (const [at, canvas] of canvases.entries()) {
      const sought = event("seeked");
      video.currentTime = (video.duration * (at + 0.5)) / canvases.length;
      await sought;
      const scale = Math.max(canvas.width / video.videoWidth, canvas.height / video.videoHeight);
      const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
      canvas.getContext("2d")?.drawImage(video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    }
  } catch {
    // A strip without pictures still scrubs.
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}
