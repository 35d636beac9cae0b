// Where has somebody gone? Kept in this tab while they move, because the old realm lets them in no more afterwards.

const KEPT = "reelm.move";

export interface Whereabouts {
  realm: string;
  /** Of that realm; null where it is not known. */
  address: string | null;
  /** The handle they have there, and the one they had here. */
  handle: string;
  before: string;
  /** Whether the realm they leave has said that they belong to the other one. */
  sure: boolean;
}

export function keep(where: Whereabouts): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(where));
  } catch {
    // Storage is switched off: they are told of it until the page is loaded anew.
  }
}

export function recall(): Whereabouts | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Whereabouts | null;
  } catch {
    return null;
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}
