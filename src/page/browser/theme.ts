import { preference, setPreference } from "./preferences.ts";

/** Light or dark, as the system has it until a person presses the switch. */
export function listenToTheme(button: HTMLButtonElement): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const refresh = () => button.setAttribute("aria-pressed", String(isDark()));
  const kept = preference("theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    setPreference("theme", theme);
    refresh();
  });
  system.addEventListener("change", refresh);
  refresh();
}
