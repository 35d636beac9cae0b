/** Is this pasted text one public key of the curve P-256? Read in the browser, so that a private one is sent nowhere. */
import { isPrivate } from "../register/signature.ts";

export type KeyFault = "empty" | "json" | "private" | "many" | "kind";
export type Read = { jwk: Record<string, unknown>; fault: null } | { jwk: null; fault: KeyFault };

/** A JWK, or a set of one (RFC 7517), as `reelm devices make-key` writes it. PEM of a private key is known as that, too. */
export function readKey(text: string): Read {
  const refused = (fault: KeyFault): Read => ({ jwk: null, fault });
  if (!text.trim()) return refused("empty");
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return refused("private");
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    // What is hardly readable may be a private key all the same.
    return refused(/"d"\s*:/.test(text) ? "private" : "json");
  }
  if (!isObject(told)) return refused("json");
  const keys = Array.isArray(told["keys"]) ? told["keys"] : [told];
  if (!keys.every(isObject)) return refused("json");
  if (keys.some(isPrivate)) return refused("private");
  const [jwk] = keys;
  if (!jwk || keys.length !== 1) return refused("many");
  const isKind = jwk["kty"] === "EC" && jwk["crv"] === "P-256" && typeof jwk["x"] === "string" && typeof jwk["y"] === "string";
  return isKind ? { jwk, fault: null } : refused("kind");
}

const isObject = (one: unknown): one is Record<string, unknown> => typeof one === "object" && one !== null && !Array.isArray(one);
