/** How are bytes written as text, and compared? Only what the proof module needs. */

export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const utf8 = (text: string): Bytes => ENCODER.encode(text);

/** The text these bytes spell, or null when they are not UTF-8. */
export function textOf(bytes: Bytes): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Standard base64 with padding (RFC 4648 §4), or null; other spellings of the same bytes are refused. */
export function fromBase64(text: string): Bytes | null {
  if (!BASE64.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : null;
}

export const toBase64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));
export const toBase64Url = (bytes: Bytes): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** base64url without padding (RFC 4648 §5), or null. */
export function fromBase64Url(text: string): Bytes | null {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return /[+/=]/.test(text) ? null : fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, "="));
}

export const toHex = (bytes: Bytes): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
