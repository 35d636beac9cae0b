/** Has one of these keys signed this decision, as it stands? Checked here, in the reader's own browser.
 *
 * The signature is a detached JWS (RFC 7515, appendix F) by ES256 over the document without its member `signature`, in
 * the form of RFC 8785. `kid` in its header is the thumbprint of the key (RFC 7638).
 */
import { fromBase64Url, textOf, toBase64Url, toHex, utf8, type Bytes } from "../proof/bytes.ts";
import { canonical, canonicalBytes } from "./canonical.ts";

export interface PublicKey {
  thumbprint: string;
  jwk: Readonly<Record<string, string>>;
}

export type Verdict =
  | { state: "holds"; kid: string; digest: string }
  /** The document says another thing than was signed, or names a key that is none of these. */
  | { state: "wrong" | "stranger"; kid: string; digest: string }
  | { state: "unsigned" | "unable"; digest: string };

const SHAPE = { kty: "EC", crv: "P-256" } as const;

/** `digest` is the SHA-256 of what was signed, in hex. */
export async function verifyDecision(document: Readonly<Record<string, unknown>>, keys: readonly PublicKey[]): Promise<Verdict> {
  const { signature, ...signed } = document;
  if (typeof globalThis.crypto?.subtle !== "object") return { state: "unable", digest: "" };
  const payload = canonicalBytes(signed);
  const digest = toHex(await sha256(payload));
  const [head = "", middle, tail = "", ...rest] = typeof signature === "string" ? signature.split(".") : [];
  const header = readHeader(head);
  const mark = fromBase64Url(tail);
  if (!header || !mark || middle !== "" || rest.length > 0) return { state: "unsigned", digest };
  const kid = header.kid;
  if (header.alg !== "ES256" || header.typ !== "decision+jws" || header.crit !== undefined) return { state: "wrong", kid, digest };
  const key = await keyOf(kid, keys);
  if (!key) return { state: "stranger", kid, digest };
  const holds = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, mark, utf8(`${head}.${toBase64Url(payload)}`));
  return { state: holds ? "holds" : "wrong", kid, digest };
}

/** The thumbprint of a key (RFC 7638), in base64url; null where it is none of the curve P-256. */
export async function thumbprintOf(jwk: Readonly<Record<string, unknown>>): Promise<string | null> {
  const { kty, crv, x, y } = jwk;
  if (kty !== SHAPE.kty || crv !== SHAPE.crv || typeof x !== "string" || typeof y !== "string") return null;
  return toBase64Url(await sha256(utf8(canonical({ crv, kty, x, y }))));
}

/** Whether a key that somebody gives holds its private part, which nobody may be given. */
export const isPrivate = (jwk: Readonly<Record<string, unknown>>): boolean => ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].some((name) => name in jwk);

const sha256 = async (data: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", data));

interface Header {
  alg?: unknown;
  typ?: unknown;
  crit?: unknown;
  kid: string;
}

function readHeader(part: string): Header | null {
  const bytes = fromBase64Url(part);
  const text = bytes && textOf(bytes);
  try {
    const header: unknown = JSON.parse(text || "null");
    if (typeof header !== "object" || header === null || Array.isArray(header)) return null;
    const { kid } = header as { kid?: unknown };
    return { ...header, kid: typeof kid === "string" ? kid.slice(0, 64) : "" };
  } catch {
    return null;
  }
}

/** The key itself says which it is: what a list calls it is not believed. */
async function keyOf(kid: string, keys: readonly PublicKey[]): Promise<CryptoKey | null> {
  for (const { jwk } of keys) {
    if ((await thumbprintOf(jwk)) !== kid) continue;
    try {
      const { x = "", y = "" } = jwk;
      return await crypto.subtle.importKey("jwk", { ...SHAPE, x, y, ext: true }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    } catch {
      return null; // no point of the curve
    }
  }
  return null;
}
