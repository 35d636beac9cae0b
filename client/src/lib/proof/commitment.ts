/** Is this entry about me? An entry names nobody: it holds HMACs made with keys that only their owners can ask for. */
import { fromBase64Url, toBase64Url, utf8 } from "./bytes.ts";

export interface OwnKey {
  /** base64url, as `GET /api/v1/me/ledger/key` gives it. */
  key: string;
  account_id: string;
}
export type Part = "actor" | "subject";

/** What stands in the entry `entryId` for the person who owns `own`: base64url, 43 letters. */
export async function commitmentOf(own: OwnKey, part: Part, entryId: string): Promise<string> {
  const raw = fromBase64Url(own.key);
  if (!raw) throw new TypeError("the key is not base64url");
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const message = utf8(`reelm/${part}/v1\n${entryId}\n${own.account_id.toLowerCase()}`);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign("HMAC", key, message)));
}

/** As what the owner of `own` stands in this entry (canonical JSON, as logged); null when it is about others. */
export async function partOf(entry: string, own: OwnKey): Promise<Part | null> {
  let said: { id?: unknown; actor?: unknown; subject?: unknown } | null;
  try {
    said = JSON.parse(entry) as typeof said;
  } catch {
    return null;
  }
  if (!said || typeof said.id !== "string") return null;
  for (const part of ["subject", "actor"] as const) {
    if (said[part] === (await commitmentOf(own, part, said.id))) return part;
  }
  return null;
}
