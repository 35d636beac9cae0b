export type ThemeChoice = "system" | "light" | "dark";
const KEPT = "reelm.theme";

function kept(): ThemeChoice {
  const mark = document.documentElement.dataset["theme"];
  return mark === "light" || mark === "dark" ? mark : "system";
}

/** Light, dark or what the system says; `theme-1.js` applies the kept choice before the first paint. */
class Theme {
  chosen = $state<ThemeChoice>(kept());

  choose(choice: ThemeChoice): void {
    this.chosen = choice;
    if (choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    try {
      localStorage.setItem(KEPT, choice);
    } catch {
      // Kept for this visit only.
    }
  }
}

export const theme = new Theme();
