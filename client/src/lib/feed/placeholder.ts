import { thumbHashToDataURL } from "thumbhash";

const KEPT = new Map<string, string>();

/** A picture URL for a base64 ThumbHash; empty when there is none or it does not decode. */
export function placeholderUrl(hash: string | null): string {
  if (!hash) return "";
  const kept = KEPT.get(hash);
  if (kept !== undefined) return kept;
  let url = "";
  try {
    url = thumbHashToDataURL(Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0)));
  } catch {
    // A broken hash only costs the blur.
  }
  KEPT.set(hash, url);
  return url;
}
