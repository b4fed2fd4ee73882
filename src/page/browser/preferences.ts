const PREFIX = "twinsift/preference/";

/** What a person likes, for all reports; undefined where nothing is kept. */
export function preference(name: "theme" | "shortcuts"): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Where the browser refuses storage a preference holds as long as the page. */
export function setPreference(name: "theme" | "shortcuts", value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // nothing is lost but a click the next time
  }
}
