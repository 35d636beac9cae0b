// Which parts has /trust? One is shown at a time; its name is in the address.

export const VIEWS = ["log", "where", "crossed", "register", "rules"] as const;
export type View = (typeof VIEWS)[number];

/** The part that an address asks for; the log where it asks for none that there is. */
export function viewOf(search: string): View {
  const asked = new URLSearchParams(search).get("view");
  return VIEWS.find((one) => one === asked) ?? "log";
}
