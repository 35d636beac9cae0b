import { realmRefusal } from "../abroad/names";
import { i18n, t } from "../i18n/i18n.svelte";
import { suspended } from "../suspended/suspended.svelte";
import type { ProblemDetail } from "./types";

export const API = "/api/v1";

/** The server said no, in words a person can act on (RFC 9457). */
export class Refused extends Error {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  /** Whatever stands beside the words. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(problem: ProblemDetail) {
    super(problem.detail || problem.title);
    this.slug = problem.type.split("/").pop() ?? "";
    this.status = problem.status;
    this.title = problem.title;
    this.facts = { ...problem };
  }
}

/** The server did not answer at all: no network, or the server is away. */
export class Unreachable extends Error {}

/** What to tell the person about any failure, in their language. */
export function wordsFor(failure: unknown): string {
  if (failure instanceof Refused) return realmRefusal(failure.slug, failure.facts) ?? failure.message;
  return failure instanceof Unreachable ? t("error.unreachable") : t("error.unexpected");
}

interface Options {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  json?: unknown;
  body?: Blob;
  signal?: AbortSignal;
}

/** Call the API as the signed-in person. Throws `Refused` or `Unreachable`; a 204 gives `undefined`. */
export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const answer = await ask(path, "application/json", options);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** The same for an answer in plain text. */
export async function callText(path: string): Promise<string> {
  return (await ask(path, "text/plain", {})).text();
}

async function ask(path: string, accept: string, { method = "GET", json, body, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept, "Accept-Language": i18n.locale };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  else if (body) headers["Content-Type"] = body.type;
  let answer: Response;
  try {
    answer = await fetch(API + path, {
      method,
      headers,
      credentials: "same-origin",
      body: json !== undefined ? JSON.stringify(json) : (body ?? null),
      signal: signal ?? null,
    });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw new Unreachable();
  }
  suspended.heed(answer);
  if (!answer.ok) throw new Refused(await problemIn(answer));
  return answer;
}

async function problemIn(answer: Response): Promise<ProblemDetail> {
  try {
    const problem = (await answer.json()) as Partial<ProblemDetail>;
    if (problem.detail && problem.type) return { title: "", status: answer.status, ...problem } as ProblemDetail;
  } catch {
    // Not JSON: a proxy spoke instead of the server.
  }
  return { type: "about:blank", title: "", status: answer.status, detail: t("error.server") };
}
