/** In which one form is a JSON document signed? The one of RFC 8785, so that everybody hashes the same bytes. */
import { utf8, type Bytes } from "../proof/bytes.ts";

/** The canonical form as text. Throws `TypeError` for what no JSON document holds. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("no number of JSON");
    return JSON.stringify(value); // ECMAScript writes numbers as RFC 8785, 3.2.2.3 asks
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") throw new TypeError("no value of JSON");
  const object = value as Record<string, unknown>;
  const names = Object.keys(object).sort(byCodeUnits);
  return `{${names.map((name) => `${quoted(name)}:${canonical(object[name])}`).join(",")}}`;
}

export const canonicalBytes = (value: unknown): Bytes => utf8(canonical(value));

/** By UTF-16 code units (RFC 8785, 3.2.3), as JavaScript compares strings. */
const byCodeUnits = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function quoted(text: string): string {
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) throw new TypeError("half a character");
  return JSON.stringify(text);
}
