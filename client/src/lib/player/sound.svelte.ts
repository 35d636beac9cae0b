const KEPT = "reelm.sound";

function wasOff(): boolean {
  try {
    return localStorage.getItem(KEPT) === "off";
  } catch {
    return false;
  }
}

/** Whether clips sound: what the person chose, and whether the browser lets it happen yet. */
class Sound {
  wanted = $state(!wasOff());
  /** The browser refuses sound until the person touches the page. */
  refused = $state(false);

  get on(): boolean {
    return this.wanted && !this.refused;
  }

  choose(wanted: boolean): void {
    this.wanted = wanted;
    this.refused = false;
    try {
      localStorage.setItem(KEPT, wanted ? "on" : "off");
    } catch {
      // Kept for this visit only.
    }
  }
}

export const sound = new Sound();
