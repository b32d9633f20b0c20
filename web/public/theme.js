// Reads what src/app/ui-store.ts keeps; runs before the bundle so that the page does not flash in the wrong theme.
(() => {
  let theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  try {
    theme = JSON.parse(localStorage.getItem("exchange.ui") ?? "{}").state?.theme ?? theme;
  } catch {
    // A damaged or forbidden store: the system's preference stands.
  }
  document.documentElement.dataset.theme = theme === "light" ? "light" : "dark";
})();
