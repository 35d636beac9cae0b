// Which parts has an organisation's console? One is shown at a time; its name is in the address.

export const VIEWS = ["decisions", "devices", "staff", "proofs", "keys"] as const;
export type View = (typeof VIEWS)[number] | "draft";

/** The part, and the decision in it, that an address asks for. */
export function viewOf(search: string): { view: View; decision: string | null } {
  const asked = new URLSearchParams(search);
  const view = asked.get("view");
  return { view: view === "draft" ? view : (VIEWS.find((one) => one === view) ?? "decisions"), decision: asked.get("decision") };
}
