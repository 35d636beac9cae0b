// Runs before the first paint, so that a person who chose a theme never sees the other one flash by.
try {
  var chosen = localStorage.getItem("reelm.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch (refused) {
  // Storage is switched off: the system's choice stands.
}
