const KEPT = "reelm.home";

function kept(): string {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** The realm that whoever uses this browser has their account in, as they said themselves. Nobody is looked up for it. */
class HomeRealm {
  /** Its code; empty while nobody has said. */
  code = $state(kept());

  choose(code: string): void {
    this.code = code;
    try {
      localStorage.setItem(KEPT, code);
    } catch {
      // Known until this page is closed.
    }
  }
}

export const home = new HomeRealm();
