import type { Settings } from "#settings/settings.ts";

/** Settings as reports may tell them: without what is secret. */
export function shownSettings(settings: Settings): Settings {
  return { ...settings, serve: { ...settings.serve, token: settings.serve.token === null ? null : "(secret)" } };
}
