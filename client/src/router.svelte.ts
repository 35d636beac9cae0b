// Our own router: twenty-two routes and one rule (same-origin links stay in the app) fit in one screen and need no package.

export type Route =
  | { page: "feed" | (typeof PLAIN)[number] | "move" | "own-feed" | "nowhere" }
  | { page: "clip"; id: string; realm: string | null }
  | { page: "edit"; id: string }
  | { page: "profile"; handle: string }
  | { page: "decision"; id: string }
  | { page: "organisation"; code: string };

const PLAIN = [
  ...(["following", "upload", "inbox", "settings", "sign-up", "sign-in", "my-data", "data-map", "trust", "staff", "feed-parameters"] as const),
  ...(["register", "organisations", "device"] as const),
] as const;

/** What page a path means; a path that means nothing gives `nowhere`. */
export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean).map(decoded);
  const [head, id, tail] = parts;
  if (head === undefined) return { page: "feed" };
  if (head === "v" && id && !tail) {
    const [clip = "", realm] = id.split("@");
    return { page: "clip", id: clip, realm: realm || null };
  }
  if (head === "v" && id && tail === "edit") return { page: "edit", id };
  if (head.startsWith("@") && head.length > 1 && !id) return { page: "profile", handle: head.slice(1) };
  if (head === "settings" && id === "move" && !tail) return { page: "move" };
  if (head === "settings" && id === "feed" && !tail) return { page: "own-feed" };
  if (head === "register" && id && !tail) return { page: "decision", id };
  if (head === "organisations" && id && !tail) return { page: "organisation", code: id };
  const plain = PLAIN.find((name) => name === head);
  return { page: plain && !id ? plain : "nowhere" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `realm`: of a clip of another realm, where it is at home. */
export const clipPath = (id: string, realm: string | null = null): string => `/v/${encodeURIComponent(id)}${realm ? `@${encodeURIComponent(realm)}` : ""}`;
/** Of somebody of another realm, `handle` is `ana@eu`. */
export const profilePath = (handle: string): string => `/@${encodeURIComponent(handle).replace("%40", "@")}`;
/** Only a path of this site may be returned to: anything else would be an open redirect. */
export const safeNext = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : "/");

class Router {
  path = $state(location.pathname);
  search = $state(location.search);
  route = $derived(routeOf(this.path));

  go(to: string, { replace = false } = {}): void {
    history[replace ? "replaceState" : "pushState"](null, "", to);
    this.arrive();
    scrollTo(0, 0);
  }

  /** Follow links and the back button until the returned function is called. */
  listen(): () => void {
    const back = (): void => this.arrive();
    const click = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      if (routeOf(link.pathname).page === "nowhere" || /^\/(api|media|ledger)\//.test(link.pathname)) return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    };
    addEventListener("popstate", back);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", back);
      document.removeEventListener("click", click);
    };
  }

  private arrive(): void {
    this.path = location.pathname;
    this.search = location.search;
  }
}
export const router = new Router();
